#include "headroom/auth/oidc/token_client.hpp"

#include "headroom/auth/oidc/provider_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing::eventually_on_reactor;
using testing::soon;

class TokenClient : public provider_fixture {
protected:
    void gets_a_token(client_identity as) {
        with_tokens(terms_of(std::move(as)), [](token_client& of) -> task<void> {
            const auto got = co_await of.client_credentials({.scope = "read"}, soon());
            EXPECT_TRUE(got) << got.error().sentence();
            if (!got) co_return;
            EXPECT_THAT(got->access.reveal(), StartsWith("ey"));
            EXPECT_EQ(got->life, 600s);
            EXPECT_EQ(got->scope, "read");
            EXPECT_TRUE(got->refresh.empty());
        });
    }
    static task<oidc_failure> failure_by(token_client& of, std::string how,
                                         deadline until = soon()) {
        provider().answer_by(how);
        const auto got = co_await of.client_credentials({}, until);
        EXPECT_FALSE(got) << how;
        provider().answer_by("");
        co_return got ? oidc_failure{} : got.error();
    }
};

TEST_F(TokenClient, ASecretOfAnyCharactersGoesByTheField) {
    gets_a_token(identity(client_auth::client_secret_basic));
}

TEST_F(TokenClient, ASecretGoesInTheBody) {
    gets_a_token(identity(client_auth::client_secret_post));
}

TEST_F(TokenClient, AnAssertionIsSignedByEachKindOfKey) {
    for (const auto kind : assertion_kinds)
        gets_a_token(identity(client_auth::private_key_jwt, kind));
}

TEST_F(TokenClient, AnAssertionMayNameTheIssuer) {
    auto terms = terms_of(identity(client_auth::private_key_jwt));
    terms.assertions = assertion_audience::issuer;
    with_tokens(std::move(terms), [](token_client& of) -> task<void> {
        EXPECT_TRUE(co_await of.client_credentials({}, soon()));
    });
}

TEST_F(TokenClient, ACertificateIsShownAtTheProvidersOtherDoor) {
    gets_a_token(identity(client_auth::tls_client_auth));
}

TEST_F(TokenClient, AnotherClientsSecretIsAFaultOfTheConfiguration) {
    auto wrong = identity(client_auth::client_secret_basic);
    wrong.password = secret("another");
    with_tokens(terms_of(std::move(wrong)), [](token_client& of) -> task<void> {
        const auto got = co_await of.client_credentials({}, soon());
        EXPECT_FALSE(got);
        EXPECT_EQ(got.error().why, oidc_fault::misconfigured);
        EXPECT_EQ(got.error().status, 401U);
        EXPECT_FALSE(got.error().passing());
    });
}

TEST_F(TokenClient, ACodeIsExchangedByEachClient) {
    for (const auto by : {client_auth::client_secret_basic, client_auth::client_secret_post,
                          client_auth::private_key_jwt, client_auth::tls_client_auth,
                          client_auth::none})
        with_tokens(by, [](token_client& of) -> task<void> {
            const auto got = co_await signed_in_tokens(of);
            EXPECT_FALSE(got.access.empty());
            EXPECT_FALSE(got.refresh.empty());
            EXPECT_FALSE(got.id.empty());
        });
}

TEST_F(TokenClient, ACodeIsOfNoUseWithAnotherVerifier) {
    with_tokens(client_auth::none, [](token_client& of) -> task<void> {
        const auto got = co_await code_for(of);
        const auto tokens = co_await of.exchange_code(
            {got.code, secret(random_text()), testing::private_provider::callback}, soon());
        EXPECT_FALSE(tokens);
        EXPECT_EQ(tokens.error().why, oidc_fault::grant_refused);
    });
}

TEST_F(TokenClient, APushedRequestShowsNothingToTheBrowser) {
    for (const auto by : {client_auth::client_secret_basic, client_auth::private_key_jwt,
                          client_auth::tls_client_auth})
        with_tokens(by, [](token_client& of) -> task<void> {
            const auto got = co_await code_for(of, true);
            EXPECT_THAT(got.url, HasSubstr("request_uri="));
            EXPECT_THAT(got.url, Not(HasSubstr("code_challenge")));
            EXPECT_TRUE(co_await of.exchange_code(
                {got.code, got.verifier, testing::private_provider::callback}, soon()));
        });
}

TEST_F(TokenClient, ARefreshGivesAnotherRefreshTokenAndSpendsTheOld) {
    with_tokens(client_auth::client_secret_basic, [](token_client& of) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto second = co_await of.refresh(first.refresh, {}, soon());
        EXPECT_TRUE(second) << second.error().sentence();
        EXPECT_NE(second->refresh, first.refresh);
        const auto again = co_await of.refresh(first.refresh, {}, soon());
        EXPECT_EQ(again.error().why, oidc_fault::grant_refused);
        const auto family = co_await of.refresh(second->refresh, {}, soon());
        EXPECT_EQ(family.error().why, oidc_fault::grant_refused) << "all of them are revoked";
    });
}

TEST_F(TokenClient, ATokenIsActiveUntilItIsRevoked) {
    for (const auto by : {client_auth::client_secret_basic, client_auth::client_secret_post,
                          client_auth::private_key_jwt, client_auth::tls_client_auth})
        with_tokens(by, [](token_client& of) -> task<void> {
            const auto got = co_await of.client_credentials({"read", opaque}, soon());
            EXPECT_TRUE(got) << got.error().sentence();
            const auto known = co_await of.introspect(got->access, "access_token", soon());
            EXPECT_TRUE(known) << known.error().sentence();
            EXPECT_TRUE(known->active);
            EXPECT_EQ(known->client, of.client_id());
            EXPECT_EQ(known->scope, "read");
            EXPECT_TRUE(known->expiry);
            EXPECT_TRUE(co_await of.revoke(got->access, "access_token", soon()));
            const auto then = co_await of.introspect(got->access, "", soon());
            EXPECT_TRUE(then && !then->active);
            EXPECT_TRUE(co_await of.revoke(secret("never-issued"), "", soon()));
        });
}

TEST_F(TokenClient, WhatAProviderDoesWrongIsPassing) {
    with_tokens(client_auth::client_secret_post, [](token_client& of) -> task<void> {
        EXPECT_TRUE(co_await of.client_credentials({}, soon()));
        const auto down = co_await failure_by(of, "path=/token&status=500");
        EXPECT_EQ(down.why, oidc_fault::unavailable);
        EXPECT_EQ(down.status, 500U);
        const auto busy = co_await failure_by(of, "path=/token&status=429&retry_after=7");
        EXPECT_EQ(busy.why, oidc_fault::unavailable);
        EXPECT_EQ(busy.retry_after, 7s);
        const auto garbage = co_await failure_by(of, "path=/token&status=200&body=no-json");
        EXPECT_EQ(garbage.why, oidc_fault::malformed);
        const auto large = co_await failure_by(of, "path=/token&status=200&large=10000000");
        EXPECT_EQ(large.why, oidc_fault::malformed);
        const auto page = co_await failure_by(of, "path=/token&status=404");
        EXPECT_TRUE(page.passing());
        for (const auto& each : {down, busy, garbage, large, page})
            EXPECT_TRUE(each.passing()) << each.sentence();
    });
}

TEST_F(TokenClient, ASlowProviderCostsNoMoreThanTheDeadline) {
    with_tokens(client_auth::client_secret_post, [](token_client& of) -> task<void> {
        EXPECT_TRUE(co_await of.client_credentials({}, soon()));
        const auto began = deadline::clock::now();
        const auto slow =
            co_await failure_by(of, "path=/token&after=3000", deadline::after(300ms));
        EXPECT_LT(deadline::clock::now() - began, 2'500ms);
        EXPECT_EQ(slow.why, oidc_fault::unavailable);
        EXPECT_TRUE(slow.may_have_acted);
        EXPECT_TRUE(co_await of.client_credentials({}, soon()));
    });
}

TEST_F(TokenClient, AProviderThatIsAwayIsFoundWhenItIsBack) {
    testing::private_provider own;
    auto terms = terms_of(identity(client_auth::client_secret_basic));
    terms.issuer = own.issuer();
    own.crash();
    with_tokens(std::move(terms), [&](token_client& of) -> task<void> {
        const auto away = co_await of.client_credentials({}, soon());
        EXPECT_EQ(away.error().why, oidc_fault::unavailable);
        EXPECT_FALSE(away.error().may_have_acted);
        own.start();
        bool back = false;
        for (const auto until = soon(); !back && !until.passed();)
            back = (co_await of.client_credentials({}, soon())).has_value();
        EXPECT_TRUE(back);
    });
}

TEST_F(TokenClient, NothingIsGuessedOfAnotherIssuer) {
    auto terms = terms_of(identity(client_auth::client_secret_basic));
    terms.issuer += "/";
    with_tokens(std::move(terms), [](token_client& of) -> task<void> {
        const auto before = provider().requests("/token");
        const auto got = co_await of.client_credentials({}, soon());
        EXPECT_EQ(got.error().why, oidc_fault::malformed);
        EXPECT_THAT(got.error().sentence(), HasSubstr("another issuer's"));
        EXPECT_EQ(provider().requests("/token"), before);
    });
}

TEST_F(TokenClient, DiscoversOnceForAll) {
    with_tokens(client_auth::client_secret_basic, [](token_client& of) -> task<void> {
        constexpr char place[] = "/.well-known/openid-configuration";
        const auto before = provider().requests(place);
        unsigned got = 0;
        for (unsigned i = 0; i < 50; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                EXPECT_TRUE(co_await of.metadata(soon()));
                ++got;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return got == 50; }));
        EXPECT_EQ(provider().requests(place) - before, 1U);
    });
}

TEST_F(TokenClient, TwoHundredRefreshesAtOnceGoOverTenConnections) {
    with_client.connections_max = 10;
    with_client.per_host_max = 10;
    const auto spent = provider().refresh_tokens(200);
    const std::set<std::string> old(spent.begin(), spent.end());
    EXPECT_EQ(old.size(), 200U);
    with_tokens(client_auth::client_secret_basic, [&](token_client& of) -> task<void> {
        const auto reused = provider().reused(), refused = provider().refused(),
                   grants = provider().grants("refresh_token"),
                   connections = provider().connections();
        std::set<std::string> anew;
        unsigned left = 200;
        for (const auto& each : spent)
            reactor::current()->spawn([&]() -> task<void> {
                const auto got = co_await of.refresh(secret(each), {}, deadline::after(25s));
                if (got && !old.contains(got->refresh.reveal())) anew.insert(got->refresh.reveal());
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }, 25s));
        EXPECT_EQ(anew.size(), 200U) << "each has a successor of its own";
        EXPECT_LE(provider().connections() - connections, 10U + 1U) << "one asked for the figures";
        EXPECT_EQ(provider().grants("refresh_token") - grants, 200U);
        EXPECT_EQ(provider().refused(), refused);
        EXPECT_EQ(provider().reused(), reused);
    });
}

TEST_F(TokenClient, AnIdentityWithoutItsProofIsRefusedAtOnce) {
    with_a_client([&](http::client& over) -> task<void> {
        for (const auto by : {client_auth::client_secret_basic, client_auth::client_secret_post,
                              client_auth::private_key_jwt, client_auth::tls_client_auth})
            EXPECT_THROW(token_client(*reactor::current(), over, terms_of({.id = "us", .by = by})),
                         std::invalid_argument);
        EXPECT_THROW(token_client(*reactor::current(), over,
                                  {.issuer = "http://id.example",
                                   .as = identity(client_auth::none)}),
                     std::invalid_argument);
        co_return;
    });
}

}  // namespace
}  // namespace headroom::auth
