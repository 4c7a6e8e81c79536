// A client that leaves, or a deadline that passes, ends what runs for the request in PostgreSQL and
// in Redis, and every unit comes back.
#include <gtest/gtest.h>

#include <atomic>

#include "headroom/http/server.hpp"
#include "headroom/persistence/canceller.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/sessions.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::soon;

constexpr persistence::statement doze("SELECT pg_sleep($1)");
constexpr auto dozing = "SELECT count(*) FROM pg_stat_activity WHERE query = 'SELECT pg_sleep($1)' "
                        "AND state = 'active'";
// Measured below 10 ms; a loaded machine may take its time.
constexpr std::chrono::milliseconds cancelled_within_ms{1'000};

class Disconnect : public ::testing::Test {
protected:
    Disconnect() {
        with.listen = "127.0.0.1:0";
        routes.get("/doze", [this](request& of) -> task<response> {
            auto lent = (co_await pool->take(of.who, of.until)).value();
            co_await lent.run(doze, of.until, 60.0);
            co_return response::empty();
        });
        routes.get("/pop", [this](request& of) -> task<response> {
            co_await link->run(redis::command("BLPOP", "nothing", 60), of.until);
            co_return response::empty();
        });
    }
    ~Disconnect() override {
        if (serving) serving->stop(deadline::after(0ms));
        home.run_blocking([this]() -> task<void> {
            co_await pool->stop(soon());
            pool.reset();
            if (link) co_await link->close(soon());
            link.reset();
        });
    }

    /// `sessions`: of the pool, all of them its floor.
    void start(unsigned sessions = 1) {
        home.run_blocking([&]() -> task<void> {
            persistence::connection_options options;
            options.application_name = "disconnect";
            options.cancels = &cancels;
            const auto at = persistence::parse_connect_info(database.url()).value();
            pool.emplace(
                *reactor::current(), postgres.open({"sessions", sessions, 0}).value(),
                [at](persistence::connection& on, deadline until) { return on.open(at, until); },
                options, persistence::session_bounds{});
            co_await pool->start(soon());
        });
        const auto taken = [&](const char* consumer, unsigned units) {
            return files.open({consumer, units, 0}).value();
        };
        server_grants grants{taken(listener_consumer, 1),
                             taken(connections_consumer, with.connections_max + 1),
                             taken(refusals_consumer, refusals_max)};
        serving.emplace(std::vector<reactor*>{&home}, with, std::move(routes), std::move(grants),
                        [this](const access_record& of) { waited_ns += of.waited.count(); });
        serving->start(soon());
    }
    void open_redis() {
        home.run_blocking([&]() -> task<void> {
            link = std::make_unique<redis::connection>(*reactor::current(),
                                                       redis_share.take().value(),
                                                       redis::connection_options{.name = "pop"});
            co_await link->open(
                redis::parse_connect_info("unix://" + store.socket_file()).value(), soon());
        });
    }
    persistence::pool_figures figures() {
        persistence::pool_figures now;
        home.run_blocking([&]() -> task<void> {
            now = pool->figures();
            co_return;
        });
        return now;
    }
    testing::text_client ask(std::string_view path) {
        testing::text_client client(serving->port());
        client.send("GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return client;
    }
    bool dozes(const char* count) {
        return eventually([&] { return database.value(dozing) == count; });
    }
    /// Units back, and the pool as before.
    bool is_at_rest() {
        return eventually([&] { return figures().used == 0 && figures().kept == 0; });
    }

    testing::private_postgres database;
    testing::private_redis store;
    testing::thread_budget threads;
    budget::ledger files{"files", 600}, postgres{"postgres", 4}, redis_units{"redis", 1};
    budget::grant redis_share = redis_units.open({"pop", 1, 0}).value();
    worker_pool system{"system", threads.several(2)};
    persistence::canceller cancels{system, files.open({"persistence.cancel", 4, 0}).value()};
    testing::test_reactor home;
    std::optional<persistence::sessions> pool;
    std::unique_ptr<redis::connection> link;
    settings with;
    router routes;
    std::atomic<std::chrono::nanoseconds::rep> waited_ns{0};  // by all that were answered
    std::optional<server> serving;
};

TEST_F(Disconnect, CancelsTheStatementAndTheSessionComesBack) {
    start();
    std::chrono::nanoseconds took{0};
    {
        auto client = ask("/doze");
        ASSERT_TRUE(dozes("1"));
    }
    const auto begun = deadline::clock::now();
    ASSERT_TRUE(dozes("0"));
    took = deadline::clock::now() - begun;
    RecordProperty("cancelled_after_us",
                   static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(took)
                                        .count()));
    EXPECT_LT(took, cancelled_within_ms);
    EXPECT_TRUE(is_at_rest());
    EXPECT_EQ(postgres.held(), 1U);  // the floor, which stays open
}

TEST_F(Disconnect, LeavesTheQueueOfThePool) {
    start();
    auto first = ask("/doze");
    ASSERT_TRUE(dozes("1"));
    {
        auto second = ask("/doze");
        ASSERT_TRUE(eventually([&] { return figures().pending == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return figures().pending == 0; }));
    EXPECT_TRUE(dozes("1"));
    EXPECT_TRUE(eventually([&] { return waited_ns > 0; })) << "the log tells of its wait";
}

TEST_F(Disconnect, OfManyGivesEverySessionBack) {
    start(4);
    for (int round = 0; round < 3; ++round) {
        std::vector<testing::text_client> clients;
        for (int i = 0; i < 8; ++i) clients.push_back(ask("/doze"));
        ASSERT_TRUE(dozes("4"));
        clients.clear();
        ASSERT_TRUE(dozes("0"));
        ASSERT_TRUE(is_at_rest());
    }
    EXPECT_EQ(serving->snapshot().in_flight, 0U);
}

TEST_F(Disconnect, DeadlineOfTheRequestReachesTheStatement) {
    with.times.request_max = 200ms;
    start();
    const auto answer = ask("/doze").response();
    EXPECT_NE(answer.find(" 504 "), std::string::npos) << answer;
    EXPECT_TRUE(dozes("0"));
    EXPECT_TRUE(is_at_rest());
}

TEST_F(Disconnect, EndsTheWaitOnRedis) {
    start();
    open_redis();
    {
        auto client = ask("/pop");
        ASSERT_TRUE(eventually([&] { return serving->snapshot().in_flight == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return serving->snapshot().in_flight == 0; }));
}

}  // namespace
}  // namespace headroom::http
