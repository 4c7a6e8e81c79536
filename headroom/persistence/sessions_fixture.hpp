// persistence/sessions_fixture.hpp: a session pool on a private server, for its tests.
#pragma once
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "headroom/persistence/canceller.hpp"
#include "headroom/persistence/sessions.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::persistence {

using testing::eventually_on_reactor;

inline testing::private_postgres& server() {
    static testing::private_postgres one({.settings = {{"max_connections", "40"}},
                                          .loopback = true});
    return one;
}

/// A ledger of `postgres`, the pool under test, and the system pool its cancel requests run on.
class Sessions : public ::testing::Test {
protected:
    unsigned ceiling = 4, floor = 1, burst = 3;
    session_bounds bounds;
    connection_options with;
    std::string url = server().url();

    testing::thread_budget threads;
    budget::ledger files{"files", 8};
    worker_pool system{"system", threads.several(2)};
    canceller cancels{system, files.open({"persistence.cancel", 4, 0}).value()};
    std::optional<budget::ledger> ledger;
    budget::holder work{"work"};

    static deadline soon() { return deadline::after(std::chrono::seconds(5)); }

    std::unique_ptr<sessions> make(budget::grant share) {
        with.application_name = "test";
        with.cancels = &cancels;
        return std::make_unique<sessions>(
            *reactor::current(), std::move(share),
            [at = parse_connect_info(url).value()](connection& link, deadline until) {
                return link.open(at, until);
            },
            with, bounds);
    }
    budget::grant share(std::string name = "persistence.sessions") {
        return ledger->open({std::move(name), floor, burst, false}).value();
    }
    /// Starts a pool, runs a test's body with it and stops it, whatever the body throws.
    static task<void> started(sessions& pool, std::function<task<void>(sessions&)> body) {
        return testing::and_at_last(
            [&pool, body = std::move(body)]() -> task<void> {
                co_await pool.start(soon());
                co_await body(pool);
            },
            [&pool] { return pool.stop(soon()); });
    }
    /// Runs a test's body with a started pool, and expects every unit back at the end.
    void inside(std::function<task<void>(sessions&)> body) {
        ledger.emplace("postgres", ceiling);
        testing::run([&]() -> task<void> {
            auto pool = make(share());
            co_await started(*pool, body);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger->held() == 0; }));
            pool.reset();
        });
        ledger.reset();
    }
    task<session> taken(sessions& pool, budget::holder& by,
                        std::source_location at = std::source_location::current()) {
        auto lent = co_await pool.take(by, soon(), at);
        co_return std::move(lent).value();
    }
    /// Starts a coroutine beside the test's and counts it in `running`.
    unsigned running = 0;
    void beside(std::function<task<void>()> what) {
        ++running;
        reactor::current()->spawn([this, what = std::move(what)]() -> task<void> {
            co_await what();
            --running;
        });
    }
    task<void> all_done() {
        EXPECT_TRUE(co_await eventually_on_reactor([this] { return running == 0; },
                                                   std::chrono::seconds(20)));
    }
};

inline constexpr statement one_more("SELECT $1::int4 + 1");
inline constexpr statement doze("SELECT pg_sleep($1)");
inline constexpr statement my_pid("SELECT pg_backend_pid()");
inline constexpr statement current_tenant("SELECT current_setting('app.current_tenant', true)");

}  // namespace headroom::persistence
