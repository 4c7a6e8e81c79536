// auth/oidc/provider_fixture.hpp: a real identity provider, and us as each of its clients.
#pragma once
#include <gmock/gmock.h>

#include "headroom/auth/oidc/pkce.hpp"
#include "headroom/auth/oidc/token_client.hpp"
#include "headroom/auth/random_text.hpp"
#include "headroom/auth/token_fixture.hpp"
#include "headroom/http/client/client_fixture.hpp"
#include "headroom/testing/private_provider.hpp"

namespace headroom::auth {

/// One provider for the binary; figures of it are read before and after.
class provider_fixture : public http::detail::client_fixture {
protected:
    static constexpr key_kind assertion_kinds[] = {key_kind::rsa, key_kind::p256,
                                                   key_kind::ed25519};
    static constexpr char api[] = "https://api.example", opaque[] = "https://opaque.example";

    void SetUp() override {
        if (!testing::private_provider::available())
            FAIL() << "the identity provider is missing: npm ci in tests/peers installs it";
        with_client.attempts_max = 1;
        with_client.breaking.failures_max = 1'000;
    }
    void TearDown() override {
        if (testing::private_provider::available()) provider().answer_by("");
    }

    static testing::private_provider& provider() {
        static testing::private_provider one([] {
            testing::provider_terms terms;
            std::vector<std::string> keys;
            for (const auto kind : assertion_kinds) keys.push_back(fixture::key_of(kind).jwk());
            terms.jwks = fixture::set_of(keys);
            terms.tls = true;
            return terms;
        }());
        return one;
    }

    static client_identity identity(client_auth by, key_kind kind = key_kind::p256) {
        client_identity made{.id = "", .by = by};
        switch (by) {
            case client_auth::client_secret_basic: made.id = "svc:basic 1"; break;
            case client_auth::client_secret_post: made.id = "post"; break;
            case client_auth::private_key_jwt: made.id = "key"; break;
            case client_auth::tls_client_auth: made.id = "tls"; break;
            case client_auth::none: made.id = "public"; break;
        }
        made.password = secret(testing::private_provider::client_secret);
        const auto& key = fixture::key_of(kind);
        made.signer = std::make_shared<const jws_signer>(
            jws_signer::from_pem(fixture::pem_of(key.key()), key.kid()).value());
        made.certificate = {provider().certificates().certificate_file(),
                            provider().certificates().key_file()};
        return made;
    }
    static token_client_terms terms_of(client_identity as) {
        token_client_terms made;
        made.issuer = provider().issuer();
        made.as = std::move(as);
        made.loopback = true;
        made.within.pauses = {std::chrono::milliseconds(1), std::chrono::milliseconds(2),
                              std::chrono::milliseconds(5)};
        return made;
    }
    /// A client of that kind on an HTTP client of its own.
    void with_tokens(token_client_terms terms, std::function<task<void>(token_client&)> body) {
        with_client.authorities = provider().certificates().certificate_file();
        with_a_client([&](http::client& over) -> task<void> {
            token_client one(*reactor::current(), over, std::move(terms));
            co_await testing::and_at_last([&] { return body(one); }, [&] { return one.stop(); });
        });
    }
    void with_tokens(client_auth by, std::function<task<void>(token_client&)> body) {
        with_tokens(terms_of(identity(by)), std::move(body));
    }

    /// A query parameter of a URL, as it stands there.
    static std::string parameter(const std::string& url, const std::string& name) {
        auto at = url.find("?" + name + "=");
        if (at == url.npos) at = url.find("&" + name + "=");
        if (at == url.npos) return {};
        const auto from = at + name.size() + 2;
        return url.substr(from, url.find('&', from) - from);
    }

    struct code_in_hand {
        secret code, verifier;
        std::string url;  ///< where the browser was sent
    };
    /// Goes through a sign-in with a browser of the test's own.
    static task<code_in_hand> code_for(token_client& of, bool push = false,
                                       std::string audience = "") {
        const auto verifier = random_text();
        const auto url = co_await of.authorization_url(
            {.redirect_uri = testing::private_provider::callback,
             .scope = "openid email offline_access read", .state = "a-state", .nonce = "a-nonce",
             .challenge = pkce_challenge(verifier), .audience = std::move(audience),
             .push = push},
            testing::soon());
        EXPECT_TRUE(url) << of.client_id() << ": " << url.error().sentence();
        const auto back = provider().sign_in(url.value());
        EXPECT_EQ(parameter(back, "state"), "a-state");
        co_return code_in_hand{secret(parameter(back, "code")), secret(verifier), *url};
    }
    static task<token_set> signed_in_tokens(token_client& of) {
        const auto got = co_await code_for(of);
        const auto tokens = co_await of.exchange_code(
            {got.code, got.verifier, testing::private_provider::callback}, testing::soon());
        co_return tokens.value();
    }
};

}  // namespace headroom::auth
