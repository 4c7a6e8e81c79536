// auth/oidc/sign_in_fixture.hpp: all that a sign-in takes, at a real provider and a real Redis.
#pragma once
#include "headroom/auth/oidc/shared_fixture.hpp"
#include "headroom/auth/oidc/sign_in.hpp"

namespace headroom::auth {

class sign_in_fixture : public shared_fixture {
protected:
    struct all_of_it {
        token_client& provider;
        redis::mux& shared;
        sign_in& in;
        worker_pool& elsewhere;  ///< for what blocks
        key_source& keys;
    };
    sign_in_terms terms{.redirect_uri = testing::private_provider::callback,
                        .scope = "openid email offline_access read",
                        .id_tokens = {}};

    std::size_t pending_max = sign_in_states::pending_max_default;

    void with_all(std::function<task<void>(const all_of_it&)> body,
                  client_auth by = client_auth::client_secret_basic) {
        with_client.authorities = provider().certificates().certificate_file();
        with_a_client([&](http::client& over) -> task<void> {
            token_client us(*reactor::current(), over, terms_of(identity(by)));
            key_source keys(*reactor::current(), over,
                            {.issuer = provider().issuer(), .loopback = true});
            terms.id_tokens = id_token_policy(provider().issuer(), us.client_id());
            testing::thread_budget threads{1};
            worker_pool elsewhere("main", threads.several(1));
            co_await elsewhere.run([&] { keys.start(testing::soon()); });
            co_await testing::and_at_last(
                [&]() -> task<void> {
                    co_await with_redis([&](redis::mux& shared) -> task<void> {
                        sign_in_states states(shared, "s:", sealing(), pending_max);
                        sign_in one(us, keys, states, terms);
                        co_await body({us, shared, one, elsewhere, keys});
                    });
                },
                [&]() -> task<void> {
                    co_await elsewhere.run([&] { keys.stop(testing::soon()); });
                });
        });
    }
    static callback_query answer_of(const std::string& back) {
        return {.state = parameter(back, "state"), .code = secret(parameter(back, "code")),
                .issuer = provider().issuer(), .error = parameter(back, "error")};
    }
};

}  // namespace headroom::auth
