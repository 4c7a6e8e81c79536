#include "headroom/persistence/database.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <set>

#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr statement one_more("SELECT $1::int4 + 1");

/// What a service's main does, on a private server: declare, open the ledgers, start.
struct Database : ::testing::Test {
    static testing::private_postgres& server() {
        static testing::private_postgres one;
        return one;
    }
    void declare() {
        book.declare(budget::resource{.name = "postgres", .limit = 100, .reserve = 3});
        book.declare(budget::resource{.name = "threads", .limit = 100});
        book.declare(budget::resource{.name = "files", .limit = 1024});
        for (auto& each : consumers(process)) book.declare(std::move(each));
        for (auto& each : consumers(settings, 3)) book.declare(std::move(each));
        for (const auto& each : others) book.declare(each);
    }
    void start() { start(way); }
    void start(door& through) {
        declare();
        on.emplace(book, process);
        const application_name name{"test", "serve", 1, {}};
        db.emplace(*on, book, through, database_terms{settings, name, {}, {}});
        db->start(soon());
    }
    void run(std::function<task<void>()> body) {
        on->home().run_blocking([&] { return body(); });
    }
    static deadline soon() { return deadline::after(5s); }

    connect_info target = parse_connect_info(server().url()).value();
    database_settings settings{.serve = target,
                               .migrate = target,
                               .async = {},
                               .async_overflow = {},
                               .sync_overflow = {}};
    std::vector<budget::consumer> others;  // beside the database's own
    runtime_settings process;
    budget::book book;
    door way{target};
    std::optional<runtime> on;
    std::optional<database> db;
};

TEST_F(Database, PlansItsFloorsAndTheReserve) {
    declare();
    EXPECT_EQ(book.ceiling("postgres"), 1U + 1 + 1 + 1 + 3) << "control, lanes, sessions, sync";
    const auto* migrations = book.planned().find_consumer("persistence.migrations");
    ASSERT_NE(migrations, nullptr);
    EXPECT_EQ(migrations->when, budget::phase::deploy);
}

TEST_F(Database, PlansNoSyncEngineOfSizeZero) {
    settings.sync_pool = 0;
    declare();
    EXPECT_EQ(book.planned().find_consumer("persistence.sync_engine"), nullptr);
}

TEST_F(Database, OpensItsFloorsAndGivesThemBack) {
    start();
    EXPECT_EQ(book.of("postgres").held(), 3U);
    EXPECT_EQ(server().backends().size(), 3U);
    db->stop(soon());
    EXPECT_EQ(book.of("postgres").held(), 0U);
    EXPECT_TRUE(server().backends().empty());
}

TEST_F(Database, OpensWhatItCanOnAServerThatIsFullForNow) {
    server().create_role("narrow", "LOGIN CONNECTION LIMIT 2");
    door narrow(parse_connect_info(server().url("narrow")).value());
    start(narrow);
    EXPECT_EQ(server().backends().size(), 2U) << "of 3";
    run([&]() -> task<void> {
        EXPECT_EQ(co_await db->lanes().one<std::int32_t>(one_more, soon(), 1), 2);
    });
    db.reset();
}

TEST_F(Database, ItsCensusIsItsLeases) {
    start();
    const auto rows = db->census();
    ASSERT_EQ(rows.size(), 3U);
    for (const auto& each : rows) {
        EXPECT_EQ(each.leases, 1U) << each.consumer;
        EXPECT_EQ(each.open, 1U) << each.consumer;
    }
}

/// Sockets of this process to the server, those still connecting included.
std::size_t sockets(const testing::private_postgres& to) {
    return testing::sockets_to(to.socket_file()) + testing::unconnected_sockets();
}

TEST_F(Database, UnderLoadSocketsNeverExceedLeasesNorTheseTheCeiling) {
    start();
    const auto& ledger = book.of("postgres");
    const auto before = sockets(server()) - ledger.held();  // sockets that are not PostgreSQL's
    run([&]() -> task<void> {
        constexpr int callers = 32;
        int running = callers, samples = 0, kills = 0;
        bool enough = false;
        for (int i = 0; i < callers; ++i)
            on->home().spawn([&, i]() -> task<void> {
                budget::holder work("caller");
                while (!enough) {
                    try {
                        auto sum = db->lanes().one<std::int32_t>(one_more, soon(), i);
                        EXPECT_EQ(co_await std::move(sum), i + 1);
                        auto lent = co_await db->sessions().take(work, soon());
                        if (lent) co_await lent->run(one_more, soon(), i);
                    } catch (const std::runtime_error&) {
                        continue;  // ended with its backend
                    }
                }
                --running;
            });
        for (const auto until = deadline::after(2s); !until.passed();) {
            co_await sleep_until(deadline::after(10ms));
            const auto leases = ledger.held();
            EXPECT_LE(sockets(server()) - before, leases);
            EXPECT_LE(leases, ledger.ceiling());
            const auto living = server().backends();
            if (++samples % 20 == 0 && !living.empty())
                server().terminate(living[static_cast<std::size_t>(kills++) % living.size()].pid);
        }
        enough = true;
        EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return running == 0; }));
        EXPECT_GT(samples, 20);
        EXPECT_GT(kills, 0);
    });
    EXPECT_TRUE(testing::eventually([&] { return sockets(server()) - before == ledger.held(); }))
        << "equal at rest: " << ledger.held() << " leases";
}

TEST_F(Database, NamesEachConnectionAfterItsConsumer) {
    start();
    std::vector<std::string> names;
    for (const auto& each : server().backends()) names.push_back(each.application_name);
    std::ranges::sort(names);
    const std::string own = "test/serve/00000001/persistence.";
    EXPECT_EQ(names, (std::vector{own + "lanes", own + "sessions", own + "sync_engine"}));
}

TEST_F(Database, ServesLanesSessionsAndBlockingCode) {
    start();
    budget::holder work("work");
    run([&]() -> task<void> {
        EXPECT_EQ(co_await db->lanes().one<std::int32_t>(one_more, soon(), 1), 2);
        auto lent = (co_await db->sessions().take(work, soon())).value();
        EXPECT_EQ((co_await lent.run(one_more, soon(), 2)).one<std::int32_t>(), 3);
    });
    std::promise<std::int32_t> answer;
    ASSERT_TRUE(on->blocking_pool().post([&] {
        answer.set_value(db->sync().run(one_more, soon(), 3).one<std::int32_t>());
    }));
    EXPECT_EQ(answer.get_future().get(), 4);
}

TEST_F(Database, ItsRefusalsSayWhoHoldsTheServer) {
    start();
    server_facts facts;
    facts.backends.resize(2);
    db->note()->learn(facts);
    run([&]() -> task<void> {
        budget::holder work("work");
        std::vector<session> held;
        for (;;) {
            auto lent = co_await db->sessions().take(work, soon());
            if (!lent) {
                EXPECT_NE(lent.error().message().find("2 strangers"), std::string::npos);
                break;
            }
            held.push_back(std::move(*lent));
        }
        EXPECT_EQ(held.size(), 4U);
    });
}

TEST_F(Database, ReplacesTheConnectionsOfEveryPoolWhenTheServerChangesItsRole) {
    budget::consumer extra;
    extra.name = "test.extra", extra.package = "test", extra.resource = "postgres", extra.pool = 1;
    others.push_back(extra);
    start();
    const auto pool = db->make_pool("test.extra");
    run([&] { return pool->start(soon()); });
    const auto pids = [] {
        std::set<int> found;
        for (const auto& each : server().backends()) found.insert(each.pid);
        return found;
    };
    const auto before = pids();
    EXPECT_EQ(before.size(), 4U);
    run([&]() -> task<void> {
        db->retire_connections();
        co_return;
    });
    EXPECT_TRUE(testing::eventually([&] {
        const auto now = pids();
        return now.size() == 4 &&
               std::ranges::none_of(before, [&](int each) { return now.contains(each); });
    }));
    run([&] { return pool->stop(soon()); });
}

TEST_F(Database, ASecondDatabaseOnTheSameGrantsIsABrokenProgram) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    start();
    const application_name name{"test", "serve", 1, {}};
    const database_terms terms{settings, name, {}, {}};
    EXPECT_DEATH(database(*on, book, way, terms), "once");
}

}  // namespace
}  // namespace headroom::persistence
