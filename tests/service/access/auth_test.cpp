// Who is let in: credentials, exemptions, tokens and keys, against the assembled service.
#include <gmock/gmock.h>

#include "headroom/auth/api_key.hpp"
#include "tests/service/access/auth_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using namespace std::chrono_literals;

class SignIn : public auth_fixture {};

TEST_F(SignIn, WithoutACredentialNothingButProbesIsAnswered) {
    for (const auto* open : {"/livez", "/readyz"}) EXPECT_EQ(get(open, "").status, 200U) << open;
    for (const auto* closed : {"/v1/me", "/v1/tenants", "/v1/tenants/acme", "/nowhere"}) {
        const auto refused = get(closed, "");
        EXPECT_EQ(refused.status, 401U) << closed;
        EXPECT_EQ(header_of(refused, "WWW-Authenticate"), "Bearer realm=\"API\"") << closed;
        EXPECT_EQ(text(refused, "/error_code"), "MISSING_TOKEN");
        EXPECT_THAT(refused.head, HasSubstr("application/problem+json"));
    }
}

TEST_F(SignIn, NoSpellingOfAnExemptPathOpensAnother) {
    for (const auto* path : {"/livezXYZ", "/livez/", "//livez", "/LIVEZ", "/%2e/livez", "/livez/..",
                             "/livez/../v1/tenants", "/livez;x", "/livez%2f", "/readyz/x"}) {
        const auto refused = get(path, "");
        EXPECT_TRUE(refused.status == 401 || refused.status == 400) << path << refused.status;
    }
    EXPECT_EQ(get("/livez?x=1", "").status, 200U);
    EXPECT_EQ(service().send("HEAD", "/livez", "", "").status, 200U);
    EXPECT_EQ(service().send("POST", "/livez", "", "").status, 405U) << "a GET is what is open";
}

TEST_F(SignIn, OperationsAreForThisMachineAndNotForWhomAProxySpeaks) {
    for (const auto* path : {"/healthz", "/metrics", "/budget", "/inflight"}) {
        EXPECT_EQ(get(path, "").status, 200U) << path;
        EXPECT_EQ(get(path, "X-Forwarded-For: 203.0.113.9\r\n").status, 401U) << path;
        EXPECT_EQ(get(path, "X-Forwarded-For: 203.0.113.9\r\n" + as_platform()).status, 200U);
    }
    for (const auto* mark : {"Via: 1.1 cache", "X-Real-IP: 203.0.113.9", "Forwarded: for=1.2.3.4"})
        EXPECT_EQ(get("/metrics", std::string(mark) + "\r\n").status, 401U) << mark;
}

TEST_F(SignIn, OperationsAreForThisMachineByItsOwnNameAlone) {
    const auto asked_as = [](const char* name) {
        return testing::say(service().port(), fmt::format(
            "GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", name));
    };
    for (const auto* own : {"localhost", "localhost:8080", "127.0.0.1:8080", "[::1]:8080"})
        EXPECT_THAT(asked_as(own), ::testing::StartsWith("HTTP/1.1 200")) << own;
    for (const auto* other : {"api.example", "rebound.example:8080", "203.0.113.9"})
        EXPECT_THAT(asked_as(other), ::testing::StartsWith("HTTP/1.1 401")) << other;
}

TEST_F(SignIn, ATokenIsItsPrincipal) {
    const auto slug = tenant();
    const auto me = get("/v1/me", bearer(token_of(slug, "admin", "ada",
                                                  R"(,"email":"ada@x.example","name":"Ada L.")")));
    ASSERT_EQ(me.status, 200U) << me.body;
    EXPECT_EQ(text(me, "/tenant"), slug);
    EXPECT_EQ(text(me, "/kind"), "user");
    EXPECT_EQ(text(me, "/issuer"), provider().issuer());
    EXPECT_EQ(text(me, "/profile/display_name"), "Ada L.");
    EXPECT_EQ(text(me, "/profile/email"), "ada@x.example");
}

TEST_F(SignIn, ASubjectMayHoldBlanks) {
    const auto slug = tenant();
    const auto token = token_of(slug, "", "Ada  Lovelace");
    const auto me = get("/v1/me", bearer(token));
    ASSERT_EQ(me.status, 200U) << me.body;
    EXPECT_EQ(text(me, "/subject"), "Ada  Lovelace-" + slug);
    EXPECT_TRUE(boost::json::parse(me.body).at("profile").is_object()) << "made with the request";
}

TEST_F(SignIn, ABodyIsAskedForOnlyOfWhoMaySendIt) {
    const auto head = [](std::string_view route, const std::string& headers) {
        return fmt::format("{} HTTP/1.1\r\nHost: localhost\r\n{}Content-Length: 1000\r\n"
                           "Expect: 100-continue\r\n\r\n", route, headers);
    };
    const auto answered = [&](std::string_view route, const std::string& headers) {
        return testing::say(service().port(), head(route, headers)).substr(0, 12);
    };
    EXPECT_EQ(answered("POST /v1/tenants", ""), "HTTP/1.1 401");
    EXPECT_EQ(answered("POST /v1/tenants", bearer("nonsense")), "HTTP/1.1 401");
    EXPECT_EQ(answered("POST /v1/tenants", bearer(token_of(tenant(), "admin"))), "HTTP/1.1 403");
    EXPECT_EQ(answered("GET /livez", ""), "HTTP/1.1 200") << "nothing reads it there";
    testing::text_client platform(service().port());
    platform.send(head("POST /v1/tenants", as_platform()));
    EXPECT_EQ(platform.until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
}

TEST_F(SignIn, TheSchemesCaseDoesNotMatter) {
    EXPECT_EQ(get("/v1/me", "authorization: bEaReR " + platform_token() + "\r\n").status, 200U);
}

TEST_F(SignIn, TwoCredentialsAreNone) {
    const auto token = platform_token();
    for (const auto& headers : {bearer(token) + bearer(token), bearer(token) + api_key("pk_x"),
                                bearer(token) + "Authorization: Basic eDp5\r\n"}) {
        const auto refused = get("/v1/me", headers);
        EXPECT_EQ(refused.status, 400U) << refused.body;
        EXPECT_THAT(header_of(refused, "WWW-Authenticate"), HasSubstr("invalid_request"));
    }
    EXPECT_EQ(get("/v1/me", api_key("pk_x") + api_key("pk_x")).status, 400U);
    EXPECT_EQ(get("/v1/me?access_token=" + token, bearer(token)).status, 400U);
    EXPECT_EQ(get("/v1/me?access_token=" + token, "").status, 401U);
}

TEST_F(SignIn, EachFaultOfATokenHasItsCode) {
    const auto code_of = [&](const std::string& token) {
        const auto refused = get("/v1/me", bearer(token));
        EXPECT_EQ(refused.status, 401U) << refused.body;
        EXPECT_THAT(header_of(refused, "WWW-Authenticate"), HasSubstr("error=\"invalid_token\""));
        EXPECT_THAT(refused.body + refused.head, Not(HasSubstr(token)));
        return text(refused, "/error_code");
    };
    const token_terms good{.tenant = "acme"};
    auto changed = good;
    changed.expires_in = -3600;
    EXPECT_EQ(code_of(provider().token(changed)), "TOKEN_EXPIRED");
    changed = good;
    changed.audience = "another";
    EXPECT_EQ(code_of(provider().token(changed)), "INVALID_CLAIMS");
    EXPECT_EQ(code_of("not-a-token"), "INVALID_FORMAT");
    auto forged = provider().token(good);
    forged[forged.size() - 8] = forged[forged.size() - 8] == 'A' ? 'B' : 'A';
    EXPECT_EQ(code_of(forged), "INVALID_SIGNATURE");
    EXPECT_EQ(get("/v1/me", "Authorization: Bearer \r\n").status, 400U);
}

TEST_F(SignIn, AnIdTokenIsNoAccessToken) {
    token_terms id{.tenant = "acme", .more = R"(,"nonce":"n")", .typ = "JWT"};
    EXPECT_EQ(text(get("/v1/me", bearer(provider().token(id))), "/error_code"), "INVALID_CLAIMS");
    id.more = R"(,"events":{})";
    EXPECT_EQ(get("/v1/me", bearer(provider().token(id))).status, 401U);
}

TEST_F(SignIn, ATokenWithoutTenantIsOfUseForThePlatformAlone) {
    const auto refused = get("/v1/me", bearer(provider().token({.subject = "nobody"})));
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(text(refused, "/error_code"), "INVALID_CLAIMS");
    EXPECT_EQ(get("/v1/me", as_platform()).status, 200U);
}

TEST_F(SignIn, AnUnknownKeyIsLookedForOnceAndANewOneIsFound) {
    auto where = guarded::one().addresses();
    identity_provider own;
    where["AUTH_ISSUER"] = own.issuer();
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    own.add_key("key-2");
    const auto before = own.fetches();
    const auto told = bearer(own.token({.subject = "root", .roles = R"(["platform_admin"])"}));
    EXPECT_EQ(fresh.send("GET", "/v1/me", "", told).status, 200U);
    EXPECT_EQ(own.fetches(), before + 1);
    for (int i = 0; i < 20; ++i)
        EXPECT_EQ(fresh.send("GET", "/v1/me", "",
                             bearer(own.token_by(fmt::format("none-{}", i), {}))).status,
                  401U);
    EXPECT_EQ(own.fetches(), before + 1);
}

TEST_F(SignIn, KnownKeysWaitForNobodyWhileTheirProviderSleeps) {
    auto where = guarded::one().addresses();
    identity_provider own;
    where["AUTH_ISSUER"] = own.issuer();
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    const token_terms root{.subject = "root", .roles = R"(["platform_admin"])"};
    ASSERT_EQ(fresh.send("GET", "/v1/me", "", bearer(own.token(root))).status, 200U);
    own.delay(3s);
    std::atomic<bool> done = false;
    std::thread stranger([&] {
        EXPECT_NE(fresh.send("GET", "/v1/me", "", bearer(own.token_by("unknown", {}))).status,
                  200U);
        done = true;
    });
    unsigned let_in = 0;
    while (!done && let_in < 50)
        let_in += fresh.send("GET", "/v1/me", "", bearer(own.token(root))).status == 200U;
    EXPECT_FALSE(done) << "the stranger still waits";
    EXPECT_EQ(let_in, 50U);
    own.delay(0s);
    stranger.join();
}

TEST_F(SignIn, WhoseProviderIsAwayIsToldSoAndNotThatHeIsWrong) {
    auto where = guarded::one().addresses();
    identity_provider own;
    const auto token = own.token({.tenant = "acme"});
    where["AUTH_ISSUER"] = own.issuer();
    own.go_away();
    running_service fresh(where);
    const auto answers = [&] {
        try {
            return fresh.get("/livez").status == 200U;
        } catch (const std::exception&) {
            return false;
        }
    };
    ASSERT_TRUE(testing::eventually(answers)) << fresh.errors();
    const auto refused = fresh.send("GET", "/v1/me", "", bearer(token));
    EXPECT_EQ(refused.status, 503U) << refused.body;
    EXPECT_EQ(text(refused, "/error_code"), "SERVICE_UNAVAILABLE");
    EXPECT_EQ(header_of(refused, "WWW-Authenticate"), "");
    EXPECT_NE(header_of(refused, "Retry-After"), "");
    EXPECT_EQ(fresh.get("/readyz").status, 503U) << "nobody can sign in here";
}

TEST_F(SignIn, TheMetricsTellOfRefusalsKeysAndTheClient) {
    get("/v1/me", "");
    EXPECT_TRUE(testing::eventually([&] {
        return get("/metrics", "").body.find("http_client_request_duration_seconds_count") !=
               std::string::npos;
    }));
    const auto text = get("/metrics", "").body;
    EXPECT_THAT(text, HasSubstr("headroom_auth_refusals_total{reason=\"no_credentials\"}"));
    EXPECT_THAT(text, HasSubstr("headroom_auth_keys_freshness{issuer=\"" + provider().issuer()));
    EXPECT_THAT(text, HasSubstr("headroom_auth_cache_entries{cache=\"tokens\"}"));
    EXPECT_THAT(text, HasSubstr("headroom_http_client_breaker_open"));
}

TEST_F(SignIn, OneTenantsProviderThatIsAwayKeepsNobodyElseOut) {
    auto where = guarded::one().addresses();
    where["AUTH_ISSUERS"] = R"({"http://127.0.0.1:1":{"tenants":["acme"]}})";
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.get("/healthz").body << fresh.errors();
    EXPECT_THAT(fresh.get("/healthz").body, HasSubstr("auth:keys:http://127.0.0.1:1"));
    EXPECT_THAT(fresh.get("/metrics").body,
                HasSubstr("headroom_auth_keys_freshness{issuer=\"http://127.0.0.1:1\"} 0"));
}

TEST_F(SignIn, AnotherIssuerSpeaksForItsTenantsAlone) {
    identity_provider other;
    auto where = guarded::one().addresses();
    const auto mine = tenant(), another = tenant();
    where["AUTH_ISSUERS"] = fmt::format(R"({{"{}":{{"tenants":["{}"]}}}})", other.issuer(), mine);
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    const auto status = [&](const token_terms& of) {
        return fresh.send("GET", "/v1/me", "", bearer(other.token(of))).status;
    };
    EXPECT_EQ(status({.tenant = mine}), 200U);
    EXPECT_EQ(status({.tenant = another}), 401U) << "not its tenant";
    EXPECT_EQ(fresh.send("GET", "/v1/tenants", "",
                         bearer(other.token({.tenant = mine,
                                             .roles = R"(["platform_admin"])"}))).status,
              403U)
        << "its roles end with its tenant";
}

TEST_F(SignIn, WhoGuessesKeysIsCountedByItsAddress) {
    auto all = guarded::one().addresses();
    all["HEADROOM_HTTP_RATE"] = "1";
    all["HEADROOM_HTTP_RATE_BURST"] = "3";
    running_service limited(all);
    ASSERT_TRUE(limited.ready()) << limited.errors();
    const auto guess = [&] {
        const auto made = auth::make_api_key();
        return limited.send("GET", "/v1/me", "", api_key(std::string(made.text.reveal()))).status;
    };
    EXPECT_EQ(guess(), 401U);
    unsigned last = 0;
    EXPECT_TRUE(testing::eventually([&] { return (last = guess()) == 429; })) << last;
    EXPECT_EQ(limited.send("GET", "/livez", "", api_key("pk_x")).status, 200U);
}

TEST_F(SignIn, NobodyIsLetInUnasked) {
    const auto refused = [](const variables& more, const char* command = "settings") {
        auto where = guarded::one().addresses();
        for (const auto& [name, value] : more) where[name] = value;
        const auto ended = run_service(where, {command});
        EXPECT_EQ(ended.code, 78) << ended.errors;
        return ended.errors;
    };
    EXPECT_THAT(refused({{"HEADROOM_PROFILE", "production"},
                         {"AUTH_ISSUER", "https://id.example"},
                         {"AUTH_DEV_BYPASS", "true"}}),
                HasSubstr("AUTH_DEV_BYPASS"));
    EXPECT_THAT(refused({{"AUTH_DEV_BYPASS", "true"}, {"HEADROOM_HTTP_BEYOND_LOOPBACK", "true"}}),
                HasSubstr("AUTH_DEV_BYPASS"));
    EXPECT_THAT(refused({{"HEADROOM_PROFILE", "production"}}), HasSubstr("AUTH_ISSUER"))
        << "a provider that is asked by http";
    EXPECT_THAT(refused({{"HEADROOM_PROFILE", "production"},
                         {"AUTH_ISSUER", ""},
                         {"HEADROOM_API_KEY_PEPPER", ""}},
                        "serve"),
                HasSubstr("nobody can sign in"));
}

TEST_F(SignIn, WithoutASecretInAnyLogMetricOrAnswer) {
    const auto slug = tenant();
    const auto robot = make_robot(slug);
    const auto token = token_of(slug, "admin");
    std::string seen;
    for (const auto& headers : {bearer(token), api_key(robot.key), bearer(token + "x"),
                                api_key(robot.key + "x"), bearer(token) + api_key(robot.key)}) {
        const auto answered = get("/v1/me", headers);
        seen += answered.head + answered.body;
    }
    seen += get("/metrics", "").body + get("/healthz", "").body + service().errors();
    const auto secret = robot.key.substr(11);
    for (const auto& canary : {token.substr(token.rfind('.') + 1), secret, secret.substr(0, 8),
                               std::string("a-pepper-for-tests")})
        EXPECT_THAT(seen, Not(HasSubstr(canary)));
}

}  // namespace
}  // namespace headroom::service
