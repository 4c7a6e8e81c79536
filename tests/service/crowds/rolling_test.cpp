// Two instances behind a balancer are restarted one after the other under load, and no client
// notices. HEADROOM_ROLLING_RESTARTS: how many (3).
#include <fmt/format.h>
#include <signal.h>

#include <array>
#include <cstdlib>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_haproxy.hpp"
#include "headroom/testing/private_nginx.hpp"
#include "headroom/testing/server_process.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

constexpr unsigned clients = 20;  // of ten requests a second each
constexpr std::chrono::seconds end_max{30};
constexpr const char* asked_route = "/v1/tenants/{tenant}/users";  // of rolling.lua, as logged

unsigned restarts() {
    const char* told = std::getenv("HEADROOM_ROLLING_RESTARTS");
    return told != nullptr ? static_cast<unsigned>(std::atoi(told)) : 3;
}

/// wrk, which asks until it is told to stop.
class steady_load {
public:
    explicit steady_load(std::uint16_t port)
        : wrk_({.arguments = {"wrk", "-t", "1", "-c", std::to_string(clients), "-d", "3600s", "-s",
                              HEADROOM_ROOT "/tests/service/crowds/rolling.lua",
                              fmt::format("http://127.0.0.1:{}", port)}}) {}

    bool runs() { return wrk_.running(); }
    /// Its report.
    std::string stop() {
        wrk_.signal(SIGINT);
        wrk_.wait(end_max);
        return wrk_.output();
    }

private:
    testing::child_process wrk_;
};

class Rolling : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        for (std::size_t i = 0; i < ports_.size(); ++i) start(i);
        instances_[0]->make_tenant("acme");
        const auto made = instances_[0]->put("/v1/tenants/acme/configuration/limit.seats",
                                             R"({"type":"integer","value":1})");
        ASSERT_EQ(made.status, 200u) << made.body;
    }

    void start(std::size_t which) {
        auto with = database_.addresses();
        with["HEADROOM_HTTP_DRAIN_DELAY"] = "1 s";
        instances_[which] = std::make_unique<running_service>(with, "serve", ports_[which]);
        ASSERT_TRUE(instances_[which]->ready()) << instances_[which]->errors();
    }

    void restart(std::size_t which) {
        instances_[which]->process().signal(SIGTERM);
        const auto ended = instances_[which]->process().wait(end_max);
        ASSERT_TRUE(ended) << "it drains in time";
        EXPECT_EQ(*ended, (testing::exit_status{})) << instances_[which]->errors();
        start(which);
        // The balancer has noticed: whoever rolls faster than that has nobody left who serves.
        ASSERT_TRUE(testing::eventually([&] {
            return instances_[which]->errors().find(asked_route) != std::string::npos;
        })) << "no request comes to an instance that is ready";
    }

    // Restarts one after the other while clients ask at the balancer's port.
    void roll(std::uint16_t port) {
        steady_load load(port);
        const unsigned times = restarts();
        for (unsigned i = 0; i < times && !HasFatalFailure(); ++i) restart(i % ports_.size());
        ASSERT_TRUE(load.runs());
        const auto report = load.stop();
        RecordProperty("report", report);
        EXPECT_EQ(report.find("Socket errors"), std::string::npos) << report;
        EXPECT_EQ(report.find("Non-2xx"), std::string::npos) << report;
        const auto requests = report.find(" requests in ");
        ASSERT_NE(requests, std::string::npos) << report;
        const auto asked = std::stoul(report.substr(report.rfind('\n', requests) + 1));
        RecordProperty("restarts", static_cast<int>(times));
        RecordProperty("requests", static_cast<int>(asked));
        EXPECT_GT(asked, 100u * times) << report;
    }

    served_database database_;
    const std::array<std::uint16_t, 2> ports_{testing::free_port(), testing::free_port()};
    std::array<std::unique_ptr<running_service>, 2> instances_;
};

// nginx asks nobody whether he is well: it learns that an instance has gone from a connection
// refused. It repeats what was not sent, and of what was sent only GET and PUT.
TEST_F(Rolling, RestartsBehindNginxFailNothing) {
    const auto port = testing::free_port();
    const testing::private_nginx before(
        fmt::format("upstream ours {{ server 127.0.0.1:{} fail_timeout=1s;"
                    " server 127.0.0.1:{} fail_timeout=1s; keepalive 16; }}\n"
                    "server {{ listen 127.0.0.1:{}; location / {{ proxy_pass http://ours;\n"
                    "proxy_http_version 1.1; proxy_set_header Connection '';\n"
                    "proxy_set_header Host $http_host; }} }}\n",
                    ports_[0], ports_[1], port),
        {port});
    roll(port);
    if (HasFailure()) ADD_FAILURE() << before.log();
}

// HAProxy asks /readyz, and repeats nothing.
TEST_F(Rolling, RestartsBehindABalancerThatNeverRepeatsFailNothing) {
    const auto port = testing::free_port();
    const testing::private_haproxy before(
        fmt::format("frontend front\n    bind 127.0.0.1:{}\n    default_backend back\n"
                    "    log stdout format raw daemon\n    option httplog\n"
                    "backend back\n    retries 0\n    http-reuse always\n"
                    "    option httpchk\n"
                    "    http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host x\n"
                    "    default-server check inter 100ms fall 1 rise 1\n"
                    "    server one 127.0.0.1:{}\n    server two 127.0.0.1:{}\n",
                    port, ports_[0], ports_[1]),
        {port});
    roll(port);
    if (HasFailure()) ADD_FAILURE() << before.log();
}

}  // namespace
}  // namespace headroom::service
