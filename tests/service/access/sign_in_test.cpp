// Signing in with a browser, from the provider's page to a profile and out again: the real service,
// its servers, and a real provider.
#include "tests/service/access/sign_in_fixture.hpp"

#include <signal.h>

#include <thread>

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually;

class BrowserSignIn : public shared_sign_in_fixture {};

TEST_F(BrowserSignIn, FromTheProviderToAProfileAndOutAgain) {
    auto one = new_browser();
    EXPECT_EQ(one.get("/v1/me").status, 401U);
    const auto login = one.get("/auth/login?return_to=%2Forders%3Fa%3Db");
    EXPECT_EQ(login.status, 303U) << login.body;
    EXPECT_THAT(login.head, HasSubstr("Secure; HttpOnly; SameSite=Lax"));
    EXPECT_THAT(login.head, HasSubstr("Cache-Control: no-store"));
    const auto back = one.get(one.callback_after(login));
    ASSERT_EQ(back.status, 303U) << back.body;
    EXPECT_EQ(header_of(back, "Location"), "/orders?a=b");
    EXPECT_TRUE(one.has_session());
    const auto me = one.get("/v1/me");
    ASSERT_EQ(me.status, 200U) << me.body;
    EXPECT_EQ(text(me, "/subject"), "user-1");
    EXPECT_EQ(text(me, "/tenant"), "acme");
    EXPECT_EQ(text(me, "/issuer"), provider().issuer());
    EXPECT_TRUE(boost::json::parse(me.body).at("profile").is_object()) << "made with the request";
    const auto session = one.get("/auth/session");
    EXPECT_EQ(session.status, 200U);
    EXPECT_EQ(text(session, "/tenant"), "acme");
    EXPECT_THAT(session.body, Not(HasSubstr("eyJ"))) << "no token leaves";
    const auto held = one.cookies;
    const auto revoked = provider().requests("/token/revocation");
    EXPECT_EQ(one.ask("POST", "/auth/logout").status, 403U) << "without proof of the page";
    EXPECT_EQ(one.ask("POST", "/auth/logout", browser::from_us).status, 204U);
    EXPECT_FALSE(one.has_session());
    EXPECT_EQ(provider().requests("/token/revocation"), revoked + 1);
    one.cookies = held;
    const auto over = one.get("/v1/me");
    EXPECT_EQ(over.status, 401U);
    EXPECT_EQ(text(over, "/error_code"), "SESSION_ENDED");
    EXPECT_EQ(one.get("/auth/session").status, 401U);
}

TEST_F(BrowserSignIn, ASessionMayWhatItsTokenMay) {
    auto one = signed_in();
    EXPECT_EQ(one.get("/v1/tenants/acme").status, 200U);
    EXPECT_EQ(one.get("/v1/tenants/other").status, 403U);
    EXPECT_EQ(one.get("/v1/tenants").status, 403U) << "the platform's";
    EXPECT_EQ(one.get("/v1/me", "X-Tenant-ID: other\r\n").status, 403U);
}

TEST_F(BrowserSignIn, AnExplicitCredentialIsTheOnlyOne) {
    auto one = signed_in();
    EXPECT_EQ(one.get("/v1/tenants", ground().as_operator()).status, 200U) << "the operator";
    EXPECT_EQ(one.get("/v1/me", "Authorization: Bearer nonsense\r\n").status, 401U);
    EXPECT_EQ(one.get("/v1/me", "X-API-Key: pk_nonsense\r\n").status, 401U);
    EXPECT_EQ(one.get("/auth/session", ground().as_operator()).status, 401U) << "no session";
}

TEST_F(BrowserSignIn, ARequestIsOneRoundTripToRedis) {
    auto one = signed_in();
    ASSERT_EQ(one.get("/v1/me").status, 200U);
    const auto scripts = [] {
        const auto all = ground().redis.ask({"INFO", "commandstats"});
        const auto at = all.find("cmdstat_evalsha:calls=");
        return at == all.npos ? 0UL : std::stoul(all.substr(at + 22));
    };
    const auto before = scripts();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(one.get("/v1/me").status, 200U);
    EXPECT_EQ(scripts() - before, 10U);
}

TEST_F(BrowserSignIn, ATenantThatIsSuspendedTurnsItsSessionsAway) {
    auto one = signed_in();
    ASSERT_EQ(one.get("/v1/me").status, 200U);
    const auto now = ground().as_operator() + "Prefer: wait\r\n";
    const auto done = service().send("POST", "/v1/tenants/acme/suspend",
                                     R"({"reason":"a test"})", now);
    ASSERT_EQ(done.status, 200U) << done.body;
    EXPECT_TRUE(eventually([&] { return one.get("/v1/me").status == 403; }));
    EXPECT_EQ(text(one.get("/v1/me"), "/error_code"), "TENANT_SUSPENDED");
    EXPECT_EQ(service().send("POST", "/v1/tenants/acme/reactivate", "{}", now).status, 200U);
    EXPECT_TRUE(eventually([&] { return one.get("/v1/me").status == 200; }));
}

TEST_F(BrowserSignIn, ASessionThatIsTakenAwayIsOverAtOnce) {
    auto one = signed_in();
    ASSERT_EQ(one.get("/v1/me").status, 200U);
    ground().redis.ask({"FLUSHDB"});
    EXPECT_EQ(one.get("/v1/me").status, 401U);
}

TEST_F(BrowserSignIn, AnotherAudiencesTokenGivesNoTenant) {
    auto with = ground().with(provider());
    with["AUTH_AUDIENCE"] = "another";
    const auto other = started(with);
    browser one(*other, provider());
    ASSERT_EQ(one.sign_in().status, 303U);
    const auto refused = one.get("/v1/me");
    EXPECT_EQ(refused.status, 401U) << "the id token names none";
    EXPECT_EQ(text(refused, "/error_code"), "INVALID_CLAIMS");
}

TEST_F(BrowserSignIn, OfItsEndsThereAreFigures) {
    (void)signed_in();
    const auto shown = service().get("/metrics").body;
    EXPECT_THAT(shown, HasSubstr(R"(headroom_auth_sign_ins_total{end="signed_in"})"));
    EXPECT_THAT(shown, HasSubstr("headroom_auth_refresh_led_total"));
}

TEST_F(BrowserSignIn, TheDescriptionHasItsRoutesAndItsCookie) {
    const auto document = service().get_json("/openapi.json");
    const auto& paths = document.at("paths");
    EXPECT_EQ(boost::json::serialize(paths.at("/v1/me").at("get").at("security")),
              R"([{"token":[]},{"key":[]},{"session":[]}])");
    EXPECT_EQ(boost::json::serialize(paths.at("/auth/login").at("get").at("security")), "[]");
    EXPECT_TRUE(paths.at("/auth/login").at("get").at("responses").as_object().contains("303"));
    EXPECT_EQ(document.at("components").at("securitySchemes").at("session").at("name").as_string(),
              "__Host-session");
    EXPECT_EQ(service().send("GET", "/auth/login?return_to=/&return_to=/x", "").status, 422U);
}

class BrowserSession : public sign_in_fixture {};

TEST_F(BrowserSession, FiftyRequestsToTwoProcessesRenewItsTokensOnce) {
    testing::private_provider provider({.jwks = {}, .access_seconds = 8});
    const auto with = ground().with(provider);
    const auto first = started(with), second = started(with);
    browser one(*first, provider);
    ASSERT_EQ(one.sign_in().status, 303U);
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_EQ(one.get("/v1/me").status, 200U);
    const auto before = provider.grants("refresh_token");
    EXPECT_TRUE(eventually([&] { return std::chrono::steady_clock::now() > begun + 6'500ms; }));
    std::atomic<unsigned> good{0};
    std::vector<std::thread> all;
    for (unsigned i = 0; i < 50; ++i)
        all.emplace_back([&, i, copy = one]() mutable {
            copy.go_to(i % 2 == 0 ? *first : *second);
            if (copy.get("/v1/me").status == 200) ++good;
        });
    for (auto& each : all) each.join();
    EXPECT_EQ(good, 50U);
    const auto renewals = provider.grants("refresh_token") - before;
    const auto took = std::chrono::steady_clock::now() - begun - 6'500ms;
    EXPECT_GE(renewals, 1U);
    EXPECT_LE(renewals, 1U + static_cast<unsigned>(took / 6s)) << "once in a token's life";
    EXPECT_EQ(provider.reused(), 0U);
    EXPECT_EQ(one.get("/v1/me").status, 200U);
}

/// What is left of the life of what a Redis keeps under such a name.
std::chrono::milliseconds left_of(const testing::private_redis& in, const std::string& pattern) {
    constexpr char script[] = "return redis.call('PTTL', redis.call('KEYS', ARGV[1])[1] or '')";
    return std::chrono::milliseconds(std::stoll(in.ask({"EVAL", script, "0", pattern})));
}

TEST_F(BrowserSession, WhatCameOfARenewalIsKeptForLongerThanASessionMayRest) {
    testing::private_provider provider({.jwks = {}, .access_seconds = 2});
    testing::private_redis own;
    auto with = ground().with(provider);
    with["REDIS_URL"] = own.url();
    with["AUTH_SESSION_IDLE"] = "24h";
    with["AUTH_SESSION_LIFE"] = "48h";
    const auto at = started(with);
    browser one(*at, provider);
    ASSERT_EQ(one.sign_in().status, 303U);
    EXPECT_TRUE(eventually([&] {
        return one.get("/v1/me").status == 200 && provider.grants("refresh_token") > 0;
    }));
    const auto rests = left_of(own, "*:auth:session:*"), kept = left_of(own, "*:auth:refresh:*");
    EXPECT_GT(rests, 0ms);
    EXPECT_LE(rests, 24h);
    EXPECT_GE(kept, 24h) << "whoever comes back with the spent token is to find what came of it";
}

TEST_F(BrowserSession, AChangeOfItsSecretSignsNobodyOut) {
    testing::private_provider provider;
    auto with = ground().with(provider);
    const auto before = started(with);
    browser one(*before, provider), idle(*before, provider);
    ASSERT_EQ(one.sign_in().status, 303U);
    ASSERT_EQ(idle.sign_in().status, 303U);
    with["AUTH_SESSION_SECRET_PREVIOUS"] = with["AUTH_SESSION_SECRET"];
    with["AUTH_SESSION_SECRET"] = "another-secret-of-32-characters-or-more";
    const auto between = started(with);
    one.go_to(*between);
    EXPECT_EQ(one.get("/v1/me").status, 200U);
    with.erase("AUTH_SESSION_SECRET_PREVIOUS");
    const auto after = started(with);
    one.go_to(*after);
    idle.go_to(*after);
    EXPECT_EQ(one.get("/v1/me").status, 200U) << "it was sealed again";
    EXPECT_EQ(idle.get("/v1/me").status, 401U) << "it was not";
}

TEST_F(BrowserSession, AProviderThatHangsDoesNotKeepTheServiceFromEnding) {
    testing::private_provider provider({.jwks = {}, .access_seconds = 2});
    auto with = ground().with(provider);
    with["HEADROOM_DRAIN_TIMEOUT"] = "1s";
    const auto at = started(with);
    browser one(*at, provider);
    ASSERT_EQ(one.sign_in().status, 303U);
    provider.answer_by("path=/token&before=20000");
    const auto before = provider.requests("/token");
    std::thread asks([&] {
        // Its answer is whatever it is: the service ends meanwhile.
        EXPECT_TRUE(eventually([&] {
            try {
                (void)one.get("/v1/me");
            } catch (const std::exception&) {
                return true;
            }
            return provider.requests("/token") > before;
        }));
    });
    EXPECT_TRUE(eventually([&] { return provider.requests("/token") > before; }));
    const auto asked = std::chrono::steady_clock::now();
    at->process().signal(SIGTERM);
    EXPECT_TRUE(at->process().wait(30s));
    EXPECT_LT(std::chrono::steady_clock::now() - asked, 8s) << "the exchange alone may take 10";
    asks.join();
}

TEST_F(BrowserSession, AProviderThatComesBackWithOtherKeysSignsInAgain) {
    testing::private_provider provider({.jwks = {}, .access_seconds = 4});
    const auto at = started(ground().with(provider));
    browser old(*at, provider), anew(*at, provider);
    ASSERT_EQ(old.sign_in().status, 303U);
    ASSERT_EQ(old.get("/v1/me").status, 200U);
    provider.crash();
    provider.start();
    EXPECT_EQ(anew.sign_in().status, 303U);
    EXPECT_EQ(anew.get("/v1/me").status, 200U) << "by the new key";
    EXPECT_EQ(provider.requests("/jwks"), 1U);
    EXPECT_TRUE(eventually([&] { return old.get("/v1/me").status == 401; }))
        << "the provider knows its refresh token no more";
}

TEST_F(BrowserSession, WithoutAProviderNobodySignsInAndWhoIsStays) {
    testing::private_provider provider;
    const auto at = started(ground().with(provider));
    browser in(*at, provider), out(*at, provider);
    ASSERT_EQ(in.sign_in().status, 303U);
    const auto callback = out.callback_after(out.get("/auth/login"));
    provider.crash();
    const auto refused = out.get(callback);
    EXPECT_EQ(refused.status, 503U) << refused.body;
    EXPECT_FALSE(out.has_session());
    const auto code = callback.substr(callback.find("code=") + 5, 20);
    EXPECT_THAT(refused.head + refused.body, Not(HasSubstr(code)));
    EXPECT_EQ(in.get("/v1/me").status, 200U);
    EXPECT_EQ(in.ask("POST", "/auth/logout", browser::from_us).status, 204U);
    EXPECT_EQ(in.get("/v1/me").status, 401U);
}

TEST_F(BrowserSession, WithoutRedisItIs503AndNobodyIsLetIn) {
    testing::private_provider provider;
    testing::private_redis own;
    auto with = ground().with(provider);
    with["REDIS_URL"] = own.url();
    const auto at = started(with);
    browser one(*at, provider);
    ASSERT_EQ(one.sign_in().status, 303U);
    own.crash();
    EXPECT_TRUE(eventually([&] { return one.get("/v1/me").status == 503; }));
    EXPECT_GE(one.get("/auth/login").status, 503U) << "503 or 504";
    EXPECT_EQ(one.get("/v1/tenants", ground().as_operator()).status, 200U) << "others are let in";
    own.start();
    EXPECT_TRUE(eventually([&] { return one.get("/v1/me").status == 401; })) << "it kept nothing";
}

}  // namespace
}  // namespace headroom::service
