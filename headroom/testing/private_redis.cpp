#include "headroom/testing/private_redis.hpp"

#include <fmt/format.h>
#include <signal.h>

namespace headroom::testing {

private_redis::private_redis(std::map<std::string, std::string> settings)
    : settings_(std::move(settings)) {
    give_to(server_user(), in_.path());
    start();
}

void private_redis::start() {
    program what{.arguments = {find_server("redis-server", "HEADROOM_REDIS_BIN"), "--port",
                               std::to_string(port_), "--bind", "127.0.0.1", "--unixsocket",
                               socket_file(), "--dir", in_.path(), "--save", "", "--appendonly",
                               "no"}};
    for (const auto& [name, value] : settings_) {
        what.arguments.push_back("--" + name);
        what.arguments.push_back(value);
    }
    process_.start(what, [this] {
        return log().find("ready to accept connections at") != std::string::npos;
    });
}

void private_redis::stop() {
    process_.thaw();
    process_.stop(SIGTERM);
    std::filesystem::remove(process_.log_file());  // where start() looks for its sign of life
}

std::string private_redis::ask(std::vector<std::string> words) const {
    program what{.arguments = {find_server("redis-cli", "HEADROOM_REDIS_BIN"), "-s",
                               socket_file()}};
    for (auto& each : words) what.arguments.push_back(std::move(each));
    const auto said = run_program(what);
    return said.output + said.errors;
}

std::string private_redis::url(unsigned database) const {
    return fmt::format("redis://127.0.0.1:{}/{}", port_, database);
}

}  // namespace headroom::testing
