#include "headroom/persistence/lanes.hpp"

#include <gtest/gtest.h>

#include "headroom/persistence/door.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using testing::eventually_on_reactor;

constexpr statement echo{"select $1::int4"};
constexpr statement own_pid{"select pg_backend_pid()"};
constexpr statement doze{"select pg_sleep($1)"};

testing::private_postgres& server() {
    static testing::private_postgres one({.settings = {{"max_connections", "20"}}});
    return one;
}

using testing::soon;

/// A ledger with a floor for the lanes and a reserve, and lanes that draw on it.
class Lanes : public ::testing::Test {
protected:
    static constexpr unsigned floor = 1, reserve = 3;
    budget::ledger ledger{"postgres", floor + reserve};
    lane_settings settings{.application_name = "test/serve/00000001/persistence.lanes"};
    std::string url = server().url();
    std::unique_ptr<door> way;
    std::unique_ptr<lanes> all;

    void inside(std::function<task<void>()> body) {
        testing::run([&]() -> task<void> {
            way = std::make_unique<door>(parse_connect_info(url).value());
            all = std::make_unique<lanes>(
                std::vector{reactor::current()},
                ledger.open({"persistence.lanes", floor, reserve}).value(),
                [this](connection& which, deadline until) { return way->open(which, until); },
                settings);
            co_await all->start(soon());
            co_await testing::and_at_last(body, [&] { return all->stop(soon()); });
            EXPECT_EQ(ledger.held(), 0u);
            all.reset();
        });
    }
    void spawn(std::function<task<void>()> what) {
        reactor::current()->spawn([what = std::move(what)]() -> task<void> { co_await what(); });
    }
    task<bool> become(std::function<bool(const lane_figures&)> condition) {
        return eventually_on_reactor([this, condition] { return condition(all->figures()); });
    }
};

TEST_F(Lanes, AnswerFromOneSharedConnection) {
    inside([&]() -> task<void> {
        const auto first = co_await all->one<std::int32_t>(own_pid, soon());
        EXPECT_EQ(co_await all->one<std::int32_t>(own_pid, soon()), first);
        EXPECT_EQ(co_await all->one<std::int32_t>(echo, soon(), 7), 7);
        static constexpr statement nothing{"select 1 where false"}, three{"values (1), (2), (3)"};
        EXPECT_EQ(co_await all->optional<std::int32_t>(nothing, soon()), std::nullopt);
        EXPECT_EQ((co_await all->all<std::int32_t>(three, soon())).size(), 3u);
        EXPECT_EQ(ledger.held(), 1u);
    });
}

TEST_F(Lanes, EndAStatementThatIsNotShort) {
    settings.bounds.statement_ms_max = 50ms;
    inside([&]() -> task<void> {
        try {
            co_await all->run(doze, soon(), 5.0);
            ADD_FAILURE() << "it was allowed to last";
        } catch (const server_error& ended) {
            EXPECT_TRUE(ended.is(sqlstate::query_canceled)) << ended.what();
        }
    });
}

TEST_F(Lanes, BorrowWhenDeepAndGiveBackWhenIdle) {
    settings.bounds.deep = 8;
    settings.bounds.idle_ms_max = 300ms;
    inside([&]() -> task<void> {
        unsigned running = 32;
        for (unsigned i = 0; i < 32; ++i)
            spawn([&]() -> task<void> {
                for (int turn = 0; turn < 20; ++turn) co_await all->run(doze, soon(), 0.001);
                --running;
            });
        EXPECT_TRUE(co_await become([](const auto& now) { return now.lanes > 1; }));
        EXPECT_LE(ledger.held(), floor + reserve);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return running == 0; }));
        EXPECT_TRUE(co_await become([](const auto& now) { return now.lanes + now.fading == 1; }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
    });
}

TEST_F(Lanes, GiveALoanBackWhenItIsCalledFor) {
    settings.bounds.deep = 8;
    settings.bounds.idle_ms_max = 1h;
    inside([&]() -> task<void> {
        auto other = ledger.open({"other", 0, reserve}).value();
        unsigned running = 32;
        for (unsigned i = 0; i < 32; ++i)
            spawn([&]() -> task<void> {
                for (int turn = 0; turn < 20; ++turn) co_await all->run(doze, soon(), 0.001);
                --running;
            });
        EXPECT_TRUE(co_await become([](const auto& now) { return now.borrowed == reserve; }));
        budget::lease got;
        other.want([&](budget::lease unit) { got = std::move(unit); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return static_cast<bool>(got); }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return running == 0; }));
        got = {};
    });
}

TEST_F(Lanes, AreReplacedWithoutAGapWhenTheServerChangedItsRole) {
    inside([&]() -> task<void> {
        const auto before = co_await all->one<std::int32_t>(own_pid, soon());
        all->retire_all();
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return server().value("select count(*) from pg_stat_activity where pid = " +
                                  std::to_string(before)) == "0";
        }));
        EXPECT_NE(co_await all->one<std::int32_t>(own_pid, soon()), before);
        EXPECT_EQ(all->figures().lost, 0U);
        EXPECT_TRUE(co_await become([](const auto& now) { return now.lanes + now.fading == 1; }));
    });
}

TEST_F(Lanes, AnswerWhatIsInFlightOnTheConnectionThatIsReplaced) {
    inside([&]() -> task<void> {
        unsigned answered = 0, failed = 0;
        for (unsigned i = 0; i < 16; ++i)
            spawn([&]() -> task<void> {
                for (int turn = 0; turn < 40; ++turn) {
                    try {
                        co_await all->run(doze, soon(), 0.002);
                        ++answered;
                    } catch (const std::exception&) {
                        ++failed;
                    }
                }
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return answered > 50; }));
        all->retire_all();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return answered + failed == 640; }));
        EXPECT_EQ(failed, 0U);
        EXPECT_GE(all->figures().opened, 3U) << "the first, the loan and the new one";
    });
}

TEST_F(Lanes, AreReplacedAlsoWhereNothingCanBeBorrowed) {
    inside([&]() -> task<void> {
        const auto before = co_await all->one<std::int32_t>(own_pid, soon());
        auto other = ledger.open({"other", 0, reserve}).value();
        std::vector<budget::lease> taken;
        while (auto unit = other.take()) taken.push_back(std::move(*unit));
        all->retire_all();
        EXPECT_TRUE(co_await become([](const auto& now) { return now.opened == 2; }));
        EXPECT_NE(co_await all->one<std::int32_t>(own_pid, soon()), before);
        taken.clear();
    });
}

TEST_F(Lanes, ComeBackWhenTheirConnectionIsKilled) {
    inside([&]() -> task<void> {
        for (unsigned i = 0; i < 5; ++i) {
            const auto pid = co_await all->one<std::int32_t>(own_pid, soon());
            server().terminate(pid);
            EXPECT_TRUE(co_await become([&](const auto& now) { return now.lost == i + 1; }));
            EXPECT_NE(co_await all->one<std::int32_t>(own_pid, soon()), pid);
        }
    });
}

TEST_F(Lanes, NeverSwapOrForgetAnAnswerWhileTheirBackendsAreKilled) {
    inside([&]() -> task<void> {
        constexpr int callers = 64, statements_each = 1'000;
        int done = 0, right = 0, lost = 0, running = callers;
        for (int caller = 0; caller < callers; ++caller)
            spawn([&, caller]() -> task<void> {
                for (int i = 0; i < statements_each; ++i, ++done) {
                    const auto asked = caller * statements_each + i;
                    try {
                        const bool shared = i % 2 == 0;
                        const auto got =
                            shared ? co_await all->reads().one<std::int32_t>(echo, soon(), asked)
                                   : co_await all->one<std::int32_t>(echo, soon(), asked);
                        right += got == asked;
                    } catch (const connection_lost&) {
                        ++lost;
                    }
                }
                --running;
            });
        int killed = 0, next = 0;
        while (co_await yield_now(), running > 0) {
            if (done < next) continue;
            next = done + 2'000;
            if (++killed == 10) server().restart();
            else for (const auto& each : server().backends()) server().terminate(each.pid);
        }
        EXPECT_EQ(done, callers * statements_each);
        EXPECT_EQ(right + lost, done);
        EXPECT_GT(right, done / 2);
        EXPECT_LE(ledger.held(), floor + reserve);
    });
}

TEST_F(Lanes, CallersWaitWhileNoLaneIsUpUntilTheirDeadline) {
    inside([&]() -> task<void> {
        server().stop();
        EXPECT_TRUE(co_await become([](const auto& now) { return now.lanes == 0; }));
        try {
            co_await all->run(echo, deadline::after(100ms), 1);
            ADD_FAILURE() << "nobody can have answered";
        } catch (const deadline_passed& late) {
            EXPECT_NE(std::string(late.what()).find("no lane was up"), std::string::npos);
        }
        bool answered = false;
        spawn([&]() -> task<void> {
            answered = co_await all->one<std::int32_t>(echo, soon(), 5) == 5;
        });
        server().start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return answered; }, 2s));
    });
}

TEST_F(Lanes, ABlackholedOneIsReplacedWithinTwoSeconds) {
    testing::tcp_fault_proxy network(server().socket_file());
    url = "postgresql://postgres@127.0.0.1:" + std::to_string(network.port()) + "/postgres";
    inside([&]() -> task<void> {
        co_await all->run(echo, soon(), 1);
        network.blackhole(1);
        const auto start = deadline::clock::now();
        bool late = false;
        spawn([&]() -> task<void> {
            try {
                co_await all->run(echo, deadline::after(1500ms), 1);
            } catch (const deadline_passed&) {
                late = true;
            }
        });
        EXPECT_TRUE(co_await become([](const auto& now) { return now.opened == 2; }));
        EXPECT_EQ(co_await all->one<std::int32_t>(echo, soon(), 2), 2);
        EXPECT_LT(deadline::clock::now() - start, 2s);
        EXPECT_LE(ledger.held(), floor + reserve);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return late; }));
        network.pass();
    });
}

TEST_F(Lanes, RefuseNewCallersOnceStopped) {
    inside([&]() -> task<void> {
        co_await all->stop(soon());
        try {
            co_await all->run(echo, soon(), 1);
            ADD_FAILURE() << "stopped lanes answered";
        } catch (const budget::refused& refusal) {
            EXPECT_EQ(refusal.why().reason, budget::refusal_reason::closing);
        }
    });
}

TEST_F(Lanes, AnswerCallersOfOtherReactors) {
    inside([&]() -> task<void> {
        testing::test_reactor elsewhere;
        std::atomic<int> right = 0;
        for (int i = 0; i < 50; ++i)
            elsewhere.spawn([&, i]() -> task<void> {
                const auto got = co_await all->one<std::int32_t>(echo, soon(), i);
                right += got == i && elsewhere.is_current();
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 50; }));
        elsewhere.stop();
    });
}

TEST_F(Lanes, AreSpreadOverTheirReactors) {
    testing::test_reactor one, two;
    auto share = ledger.open({"persistence.lanes", 2, 0}).value();
    way = std::make_unique<door>(parse_connect_info(url).value());
    lanes spread({&one, &two}, std::move(share),
                 [this](connection& which, deadline until) { return way->open(which, until); },
                 settings);
    one.run_blocking([&] { return spread.start(soon()); });
    std::int32_t pid_of_one = 0, pid_of_two = 0;
    const auto ask = [&](std::int32_t& pid) -> task<void> {
        pid = co_await spread.one<std::int32_t>(own_pid, soon());
    };
    one.run_blocking([&] { return ask(pid_of_one); });
    two.run_blocking([&] { return ask(pid_of_two); });
    EXPECT_NE(pid_of_one, pid_of_two);
    EXPECT_EQ(spread.figures().lanes, 2u);
    two.run_blocking([&] { return spread.stop(soon()); });
    EXPECT_EQ(ledger.held(), 0u);
}

TEST_F(Lanes, WorkBehindATransactionPooler) {
    server().create_role("pooled");
    server().sql("create table if not exists shared (tenant text, value int);"
                 "grant select on shared to pooled");
    testing::private_pgbouncer pooler(server());
    url = pooler.url("pooled", "postgres");
    settings.pooled = true;
    inside([&]() -> task<void> {
        int right = 0, running = 200;
        for (int i = 0; i < 200; ++i)
            spawn([&, i]() -> task<void> {
                const auto tenant = tenant_id::parse("t" + std::to_string(i)).value();
                static constexpr statement who{"select current_setting('app.current_tenant')"};
                right += co_await all->one<std::string>(tenant, who, soon()) == tenant.text();
                right += co_await all->one<std::int32_t>(echo, soon(), i) == i;
                --running;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return running == 0; }));
        EXPECT_EQ(right, 400);
    });
}

TEST_F(Lanes, CarryOneStatementAtATimeBehindATransactionPooler) {
    settings.pooled = true;
    inside([&]() -> task<void> {
        int running = 40;
        for (int i = 0; i < 40; ++i)
            spawn([&]() -> task<void> {
                co_await all->run(doze, soon(), 0.01);
                --running;
            });
        bool queued = false;
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            const auto now = all->figures();
            EXPECT_LE(now.pending, now.lanes);
            queued = queued || now.waiting > 0;
            return running == 0;
        }));
        EXPECT_TRUE(queued);
    });
}

TEST_F(Lanes, StatementsThatNeedASessionEndTheProgram) {
    EXPECT_DEATH(inside([&]() -> task<void> { co_await all->run("begin", soon()); }),
                 "needs a session");
}

TEST_F(Lanes, ReadsThatShareASyncSurviveANeighboursFailure) {
    inside([&]() -> task<void> {
        static constexpr statement divide{"select 10 / $1::int4"};
        unsigned right = 0, wrong = 0, done = 0;
        for (int i = 0; i < 64; ++i)
            spawn([&, i]() -> task<void> {
                try {
                    right += co_await all->reads().one<std::int32_t>(divide, soon(), i % 4) ==
                             10 / std::max(1, i % 4);
                } catch (const server_error& failed) {
                    wrong += failed.is("22012") && i % 4 == 0;
                }
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == 64; }));
        EXPECT_EQ(right, 48u);
        EXPECT_EQ(wrong, 16u);
    });
}

TEST_F(Lanes, SeeOneTenantsRowsOnly) {
    server().sql(R"(
        create table owned (tenant text, value int);
        insert into owned select 't' || i % 100, i % 100 from generate_series(1, 1000) i;
        alter table owned enable row level security;
        create policy own on owned using
            (tenant = nullif(current_setting('app.current_tenant', true), '')))");
    server().create_role("app");
    server().sql("grant select on owned to app");
    url = server().url("app");
    inside([&]() -> task<void> {
        unsigned foreign = 0, done = 0;
        for (int i = 0; i < 100; ++i)
            spawn([&, i]() -> task<void> {
                const auto tenant = tenant_id::parse("t" + std::to_string(i)).value();
                for (int turn = 0; turn < 10; ++turn) {
                    const auto seen = co_await all->all<std::int32_t>(
                        tenant, "select value from owned", soon());
                    foreign += seen != std::vector<std::int32_t>(10, i);
                    foreign += !(co_await all->all<std::int32_t>("select value from owned", soon()))
                                    .empty();
                }
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == 100; }));
        EXPECT_EQ(foreign, 0u);
    });
}

}  // namespace
}  // namespace headroom::persistence
