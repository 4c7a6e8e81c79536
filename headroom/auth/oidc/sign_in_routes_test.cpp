#include "headroom/auth/oidc/sign_in_routes.hpp"

#include "headroom/auth/oidc/limit_sign_ins.hpp"
#include "headroom/auth/oidc/sign_in_fixture.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::soon;

/// A server with the routes, and a browser of the test's own on another thread.
class SignInRoutes : public sign_in_fixture {
protected:
    void browsing(std::function<void()> body) {
        with_all([&](const all_of_it& of) -> task<void> {
            rotating_refresh renewing(of.provider, of.shared,
                                      {.prefix = "r:", .audience = terms.audience,
                                       .sealing = sealing()});
            kept.who_again = [&](const token_set& set, const principal& before, deadline until) {
                return of.in.read_again(set, before, until);
            };
            sessions all(of.provider, renewing, of.shared, kept);
            token_verifier tokens({policy_for_api()},
                                  [&](std::string_view) { return of.keys.keys(); }, 10);
            const authenticator bearer(tokens, [&](std::string_view, deadline until) {
                return of.keys.look_again(until);
            });
            const session_verifier verifier(all, bearer, {api});
            const own_pages pages("https://app.example/");
            routes.use(answer_denials());
            if (rates)
                routes.use(limit_sign_ins(rates, [this] { refused.fetch_add(1); },
                                          [] { return deadline::clock::time_point(1h); }));
            routes.use(accept_session(verifier, pages, {"/auth/logout", "/open"}));
            for (const auto* each : {"/me", "/open"}) routes.get(each, say_who);
            routes.post("/me", say_who);
            http::typed::api described(routes);
            add_sign_in_routes(described, {of.in, all, pages, 12h,
                                           [this](std::string_view what, const std::string& why) {
                                               const std::scoped_lock lock(mutex);
                                               outcomes.push_back(std::string(what) + " " + why);
                                           }});
            start();
            co_await testing::and_at_last([&]() -> task<void> { co_await of.elsewhere.run(body); },
                                          [&]() -> task<void> {
                                              co_await of.elsewhere.run([&] {
                                                  serving->stop(soon());
                                              });
                                              co_await renewing.stop(soon());
                                          });
        });
    }
    /// The subject, its tenant and its roles, as the access token has them.
    static task<http::response> say_who(http::request& of) {
        const auto* who = find_principal(of);
        if (who == nullptr) co_return http::response::text("nobody");
        const auto tenant = who->tenant ? who->tenant->text() : std::string();
        co_return http::response::text(who->subject + "/" + tenant +
                                       (who->has_role("admin") ? "/admin" : ""));
    }
    static issuer_policy policy_for_api() {
        issuer_policy made;
        made.issuer = provider().issuer();
        made.audiences = {api};
        return made;
    }
    /// Signs in: the session's cookie.
    std::string signed_in_browser() {
        const auto login = ask("GET /auth/login");
        return cookie_of(ask(callback_after(login), cookie_of(login, "sign-in")), "session");
    }
    std::string ask(const std::string& what, const std::string& cookies = "",
                    const std::string& more = "") {
        return testing::say(port(), what + " HTTP/1.1\r\nHost: orders\r\nConnection: close\r\n" +
                                        (cookies.empty() ? "" : "Cookie: " + cookies + "\r\n") +
                                        more + "\r\n");
    }
    static std::string between(const std::string& text, const std::string& from, char to) {
        const auto at = text.find(from);
        if (at == text.npos) return "";
        return text.substr(at + from.size(), text.find(to, at + from.size()) - at - from.size());
    }
    static std::string cookie_of(const std::string& answer, const std::string& name) {
        const auto value = between(answer, "__Host-" + name + "=", ';');
        return "__Host-" + name + "=" + value;
    }
    static std::string location_of(const std::string& answer) {
        return between(answer, "Location: ", '\r');
    }
    /// The path and query of the callback that the provider sends the browser to.
    static std::string callback_after(const std::string& login) {
        return "GET /auth/callback" +
               provider().sign_in(location_of(login)).substr(
                   std::string(testing::private_provider::callback).size());
    }

    static constexpr char from_us[] = "Origin: https://app.example\r\nContent-Length: 0\r\n";
    session_terms kept{.prefix = "r:", .sealing = sealing()};
    std::vector<std::string> outcomes;  // guarded by mutex
    std::shared_ptr<http::rate_limiter> rates;  // whose time stands still
    std::atomic<unsigned> refused{0};
};

TEST_F(SignInRoutes, SignInAskAndSignOut) {
    browsing([&] {
        EXPECT_THAT(ask("GET /auth/session"), StartsWith("HTTP/1.1 401"));
        const auto login = ask("GET /auth/login?return_to=%2Forders%3Fa%3Db");
        EXPECT_THAT(login, StartsWith("HTTP/1.1 303"));
        EXPECT_THAT(login, HasSubstr("Cache-Control: no-store"));
        EXPECT_THAT(login, HasSubstr("Secure; HttpOnly; SameSite=Lax"));
        const auto back = ask(callback_after(login), cookie_of(login, "sign-in"));
        EXPECT_THAT(back, StartsWith("HTTP/1.1 303"));
        EXPECT_EQ(location_of(back), "/orders?a=b");
        EXPECT_THAT(back, Not(HasSubstr("__Host-sign-in="))) << "other windows may need it";
        const auto session = cookie_of(back, "session");
        const auto who = ask("GET /auth/session", session);
        EXPECT_THAT(who, StartsWith("HTTP/1.1 200"));
        EXPECT_THAT(who, HasSubstr(R"("subject":"user-1")"));
        EXPECT_THAT(who, Not(HasSubstr("eyJ"))) << "no token leaves";
        EXPECT_THAT(ask("POST /auth/logout", session, "Sec-Fetch-Site: cross-site\r\n"),
                    StartsWith("HTTP/1.1 403"));
        EXPECT_THAT(ask("POST /auth/logout", session), StartsWith("HTTP/1.1 403")) << "no proof";
        EXPECT_THAT(ask("POST /auth/logout", session, from_us),
                    HasSubstr("__Host-session=; Path=/; Max-Age=0"));
        EXPECT_THAT(ask("GET /auth/session", session), StartsWith("HTTP/1.1 401"));
    });
}

TEST_F(SignInRoutes, ASessionIsWhomItsAccessTokenSpeaksFor) {
    browsing([&] {
        const auto session = signed_in_browser();
        EXPECT_THAT(ask("GET /me", session), HasSubstr("\r\n\r\nuser-1/acme/admin"));
        EXPECT_THAT(ask("GET /me", "other=1; " + session), HasSubstr("user-1/acme/admin"));
        EXPECT_THAT(ask("GET /me"), HasSubstr("\r\n\r\nnobody"));
        EXPECT_THAT(ask("GET /open", session), HasSubstr("\r\n\r\nnobody")) << "exempt";
        EXPECT_THAT(ask("GET /me", session + "; " + session), HasSubstr("nobody")) << "two";
        const auto unknown = ask("GET /me", "__Host-session=" + std::string(43, 'A'));
        EXPECT_THAT(unknown, StartsWith("HTTP/1.1 401"));
        EXPECT_THAT(unknown, HasSubstr("SESSION_ENDED"));
        EXPECT_THAT(unknown, HasSubstr("WWW-Authenticate: Bearer realm="));
    });
}

TEST_F(SignInRoutes, WhoseAccessTokenIsOpaqueHasTheRolesOfTheLatestIdToken) {
    terms.audience = opaque;
    kept.renew_before = 3'000s;  // at each request
    kept.renew_percent_max = 100;
    const auto codes = provider().resources("authorization_code https://opaque.example"),
               renewals = provider().resources("refresh_token https://opaque.example");
    browsing([&] {
        const auto session = signed_in_browser();
        EXPECT_EQ(provider().resources("authorization_code https://opaque.example"), codes + 1);
        EXPECT_THAT(ask("GET /me", session), HasSubstr("\r\n\r\nuser-1//admin"));
        provider().say_roles("is=auditor");
        EXPECT_THAT(ask("GET /me", session), HasSubstr("\r\n\r\nuser-1/"));
        EXPECT_THAT(ask("GET /me", session), Not(HasSubstr("admin")));
        provider().say_roles("is=admin");
        EXPECT_THAT(ask("GET /me", session), HasSubstr("user-1//admin"));
        EXPECT_GE(provider().resources("refresh_token https://opaque.example"), renewals + 3);
    });
}

TEST_F(SignInRoutes, ACookieBesideACredentialIsNotLookedAt) {
    browsing([&] {
        const auto session = signed_in_browser();
        for (const auto* other : {"Authorization: Bearer x\r\n", "Authorization: Basic eDp5\r\n",
                                  "X-API-Key: pk_x\r\n"})
            EXPECT_THAT(ask("GET /me", session, other), HasSubstr("\r\n\r\nnobody")) << other;
    });
}

TEST_F(SignInRoutes, WhatMayChangeSomethingComesFromAPageOfOurs) {
    browsing([&] {
        const auto session = signed_in_browser();
        EXPECT_THAT(ask("POST /me", session, from_us), HasSubstr("user-1"));
        for (const auto* origin : {"", "Origin: null\r\n", "Origin: https://evil.example\r\n"}) {
            const auto refused = ask("POST /me", session, origin);
            EXPECT_THAT(refused, StartsWith("HTTP/1.1 403")) << origin;
            EXPECT_THAT(refused, HasSubstr("FORBIDDEN"));
        }
        EXPECT_THAT(ask("GET /me", session, "Upgrade: websocket\r\n"), StartsWith("HTTP/1.1 403"));
        EXPECT_THAT(ask("GET /me", session, "Origin: https://evil.example\r\n"),
                    HasSubstr("user-1")) << "what reads";
    });
}

TEST_F(SignInRoutes, WhoWasSignedInBeforeIsSignedOut) {
    browsing([&] {
        const auto first = ask("GET /auth/login");
        const auto one = cookie_of(ask(callback_after(first), cookie_of(first, "sign-in")),
                                   "session");
        const auto second = ask("GET /auth/login", one);
        const auto two = cookie_of(
            ask(callback_after(second), one + "; " + cookie_of(second, "sign-in")), "session");
        EXPECT_NE(one, two);
        EXPECT_THAT(ask("GET /auth/session", one), StartsWith("HTTP/1.1 401"));
        EXPECT_THAT(ask("GET /auth/session", two), StartsWith("HTTP/1.1 200"));
    });
}

TEST_F(SignInRoutes, TwoWindowsThatWentToTheProviderBothComeBack) {
    browsing([&] {
        const auto first = ask("GET /auth/login");
        const auto cookie = cookie_of(first, "sign-in");
        const auto second = ask("GET /auth/login", cookie);
        EXPECT_EQ(cookie_of(second, "sign-in"), cookie);
        const auto one = ask(callback_after(first), cookie);
        EXPECT_THAT(one, StartsWith("HTTP/1.1 303"));
        const auto jar = cookie + "; " + cookie_of(one, "session");
        const auto two = ask(callback_after(second), jar);
        EXPECT_THAT(two, StartsWith("HTTP/1.1 303"));
        EXPECT_THAT(ask("GET /auth/session", cookie_of(two, "session")),
                    StartsWith("HTTP/1.1 200"));
    });
}

TEST_F(SignInRoutes, ACallbackThatIsNotThisBrowsersSignsNobodyIn) {
    browsing([&] {
        const auto login = ask("GET /auth/login?return_to=https://evil.example/");
        const auto callback = callback_after(login);
        const auto stolen = ask(callback);
        EXPECT_THAT(stolen, StartsWith("HTTP/1.1 400"));
        EXPECT_THAT(stolen, HasSubstr("SIGN_IN_FAILED"));
        EXPECT_THAT(stolen, Not(HasSubstr("__Host-session")));
        EXPECT_THAT(ask(callback, cookie_of(login, "sign-in")), StartsWith("HTTP/1.1 400"))
            << "the state was taken";
        EXPECT_THAT(ask("GET /auth/callback"), StartsWith("HTTP/1.1 400"));
        EXPECT_THAT(ask("GET /auth/callback?state=x&code=y&error=z"), StartsWith("HTTP/1.1 400"));
        const std::scoped_lock lock(mutex);
        EXPECT_THAT(outcomes.at(0), HasSubstr("other_browser"));
        for (const auto& each : outcomes)
            EXPECT_THAT(each, Not(HasSubstr(between(callback, "code=", '&'))));
    });
}

TEST_F(SignInRoutes, ASignInBeyondTheBoundIsRefusedWithItsFigures) {
    pending_max = 2;
    store().ask({"FLUSHDB"});
    browsing([&] {
        const auto first = ask("GET /auth/login");
        EXPECT_THAT(ask("GET /auth/login"), StartsWith("HTTP/1.1 303"));
        const auto full = ask("GET /auth/login");
        EXPECT_THAT(full, StartsWith("HTTP/1.1 503"));
        for (const auto* each : {"TOO_MANY_SIGN_INS", R"("pending":2)", R"("limit":2)",
                                 "Retry-After: ", "no-store"})
            EXPECT_THAT(full, HasSubstr(each));
        EXPECT_THAT(full, Not(HasSubstr("Set-Cookie")));
        EXPECT_THAT(ask(callback_after(first), cookie_of(first, "sign-in")),
                    StartsWith("HTTP/1.1 303")) << "who has begun ends";
        EXPECT_THAT(ask("GET /auth/login"), StartsWith("HTTP/1.1 303")) << "and makes room";
        const std::scoped_lock lock(mutex);
        EXPECT_THAT(outcomes.at(0), StartsWith("too_many 2 sign-ins have begun"));
    });
}

TEST_F(SignInRoutes, OneNetworkBeginsAndEndsSoManyAtOnce) {
    rates = std::make_shared<http::rate_limiter>(http::rate_terms{1, 3});
    browsing([&] {
        const auto login = ask("GET /auth/login");
        EXPECT_THAT(login, StartsWith("HTTP/1.1 303"));
        EXPECT_THAT(ask("HEAD /auth/login"), StartsWith("HTTP/1.1 303"));
        EXPECT_THAT(ask("GET /auth/callback"), StartsWith("HTTP/1.1 400"));
        for (const auto* each : {"GET /auth/login", "HEAD /auth/login", "GET /auth/callback"}) {
            const auto often = ask(each);
            EXPECT_THAT(often, StartsWith("HTTP/1.1 429")) << each;
            EXPECT_THAT(often, HasSubstr("Retry-After: 1")) << each;
        }
        EXPECT_EQ(refused, 3U);
        EXPECT_THAT(ask("GET /auth/session"), StartsWith("HTTP/1.1 401")) << "others do not count";
        EXPECT_THAT(ask("GET /open"), StartsWith("HTTP/1.1 200"));
        EXPECT_THAT(ask("POST /auth/logout"), StartsWith("HTTP/1.1 204"));
    });
}

TEST_F(SignInRoutes, AUserWhoSaysNoIsTold) {
    browsing([&] {
        const auto login = ask("GET /auth/login");
        const auto state = between(location_of(login), "state=", '&');
        const auto denied = ask("GET /auth/callback?error=access_denied&state=" + state +
                                    "&iss=" + form_encoded(provider().issuer()),
                                cookie_of(login, "sign-in"));
        EXPECT_THAT(denied, StartsWith("HTTP/1.1 403"));
        EXPECT_THAT(denied, HasSubstr("SIGN_IN_DENIED"));
    });
}

}  // namespace
}  // namespace headroom::auth
