// auth/oidc/shared_fixture.hpp: a real provider and a real Redis, and us between.
#pragma once
#include "headroom/auth/oidc/provider_fixture.hpp"
#include "headroom/auth/oidc/rotating_refresh.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "headroom/testing/private_redis.hpp"

namespace headroom::auth {

class shared_fixture : public provider_fixture {
protected:
    static testing::private_redis& store() {
        static testing::private_redis one;
        return one;
    }
    static secret sealing() { return secret(std::string(32, 's')); }

    /// A connection to Redis of the test's own.
    static task<void> with_redis(std::function<task<void>(redis::mux&)> body) {
        budget::ledger ledger("redis", 2);
        redis::door door(redis::parse_connect_info("unix://" + store().socket_file()).value());
        redis::mux shared(*reactor::current(), ledger.open({"test.mux", 1, 1}).value(), door, {});
        shared.start();
        co_await testing::and_at_last([&] { return body(shared); },
                                      [&] { return shared.stop(testing::soon()); });
    }
    void with_both(client_auth by, std::function<task<void>(token_client&, redis::mux&)> body) {
        with_tokens(by, [body = std::move(body)](token_client& of) -> task<void> {
            co_await with_redis([&](redis::mux& shared) { return body(of, shared); });
        });
    }
    /// What renews tokens in two processes, at one provider and one Redis.
    struct renewing {
        token_client& of;
        redis::mux& shared;
        rotating_refresh &one, &other;
    };
    /// Both are stopped at the end.
    void with_renewing(rotation_terms terms, std::function<task<void>(const renewing&)> body,
                       client_auth by = client_auth::client_secret_basic) {
        with_both(by, [&](token_client& of, redis::mux& shared) -> task<void> {
            rotating_refresh one(of, shared, terms), other(of, shared, terms);
            const renewing by_both{of, shared, one, other};
            co_await testing::and_at_last([&] { return body(by_both); },
                                          [&]() -> task<void> {
                                              co_await one.stop(testing::soon());
                                              co_await other.stop(testing::soon());
                                          });
        });
    }
    /// All that Redis holds, as text.
    static std::string dump() {
        return store().ask({"EVAL",
                            "local all = '' for _, k in ipairs(redis.call('KEYS', '*')) do "
                            "local is = redis.call('TYPE', k).ok "
                            "all = all .. k .. '=' .. (is == 'hash' and "
                            "table.concat(redis.call('HGETALL', k), ' ') or is == 'zset' and "
                            "table.concat(redis.call('ZRANGE', k, 0, -1), ' ') or "
                            "redis.call('GET', k)) .. '\\n' end return all",
                            "0"});
    }
};

}  // namespace headroom::auth
