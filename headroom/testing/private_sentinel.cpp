#include "headroom/testing/private_sentinel.hpp"

#include <fmt/format.h>
#include <signal.h>

namespace headroom::testing {

private_sentinel::private_sentinel(const std::string& master, unsigned short port) {
    const auto file = in_.write(
        "sentinel.conf", fmt::format("port {}\nbind 127.0.0.1\ndir {}\n"
                                     "sentinel monitor {} 127.0.0.1 {} 1\n"
                                     "sentinel down-after-milliseconds {} 500\n"
                                     "sentinel failover-timeout {} 2000\n",
                                     port_, in_.path().string(), master, port, master, master));
    give_to(server_user(), in_.path());
    process_.start({.arguments = {find_server("redis-server", "HEADROOM_REDIS_BIN"), file,
                                  "--sentinel"}},
                   [this] { return log().find("+monitor master") != std::string::npos; });
}

void private_sentinel::stop() {
    process_.thaw();
    process_.stop(SIGTERM);
}

std::string private_sentinel::ask(std::vector<std::string> words) const {
    program what{.arguments = {find_server("redis-cli", "HEADROOM_REDIS_BIN"), "-p",
                               std::to_string(port_)}};
    for (auto& each : words) what.arguments.push_back(std::move(each));
    const auto said = run_program(what);
    return said.output + said.errors;
}

}  // namespace headroom::testing
