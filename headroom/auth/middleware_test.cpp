#include "headroom/auth/middleware.hpp"

#include <gtest/gtest.h>

#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::auth {
namespace {

/// Routes behind authentication: /open is exempt, /me names who asks, /write wants a scope.
class AuthMiddleware : public ::testing::Test {
protected:
    struct answered {
        unsigned status = 0;
        std::string body, challenge, kept;
    };

    AuthMiddleware() {
        row.id = key.id;
        row.hash = api_key_hash(key.value, pepper_of_this);
        principal agent;
        agent.subject = "agent-1";
        agent.key_id = key.id;
        row.who = std::make_shared<const principal>(std::move(agent));
        shelf.put(fixture::home, fixture::all_jwks());
        api_key_terms terms;
        terms.pepper = pepper_of_this;
        terms.look_up = [this](std::string,
                               deadline) -> task<std::optional<registered_api_key>> {
            ++look_ups;
            co_return row;
        };
        keys.emplace(std::move(terms), kept);
        table.use(keep_private({"/open"}));
        table.use(answer_denials([this](std::string_view why) { told += std::string(why) + ";"; }));
        table.use(limit_guesses(guesses, {"/open"}, [this] { return now; }));
        table.use(accept_api_key(*keys, {"/open"}));
        table.use(accept_bearer(bearer, {"/open"}));
        table.get("/open", [](http::request& of) -> task<http::response> {
            co_return http::response::text(find_principal(of) == nullptr ? "nobody" : "somebody");
        });
        table.get("/open/not", [](http::request& of) -> task<http::response> {
            co_return http::response::text(principal_of(of).subject);
        });
        table.get("/me", [](http::request& of) -> task<http::response> {
            co_return http::response::text(principal_of(of).subject);
        });
        table.get("/write", [](http::request& of) -> task<http::response> {
            require_scope(of, "orders:write");
            co_return http::response::text("written");
        });
        table.get("/rule", [](http::request& of) -> task<http::response> {
            require_role(of, {"admin", "owner"});
            co_return http::response::text("ruled");
        });
    }

    answered ask(std::string_view path, std::vector<http::field> fields,
                 std::string_view query = "") {
        answered out;
        testing::run([&]() -> task<void> {
            budget::holder who;
            http::request of(who, testing::soon());
            of.raw_path = of.path = path;
            of.query = query;
            of.headers = http::fields(fields);
            auto reply = co_await table.handle(of);
            out.status = reply.status();
            reply.render(path, "");
            for (const auto& [name, value] : reply.added()) {
                if (name == "WWW-Authenticate") out.challenge = value;
                if (name == "Cache-Control") out.kept += value;
            }
            out.body = reply.body();
        });
        return out;
    }
    static std::string token(std::string_view more = "") {
        return "Bearer " + fixture::key_of(key_kind::p256)
                               .token(algorithm::es256, fixture::claims_of(fixture::home, more));
    }

    const secret pepper_of_this{"a-pepper-for-middleware"};
    const new_api_key key = make_api_key();
    const std::string presented{key.text.reveal()};
    registered_api_key row;
    int look_ups = 0;
    deadline::clock::time_point now{std::chrono::hours(1)};
    const std::shared_ptr<http::rate_limiter> guesses =
        std::make_shared<http::rate_limiter>(http::rate_terms{.per_second = 1, .burst = 10});
    kept_api_keys kept{10, std::chrono::seconds(5)};
    std::optional<api_key_verifier> keys;
    fixture::key_shelf shelf;
    token_verifier tokens{{fixture::policy_of(fixture::home)}, shelf.source(), 10};
    const authenticator bearer{
        tokens,
        [](std::string_view, deadline) -> task<key_source::looked> {
            co_return key_source::looked::unavailable;
        },
        [] { return fixture::at(fixture::noon); }};
    std::string told;
    http::router table;
};

TEST_F(AuthMiddleware, EitherCredentialIsItsPrincipal) {
    EXPECT_EQ(ask("/me", {{"authorization", token()}}).body, "user-1");
    EXPECT_EQ(ask("/me", {{"x-api-key", presented}}).body, "agent-1");
    EXPECT_EQ(told, "");
}

TEST_F(AuthMiddleware, WithoutOneTheRouteDecides) {
    const auto refused = ask("/me", {});
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.challenge, "Bearer realm=\"API\"");
    EXPECT_NE(refused.body.find("MISSING_TOKEN"), std::string::npos);
    EXPECT_EQ(ask("/open", {}).body, "nobody");
    EXPECT_EQ(told, "no_credentials;");
}

TEST_F(AuthMiddleware, AnotherSchemeIsNoCredentialOfOurs) {
    EXPECT_EQ(ask("/me", {{"Authorization", "Basic eDp5"}}).status, 401U);
}

TEST_F(AuthMiddleware, OnAnExemptRouteNoCredentialIsLookedAt) {
    EXPECT_EQ(ask("/open", {{"X-API-Key", presented}}).body, "nobody");
    EXPECT_EQ(ask("/open", {{"Authorization", "Bearer x"}}).body, "nobody");
    EXPECT_EQ(look_ups, 0);
}

TEST_F(AuthMiddleware, ARouteBelowAnExemptOneIsNotExempt) {
    EXPECT_EQ(ask("/open/not", {{"X-API-Key", presented}}).body, "agent-1");
    EXPECT_EQ(ask("/open/not", {{"X-API-Key", "nonsense"}}).status, 401U);
    EXPECT_EQ(ask("/open/not", {{"Authorization", "Bearer x"}}).status, 401U);
    EXPECT_EQ(ask("/open/not", {{"X-API-Key", presented}}).kept, "private, no-cache");
}

TEST_F(AuthMiddleware, TwoCredentialsAreRefusedUnverified) {
    const std::string good = token();
    for (const auto& fields :
         {std::vector<http::field>{{"X-API-Key", presented}, {"Authorization", good}},
          {{"X-API-Key", presented}, {"X-API-Key", presented}},
          {{"Authorization", good}, {"Authorization", good}}})
        EXPECT_EQ(ask("/me", fields).status, 400U);
    EXPECT_EQ(ask("/me", {{"Authorization", good}}, "access_token=x").status, 400U);
    EXPECT_EQ(ask("/me", {{"X-API-Key", presented}}, "access_token=x").status, 400U);
    EXPECT_EQ(look_ups, 0);
}

TEST_F(AuthMiddleware, AKeyIsRefusedInItsOwnScheme) {
    const auto refused = ask("/me", {{"X-API-Key", "nonsense"}});
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(refused.challenge, "APIKey");
    EXPECT_NE(refused.body.find("/errors/invalid-format"), std::string::npos);
    EXPECT_EQ(refused.body.find("nonsense"), std::string::npos);
}

TEST_F(AuthMiddleware, WithoutKeysOfTheIssuerItIs503) {
    shelf.remove(fixture::home);
    const auto refused = ask("/me", {{"Authorization", token()}});
    EXPECT_EQ(refused.status, 503U);
    EXPECT_EQ(refused.challenge, "");
}

TEST_F(AuthMiddleware, NoSharedCacheMayKeepWhatStandsBehindACredential) {
    EXPECT_EQ(ask("/me", {{"X-API-Key", presented}}).kept, "private, no-cache");
    EXPECT_EQ(ask("/me", {{"Authorization", token()}}).kept, "private, no-cache");
    EXPECT_EQ(ask("/me", {}).kept, "no-store");
    EXPECT_EQ(ask("/nowhere", {{"X-API-Key", presented}}).kept, "no-store");
    EXPECT_EQ(ask("/open", {}).kept, "");
}

TEST_F(AuthMiddleware, WhoGuessesIsNotLookedAtOnceItsRateIsUsedUp) {
    const auto guess = [&] {
        return ask("/me", {{"X-API-Key", std::string(make_api_key().text.reveal())}}).status;
    };
    for (int i = 0; i < 10; ++i) EXPECT_EQ(guess(), 401U);
    const auto before = look_ups;
    EXPECT_EQ(guess(), 429U);
    EXPECT_EQ(ask("/me", {{"Authorization", "Bearer x"}}).status, 429U);
    EXPECT_EQ(look_ups, before);
    EXPECT_EQ(ask("/open", {{"X-API-Key", "nonsense"}}).status, 200U);
    now += std::chrono::seconds(1);
    EXPECT_EQ(guess(), 401U);
    EXPECT_EQ(guess(), 429U);
}

TEST_F(AuthMiddleware, ASessionThatIsOverIsAGuessToo) {
    table.get("/over", [](http::request&) -> task<http::response> {
        throw denied({401, "SESSION_ENDED", "It is over.", {}, "session_ended"});
    });
    const std::string cookie = "__Host-session=" + std::string(43, 'a');
    for (int i = 0; i < 10; ++i) EXPECT_EQ(ask("/over", {{"Cookie", cookie}}).status, 401U);
    EXPECT_EQ(ask("/over", {{"Cookie", cookie}}).status, 429U);
}

TEST_F(AuthMiddleware, WhatIsNoGuessCountsForNobody) {
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(ask("/me", {{"X-API-Key", presented}}).status, 200U);
        EXPECT_EQ(ask("/write", {{"Authorization", token()}}).status, 403U);
        EXPECT_EQ(ask("/me", {}).status, 401U) << "counted where requests are";
        EXPECT_EQ(ask("/me", {{"Authorization", "Basic eDp5"}}).status, 401U);
    }
    EXPECT_EQ(guesses->clients(), 0U);
}

TEST_F(AuthMiddleware, AMissingScopeIsNamed) {
    const auto refused = ask("/write", {{"Authorization", token()}});
    EXPECT_EQ(refused.status, 403U);
    EXPECT_NE(refused.challenge.find("error=\"insufficient_scope\""), std::string::npos);
    EXPECT_NE(refused.challenge.find("scope=\"orders:write\""), std::string::npos);
}

TEST_F(AuthMiddleware, AMissingRoleIsForbidden) {
    EXPECT_EQ(ask("/rule", {{"Authorization", token()}}).status, 403U);
    EXPECT_EQ(ask("/rule", {{"Authorization", token(R"(,"roles":["owner"])")}}).body, "ruled");
    EXPECT_EQ(ask("/rule", {}).status, 401U);
}

TEST_F(AuthMiddleware, WhoIsAssumedIsSoOnlyWithoutACredential) {
    principal developer;
    developer.subject = "dev";
    table.use(assume_principal(developer, {"/open"}));
    EXPECT_EQ(ask("/me", {{"Host", "localhost"}}).body, "dev");
    EXPECT_EQ(ask("/me", {{"X-API-Key", presented}}).body, "agent-1");
    EXPECT_EQ(ask("/me", {{"X-API-Key", "nonsense"}}).status, 401U);
}

TEST_F(AuthMiddleware, NobodyIsAssumedByANameThatOnlyLeadsHere) {
    table.use(assume_principal({}, {"/open"}));
    for (const auto* own : {"localhost:8080", "127.0.0.1", "127.8.7.6:1", "[::1]:8080"})
        EXPECT_EQ(ask("/me", {{"Host", own}}).status, 200U) << own;
    for (const auto* other : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example",
                              "10.0.0.1", "", "0.0.0.0:8080"})
        EXPECT_EQ(ask("/me", {{"Host", other}}).status, 403U) << other;
    EXPECT_EQ(ask("/me", {}).status, 403U);
    EXPECT_EQ(ask("/open", {{"Host", "evil.example"}}).status, 200U);
}

}  // namespace
}  // namespace headroom::auth
