#include "bench/served.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::bench {

served::served() {
    server_.sql("create role headroom_app; create role headroom_projector; "
                "create role app login; grant headroom_app to app; "
                "create role projector login; grant headroom_projector to projector");
    server_.create_database("shop");
    const auto done = testing::run_program(with_settings({HEADROOM_SERVICE, "migrate"}));
    if (done.code != 0) throw std::runtime_error("migrate: " + done.errors);
}

testing::program served::with_settings(std::vector<std::string> program) const {
    testing::program what;
    what.arguments = std::move(program);
    what.environment = {{"DATABASE_URL", server_.url("app", "shop")},
                        {"HEADROOM_MIGRATE_URL", server_.url("postgres", "shop")},
                        {"HEADROOM_PROJECTOR_URL", server_.url("projector", "shop")},
                        {"AUTH_DEV_BYPASS", "true"},
                        {"MAX_PROJECTION_RUNNERS", "64"}};
    what.clean_environment = true;
    return what;
}

std::unique_ptr<testing::child_process> served::start(unsigned short port,
                                                      std::vector<std::string> program) const {
    if (program.empty()) program = {HEADROOM_SERVICE, "serve"};
    auto what = with_settings(std::move(program));
    what.environment["HEADROOM_HTTP_LISTEN"] = fmt::format("127.0.0.1:{}", port);
    what.log_file = "/dev/null";
    return std::make_unique<testing::child_process>(what);
}

std::chrono::duration<double, std::milli> until_ready(unsigned short port) {
    const auto begun = std::chrono::steady_clock::now();
    const auto ready = [port] {
        try {
            return testing::say(port,
                                "GET /readyz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                .starts_with("HTTP/1.1 200");
        } catch (const std::exception&) {
            return false;  // nobody listens yet
        }
    };
    if (!testing::eventually(ready)) throw std::runtime_error("the service was not ready in 10 s");
    return std::chrono::steady_clock::now() - begun;
}

}  // namespace headroom::bench
