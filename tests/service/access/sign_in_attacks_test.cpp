// Sign-ins and sessions in the wrong hands: what they get, and that nothing tells them more.
#include <signal.h>

#include "tests/service/access/sign_in_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class BrowserAttack : public shared_sign_in_fixture {};

TEST_F(BrowserAttack, AStateIsGoodOnceAndInItsBrowserAlone) {
    auto victim = new_browser(), thief = new_browser();
    const auto stolen = victim.callback_after(victim.get("/auth/login"));
    const auto refused = thief.get(stolen);
    EXPECT_EQ(refused.status, 400U);
    EXPECT_EQ(text(refused, "/error_code"), "SIGN_IN_FAILED");
    EXPECT_EQ(victim.get(stolen).status, 400U) << "it was taken";
    const auto callback = victim.callback_after(victim.get("/auth/login"));
    EXPECT_EQ(victim.get(callback).status, 303U);
    EXPECT_EQ(victim.get(callback).status, 400U) << "once";
    EXPECT_FALSE(thief.has_session());
}

TEST_F(BrowserAttack, AThiefsSignInIsNotTheVictims) {
    auto victim = new_browser(), thief = new_browser();
    (void)victim.get("/auth/login");
    const auto planted = thief.callback_after(thief.get("/auth/login"));
    EXPECT_EQ(victim.get(planted).status, 400U);
    EXPECT_FALSE(victim.has_session());
}

TEST_F(BrowserAttack, WhatIsNoAnswerOfTheProviderIsRefused) {
    auto one = new_browser();
    const auto login = one.get("/auth/login");
    const auto url = header_of(login, "Location");
    const auto state = url.substr(url.find("state=") + 6, 43);
    const auto codes = provider().requests("/token");
    for (const auto& query :
         {std::string(""), std::string("?state=x&code=y"),
          "?code=y&state=" + std::string(43, 'A'), "?state=" + std::string(20'000, 'a'),
          std::string("?error=access_denied&state=nonsense")}) {
        const auto refused = one.get("/auth/callback" + query);
        EXPECT_TRUE(refused.status == 400 || refused.status == 414) << query << refused.status;
    }
    EXPECT_EQ(one.get("/auth/callback?code=y&state=" + state + "&iss=https://evil.example").status,
              400U) << "another issuer";
    EXPECT_EQ(provider().requests("/token"), codes) << "no code was sent anywhere";
    EXPECT_FALSE(one.has_session());
}

TEST_F(BrowserAttack, WhoSaysNoAtTheProviderIsTold) {
    auto one = new_browser();
    const auto url = header_of(one.get("/auth/login"), "Location");
    const auto state = url.substr(url.find("state=") + 6, 43);
    const auto refused =
        one.get("/auth/callback?error=access_denied&error_description=%3Cb%3E&iss=" +
                provider().issuer() + "&state=" + state);
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(text(refused, "/error_code"), "SIGN_IN_DENIED");
    EXPECT_THAT(refused.body, Not(HasSubstr("<b>")));
}

TEST_F(BrowserAttack, NobodyIsSentToAnotherSite) {
    for (const auto* to :
         {"https://evil.example", "//evil.example", "/%5Cevil.example", "javascript:alert(1)",
          "evil.example", "%2F%2Fevil.example", "https:evil.example", "/%E2%80%A8",
          "%20//evil.example"}) {
        auto one = new_browser();
        EXPECT_EQ(header_of(one.sign_in(to), "Location"), "/") << to;
    }
    auto one = new_browser();
    for (const auto* bad : {"/%09/evil.example", "%0d%0aSet-Cookie:a=b", "/x%0d%0aSet-Cookie:a=b",
                            "/x&return_to=//evil.example", "%ff"}) {
        const auto refused = one.get(std::string("/auth/login?return_to=") + bad);
        EXPECT_EQ(refused.status, 422U) << bad;
        EXPECT_EQ(header_of(refused, "Location") + header_of(refused, "Set-Cookie"), "") << bad;
    }
    EXPECT_EQ(header_of(one.sign_in("%2Forders%23x"), "Location"), "/orders#x");
}

TEST_F(BrowserAttack, WhatChangesSomethingComesFromAPageThatMay) {
    auto one = signed_in();
    const auto patched = [&](const std::string& headers) {
        return one.ask("PATCH", "/v1/tenants/acme/metadata", headers, R"({"metadata":{}})").status;
    };
    for (const auto* good : {"Origin: https://app.example\r\n", "Sec-Fetch-Site: same-origin\r\n",
                             "Origin: https://admin.example\r\n",
                             "Origin: https://app.example\r\nSec-Fetch-Site: same-origin\r\n"})
        EXPECT_NE(patched(good), 403U) << good;
    for (const auto* bad :
         {"", "Origin: null\r\n", "Origin: https://evil.example\r\n",
          "Origin: http://app.example\r\n", "Origin: https://app.example.evil.example\r\n",
          "Sec-Fetch-Site: cross-site\r\n", "Sec-Fetch-Site: same-site\r\n",
          "Sec-Fetch-Site: none\r\n", "Referer: https://app.example/\r\n",
          "Origin: https://evil.example\r\nSec-Fetch-Site: same-origin\r\n"}) {
        EXPECT_EQ(patched(bad), 403U) << bad;
        EXPECT_EQ(one.ask("POST", "/auth/logout", bad).status, 403U) << bad;
    }
    EXPECT_EQ(one.get("/v1/me", "Origin: https://evil.example\r\n").status, 200U) << "reads";
    EXPECT_EQ(one.get("/v1/me", "Upgrade: websocket\r\nConnection: Upgrade\r\n").status, 403U);
    EXPECT_EQ(one.get("/v1/me").status, 200U) << "nobody signed it out";
}

TEST_F(BrowserAttack, NoOtherCookieIsASession) {
    auto one = signed_in();
    const auto good = one.cookies.at("__Host-session");
    auto changed = good;
    changed[10] = changed[10] == 'A' ? 'B' : 'A';
    for (const auto& bad : {changed, good.substr(1), good + "A", std::string(43, '*'),
                            std::string(4'000, 'a')}) {
        one.cookies["__Host-session"] = bad;
        EXPECT_EQ(one.get("/v1/me").status, 401U) << bad;
    }
    one.cookies = {{"session", good}, {"__host-session", good}, {"__Secure-session", good}};
    EXPECT_EQ(one.get("/v1/me").status, 401U);
}

TEST_F(BrowserAttack, NoSecretIsShownAnywhere) {
    const auto own = started(ground().with(provider()));
    browser one(*own, provider());
    std::vector<std::string> secrets{signing::session_secret,
                                     testing::private_provider::client_secret, "eyJ"};
    std::string seen;
    const auto login = one.get("/auth/login?return_to=/here");
    const auto callback = one.callback_after(login);
    const auto value_of = [](const std::string& url, const std::string& name) {
        const auto at = url.find(name + "=") + name.size() + 1;
        return url.substr(at, url.find('&', at) - at);
    };
    secrets.push_back(value_of(callback, "code"));
    secrets.push_back(value_of(callback, "state"));
    secrets.push_back(one.cookies.at("__Host-sign-in"));
    ASSERT_EQ(one.get(callback).status, 303U);
    secrets.push_back(one.cookies.at("__Host-session"));
    for (const auto* path : {"/v1/me", "/auth/session", "/v1/tenants", "/healthz", "/metrics"})
        seen += one.get(path).body;
    seen += one.get(callback).body + one.ask("PATCH", "/v1/tenants/acme/metadata").body;
    provider().answer_by("path=/token&status=500");
    const auto again = one.callback_after(one.get("/auth/login"));
    secrets.push_back(value_of(again, "code"));
    seen += one.get(again).body;
    provider().answer_by("");
    EXPECT_EQ(one.ask("POST", "/auth/logout", browser::from_us).status, 204U);
    seen += one.get("/v1/me").body + own->get("/metrics").body;
    own->process().signal(SIGTERM);
    EXPECT_TRUE(own->process().wait(std::chrono::seconds(30)));
    seen += own->errors() + own->process().output();
    EXPECT_GT(seen.size(), 5'000U);
    for (const auto& each : secrets)
        EXPECT_EQ(seen.find(each.substr(0, 12)), seen.npos) << each;
}

TEST_F(BrowserAttack, WhoBeginsSignInAfterSignInIsRefused) {
    auto with = ground().with(provider());
    with["AUTH_SIGN_IN_RATE"] = "1";
    with["AUTH_SIGN_IN_RATE_BURST"] = "5";
    with["AUTH_SIGN_IN_PENDING"] = "3";
    with["HEADROOM_SYSTEM"] = "bounded";  // the others' are not counted
    const auto own = started(with);
    unsigned begun = 0, full = 0, often = 0;
    for (unsigned i = 0; i < 20; ++i) {
        const auto got = own->get("/auth/login");
        begun += got.status == 303 ? 1 : 0;
        full += got.status == 503 && text(got, "/error_code") == "TOO_MANY_SIGN_INS" ? 1 : 0;
        often += got.status == 429 ? 1 : 0;
        if (got.status != 303) EXPECT_NE(header_of(got, "Retry-After"), "") << got.head;
    }
    EXPECT_EQ(begun, 3U);
    EXPECT_GE(full, 2U);
    EXPECT_GE(often, 1U);
    EXPECT_EQ(begun + full + often, 20U);
    const auto shown = own->get("/metrics").body;
    for (const auto* each : {R"(headroom_auth_sign_ins_total{end="too_many"})",
                             R"(headroom_auth_sign_ins_total{end="too_often"})",
                             "headroom_auth_sign_ins_pending_limit 3"})
        EXPECT_THAT(shown, HasSubstr(each));
    EXPECT_THAT(own->errors() + own->process().output(), HasSubstr("of 3 at most"));
}

class BrowserSettings : public ::testing::Test {
protected:
    /// What `serve` says on its way out, asked to start with these.
    static std::string refused_with(const variables& more) {
        variables with{{"DATABASE_URL", "postgresql://app@127.0.0.1:1/shop"},
                       {"AUTH_ISSUER", "https://id.example"},
                       {"REDIS_URL", "redis://127.0.0.1:1/0"},
                       {"AUTH_OAUTH_CLIENT_ID", "shop"},
                       {"AUTH_OAUTH_CLIENT_SECRET", "the-secret-of-the-client"},
                       {"AUTH_SESSION_SECRET", signing::session_secret}};
        for (const auto& [name, value] : more) with[name] = value;
        const auto done = run_service(with, {"serve"});
        EXPECT_EQ(done.code, 78);
        return done.errors + done.output;
    }
};

TEST_F(BrowserSettings, WhatASignInNeedsIsSaidAtOnce) {
    const auto said = refused_with({{"AUTH_ISSUER", ""},
                                    {"REDIS_URL", ""},
                                    {"AUTH_SESSION_SECRET", ""},
                                    {"AUTH_OAUTH_CLIENT_SECRET", ""},
                                    {"AUTH_OAUTH_REDIRECT_URI", "https://app.example/elsewhere"}});
    for (const auto* each : {"set AUTH_ISSUER", "set REDIS_URL", "AUTH_SESSION_SECRET",
                             "must have a secret", "must end with /auth/callback"})
        EXPECT_THAT(said, HasSubstr(each));
}

TEST_F(BrowserSettings, ProductionAsksForHttps) {
    const auto said = refused_with(
        {{"HEADROOM_PROFILE", "production"},
         {"AUTH_OAUTH_REDIRECT_URI", "http://localhost:8000/auth/callback"}});
    EXPECT_THAT(said, HasSubstr("AUTH_OAUTH_REDIRECT_URI"));
    EXPECT_THAT(said, Not(HasSubstr("the-secret-of-the-client")));
}

}  // namespace
}  // namespace headroom::service
