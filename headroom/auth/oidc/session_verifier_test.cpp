#include "headroom/auth/oidc/session_verifier.hpp"

#include <gtest/gtest.h>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/oidc/sign_in_fixture.hpp"

namespace headroom::auth {
namespace {

std::string unsigned_token(std::string_view claims) {
    return to_base64url(R"({"alg":"ES256","typ":"at+jwt"})") + "." + to_base64url(claims) + "." +
           to_base64url(std::string(64, 's'));
}

TEST(NamesAudience, OfAJwtForUsAlone) {
    const std::vector<std::string> ours{"api", "https://api.example"};
    EXPECT_TRUE(names_audience(unsigned_token(R"({"aud":"api"})"), ours));
    EXPECT_TRUE(names_audience(unsigned_token(R"({"aud":["x","https://api.example"]})"), ours));
    for (const auto* claims : {R"({"aud":"other"})", R"({"aud":["x",7]})", R"({"aud":7})", "{}",
                               R"({"aud":null})", "[]", R"({"aud":"api","aud":"api"})"})
        EXPECT_FALSE(names_audience(unsigned_token(claims), ours)) << claims;
    for (const auto* opaque : {"", "a.b.c", "an-opaque-token"})
        EXPECT_FALSE(names_audience(opaque, ours)) << opaque;
    EXPECT_FALSE(names_audience(unsigned_token(R"({"aud":"api"})"), {}));
    EXPECT_FALSE(names_audience(std::string(token_bytes_max + 1, 'a'), ours));
}

/// A sign-in at a real provider, and what its session is judged as.
class SessionVerifier : public sign_in_fixture {
protected:
    using judge = std::function<task<std::string>(signed_in)>;

    /// `body` gets a sign-in, and how to ask why its session is refused: "" when it is not.
    void with_sign_in(std::function<task<void>(signed_in, judge)> body) {
        with_all([&](const all_of_it& of) -> task<void> {
            const session_terms terms{.prefix = "v:", .sealing = sealing()};
            rotating_refresh renewing(of.provider, of.shared,
                                      {.prefix = "v:", .sealing = sealing()});
            sessions all(of.provider, renewing, of.shared, terms);
            issuer_policy policy;
            policy.issuer = provider().issuer();
            policy.audiences = {api};
            token_verifier tokens({policy}, [&](std::string_view) { return of.keys.keys(); }, 10);
            const authenticator bearer(tokens, [&](std::string_view, deadline until) {
                return of.keys.look_again(until);
            });
            const session_verifier by(all, bearer, {api});
            const judge fault_of = [&](signed_in who) -> task<std::string> {
                const auto id = co_await all.begin(std::move(who), testing::soon());
                const auto found = co_await by.verify(id, testing::soon());
                co_return found ? "" : std::string(found.error().reason);
            };
            co_await testing::and_at_last(
                [&]() -> task<void> {
                    const auto begun = (co_await of.in.begin("/", {}, testing::soon())).value();
                    auto answer = answer_of(provider().sign_in(begun.url));
                    auto who = co_await of.in.finish(std::move(answer), begun.cookie,
                                                     testing::soon());
                    co_await body(std::move(who).value(), fault_of);
                },
                [&] { return renewing.stop(testing::soon()); });
        });
    }
};

TEST_F(SessionVerifier, AnAccessTokenOfAnotherPersonSpeaksForNobody) {
    with_sign_in([](signed_in who, judge fault_of) -> task<void> {
        EXPECT_EQ(co_await fault_of(who), "");
        for (const auto member : {&principal::subject, &principal::issuer}) {
            auto other = std::make_shared<principal>(*who.who);
            (*other).*member += "-2";
            auto changed = who;
            changed.who = std::move(other);
            EXPECT_EQ(co_await fault_of(std::move(changed)), to_string(token_fault::bad_claim));
        }
    });
}

}  // namespace
}  // namespace headroom::auth
