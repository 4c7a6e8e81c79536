// What is shown on the management port is shown on no other.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/server_process.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;

constexpr const char* figures[] = {"/healthz", "/metrics", "/budget", "/inflight"};

class Management : public ::testing::Test {
protected:
    Management() { database_.migrate(); }

    variables with(const std::string& management) {
        auto all = database_.addresses();
        all["HEADROOM_HTTP_MANAGEMENT_LISTEN"] = management;
        return all;
    }
    static std::string ask(std::uint16_t port, std::string_view path,
                           std::string_view host = "localhost") {
        return testing::say(
            port, fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", path,
                              host));
    }

    served_database database_;
};

TEST_F(Management, PortOfItsOwnShowsWhatThePublicOneDoesNot) {
    const auto port = testing::free_port();
    running_service service(with(fmt::format("127.0.0.1:{}", port)));
    ASSERT_TRUE(service.ready()) << service.errors();
    for (const auto* each : figures) {
        EXPECT_EQ(service.get(each).status, 404U) << each;
        EXPECT_THAT(ask(port, each), HasSubstr(" 200 OK")) << each;
    }
    for (const auto* each : {"/livez", "/readyz"}) {
        EXPECT_EQ(service.get(each).status, 200U) << each;
        EXPECT_THAT(ask(port, each), HasSubstr(" 200 OK")) << each;
    }
    EXPECT_THAT(ask(port, "/openapi.json"), HasSubstr("\"/inflight\":{\"get\""));
    EXPECT_THAT(ask(port, "/docs"), HasSubstr(" 200 OK"));
    EXPECT_THAT(ask(port, "/v1/tenants"), HasSubstr(" 404 "));
    EXPECT_THAT(ask(port, "/budget"), HasSubstr("http.management_connections"));
    EXPECT_THAT(ask(port, "/metrics"), HasSubstr("http_server_active_requests"));
    const auto announced = fmt::format("\"management_port\":{}", port);
    EXPECT_TRUE(testing::eventually(
        [&] { return service.errors().find(announced) != std::string::npos; }))
        << service.errors();
}

TEST_F(Management, SharesALoopbackPortUnlessToldOtherwise) {
    running_service service(with("auto"));
    ASSERT_TRUE(service.ready()) << service.errors();
    for (const auto* each : figures) EXPECT_EQ(service.get(each).status, 200U) << each;
    EXPECT_THAT(service.get("/inflight").body, HasSubstr(R"("route":"/inflight")"));
    // The developer's bypass is not for a page whose site's name leads here.
    for (const auto* each : {"/v1/tenants", "/v1/me", "/metrics", "/nowhere"})
        EXPECT_THAT(ask(service.port(), each, "rebound.example"), HasSubstr(" 403 ")) << each;
    EXPECT_THAT(ask(service.port(), "/livez", "rebound.example"), HasSubstr(" 200 OK"));
}

TEST_F(Management, InProductionALoopbackPortKnowsNoLocalsUnlessToldTo) {
    for (const auto& [management, status] : {std::pair("auto", 401U), {"shared", 200U}}) {
        auto all = with(management);
        all["HEADROOM_PROFILE"] = "production";
        all["HEADROOM_API_KEY_PEPPER"] = std::string(64, 'p');
        running_service service(all);
        ASSERT_TRUE(service.ready()) << service.errors();
        for (const auto* each : figures) EXPECT_EQ(service.get(each).status, status) << each;
    }
}

TEST_F(Management, MayBeOff) {
    running_service service(with("off"));
    ASSERT_TRUE(service.ready()) << service.errors();
    for (const auto* each : figures) EXPECT_EQ(service.get(each).status, 404U) << each;
}

TEST_F(Management, RefusesThePublicPortAndOneThatOthersReach) {
    auto same = with("127.0.0.1:1234");
    same["HEADROOM_HTTP_LISTEN"] = "127.0.0.1:1234";
    const auto refused = run_service(same, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.errors, HasSubstr("HEADROOM_HTTP_MANAGEMENT_LISTEN"));
    const auto reached = run_service(with("0.0.0.0:1234"), {"serve"});
    EXPECT_EQ(reached.code, 78);
    EXPECT_THAT(reached.errors, HasSubstr("HEADROOM_HTTP_BEYOND_LOOPBACK"));
}

TEST_F(Management, CredentialsForEveryOriginAreRefusedAtTheStart) {
    auto all = with("auto");
    all["CORS_ALLOW_ORIGINS"] = "*";
    all["CORS_ALLOW_CREDENTIALS"] = "true";
    const auto refused = run_service(all, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.errors, HasSubstr("CORS_ALLOW_ORIGINS"));
    EXPECT_THAT(refused.errors, HasSubstr("CORS_ALLOW_CREDENTIALS"));
}

TEST_F(Management, AClientThatAsksTooOftenIsToldWhenToComeBack) {
    auto all = with("auto");
    all["HEADROOM_HTTP_RATE"] = "1";
    all["HEADROOM_HTTP_RATE_BURST"] = "1";
    running_service service(all);
    ASSERT_TRUE(service.ready()) << service.errors();
    running_service::answer told;
    ASSERT_TRUE(testing::eventually([&] {
        told = service.get("/v1/tenants");
        return told.status == 429;
    }));
    EXPECT_EQ(header_of(told, "Retry-After"), "1");
    EXPECT_EQ(service.get("/readyz").status, 200U);
    EXPECT_THAT(service.get("/metrics").body, HasSubstr("http_server_rate_limited_total 1\n"));
}

}  // namespace
}  // namespace headroom::service
