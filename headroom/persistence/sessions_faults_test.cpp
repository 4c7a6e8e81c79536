// What a session pool does when the server, the network or its neighbours fail it.
#include <deque>
#include <map>

#include "headroom/persistence/door.hpp"
#include "headroom/persistence/sessions_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr statement echo("SELECT $1::int4");

/// Pools on a server that the test may break, opened through a door as a service's are.
struct SessionFaults : Sessions {
    testing::private_postgres own{{.settings = {{"max_connections", "40"}}, .loopback = true}};
    std::unique_ptr<door> way;

    std::unique_ptr<sessions> make_pool(budget::grant share) {
        with.application_name = "test";
        with.cancels = &cancels;
        return std::make_unique<sessions>(
            *reactor::current(), std::move(share),
            [this](connection& link, deadline until) { return way->open(link, until); }, with,
            bounds);
    }
    void inside(std::function<task<void>(sessions&)> body) {
        way = std::make_unique<door>(parse_connect_info(url).value());
        ledger.emplace("postgres", ceiling);
        testing::run([&]() -> task<void> {
            auto pool = make_pool(share());
            co_await started(*pool, body);
            pool.reset();
        }, 60s);
        EXPECT_EQ(ledger->held(), 0U);
        ledger.reset();
    }
    SessionFaults() { url = own.url(); }

    /// Asks for its number back until `stop`; counts right and failed answers, and wrong ones.
    std::uint64_t right = 0, failed = 0, wrong = 0;
    bool enough = false;
    task<void> ask_again_and_again(sessions& pool, std::int32_t number) {
        budget::holder caller("caller");
        while (!enough) {
            try {
                auto lent = co_await pool.take(caller, deadline::after(2s));
                if (!lent) {
                    ++failed;
                    continue;
                }
                const auto answer = co_await lent->run(echo, deadline::after(2s), number);
                ++(answer.one<std::int32_t>() == number ? right : wrong);
            } catch (const std::exception&) {
                ++failed;
            }
            co_await yield_now();
        }
    }
    void under_load(sessions& pool, int callers) {
        for (int n = 0; n < callers; ++n)
            beside([this, &pool, n]() -> task<void> { co_await ask_again_and_again(pool, n); });
    }
    task<bool> more_right_answers() {
        const auto before = right;
        co_return co_await eventually_on_reactor([this, before] { return right > before + 10; });
    }
    /// How long the callers went without an answer once the server was back.
    task<std::chrono::milliseconds> time_to_resume() {
        const auto back = deadline::clock::now();
        EXPECT_TRUE(co_await more_right_answers());
        co_return std::chrono::duration_cast<std::chrono::milliseconds>(deadline::clock::now() -
                                                                        back);
    }
};

TEST_F(SessionFaults, ServiceResumesWithinASecondOfTheServersReturn) {
    inside([&](sessions& pool) -> task<void> {
        under_load(pool, 8);
        EXPECT_TRUE(co_await more_right_answers());
        own.restart(testing::stop_mode::immediate);
        EXPECT_LE(co_await time_to_resume(), 1s);
        enough = true;
        co_await all_done();
        EXPECT_EQ(wrong, 0U);
        EXPECT_LE(ledger->snapshot().held_max, ceiling);
    });
}

TEST_F(SessionFaults, AKilledBackendTakesTheServerDownAndServiceResumesAllTheSame) {
    inside([&](sessions& pool) -> task<void> {
        under_load(pool, 8);
        EXPECT_TRUE(co_await more_right_answers());
        ::kill(own.backends().front().pid, SIGKILL);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return failed > 0; }));
        EXPECT_TRUE(co_await more_right_answers());
        enough = true;
        co_await all_done();
        EXPECT_EQ(wrong, 0U);
    });
}

TEST_F(SessionFaults, NoAnswerIsLostOrSwappedWhileBackendsAreTerminated) {
    inside([&](sessions& pool) -> task<void> {
        under_load(pool, 16);
        for (int round = 0; round < 20; ++round) {
            EXPECT_TRUE(co_await more_right_answers());
            for (const auto& each : own.backends()) {
                own.terminate(each.pid);
                break;
            }
        }
        enough = true;
        co_await all_done();
        EXPECT_EQ(wrong, 0U);
        EXPECT_GE(pool.figures().closed, 15U);
    });
}

TEST_F(SessionFaults, WithTheCeilingExhaustedASilentConnectionIsReplacedOnceItsEndIsKnown) {
    testing::tcp_fault_proxy network(own.socket_file());
    url = "postgresql://postgres@127.0.0.1:" + std::to_string(network.port()) + "/postgres";
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        network.blackhole(1);
        {
            auto lent = co_await taken(pool, work);
            EXPECT_THROW(co_await lent.run(echo, deadline::after(100ms), 1), deadline_passed);
        }
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return ledger->snapshot().closing == 1; }));
        const auto before = network.accepted();
        EXPECT_FALSE((co_await pool.take(work, deadline::after(300ms))).has_value());
        EXPECT_EQ(network.accepted(), before) << "nothing was opened beside it";
        network.drop(1);
        auto lent = co_await taken(pool, work);
        EXPECT_EQ((co_await lent.run(echo, soon(), 1)).one<std::int32_t>(), 1);
        EXPECT_EQ(ledger->snapshot().held_max, 1U);
    });
}

TEST_F(SessionFaults, TwentyFiveCallersAskADeadServerTwiceASecond) {
    testing::tcp_fault_proxy network(own.socket_file());
    url = "postgresql://postgres@127.0.0.1:" + std::to_string(network.port()) + "/postgres";
    ceiling = 25, floor = 1, burst = 24;
    inside([&](sessions& pool) -> task<void> {
        own.stop();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return pool.figures().idle == 0; }));
        const auto before = network.accepted();
        const auto begun = deadline::clock::now();
        std::deque<budget::holder> callers;
        for (int n = 0; n < 25; ++n) {
            auto& by = callers.emplace_back("caller");
            beside([&]() -> task<void> { (void)co_await pool.take(by, deadline::after(2s)); });
        }
        co_await all_done();
        const std::chrono::duration<double> took = deadline::clock::now() - begun;
        EXPECT_LE(network.accepted() - before, 2 * took.count() + 2);
    });
    own.start();
}

TEST_F(SessionFaults, AServerThatBecameAStandbyLosesAllItsConnections) {
    floor = 3;
    inside([&](sessions& pool) -> task<void> {
        own.become_standby();
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return pool.figures().closed == 3 && pool.figures().idle == 3;
        }));
        const auto opened = pool.figures().opened;
        {
            auto lent = co_await taken(pool, work);
            static constexpr statement write("CREATE TABLE t ()");
            EXPECT_THROW(co_await lent.run(write, soon()), server_error);
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return pool.figures().opened >= opened + 3;
        }));
    });
}

/// Three consumers with a floor of one each and a reserve of three.
struct Neighbours : SessionFaults {
    void among(std::function<task<void>(sessions&, sessions&, sessions&)> body) {
        floor = 1, burst = 3;
        bounds.shed_target_ms = 0ms;
        way = std::make_unique<door>(parse_connect_info(url).value());
        ledger.emplace("postgres", 6);
        testing::run([&]() -> task<void> {
            std::vector<std::unique_ptr<sessions>> pools;
            for (const auto* each : {"a", "b", "c"}) pools.push_back(make_pool(share(each)));
            for (auto& each : pools) co_await each->start(soon());
            co_await body(*pools[0], *pools[1], *pools[2]);
            for (auto& each : pools) co_await each->stop(soon());
            EXPECT_LE(ledger->snapshot().held_max, 6U);
        });
        ledger.reset();
    }
    /// Four at a time, so that three pools want twelve of six.
    task<unsigned> serve(sessions& pool, unsigned callers) {
        unsigned served = 0, ended = 0;
        for (unsigned n = 0; n < callers; ++n)
            beside([&]() -> task<void> {
                budget::holder by("caller");
                auto lent = co_await pool.take(by, deadline::after(10s));
                if (lent) {
                    co_await lent->run(doze, soon(), 0.002);
                    ++served;
                }
                ++ended;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended == callers; }, 20s));
        co_return served;
    }
};

TEST_F(Neighbours, ThatCompeteForTheReserveAreAllServed) {
    among([&](sessions& a, sessions& b, sessions& c) -> task<void> {
        std::map<sessions*, unsigned> served;
        for (auto* each : {&a, &b, &c})
            beside([&, each]() -> task<void> { served[each] = co_await serve(*each, 100); });
        co_await all_done();
        for (auto* each : {&a, &b, &c}) EXPECT_EQ(served[each], 100U);
    });
}

TEST_F(Neighbours, GetIdleLoansBackWhenTheyWait) {
    among([&](sessions& a, sessions& b, sessions&) -> task<void> {
        {
            std::deque<budget::holder> by(4);
            std::vector<session> all;
            for (auto& each : by) all.push_back(co_await taken(a, each));
            EXPECT_EQ(ledger->held(), 6U);
            while (!all.empty()) all.pop_back();
        }
        EXPECT_EQ(a.figures().idle, 4U) << "it keeps what it borrowed while nobody waits";
        const auto begun = deadline::clock::now();
        budget::holder first("first"), second("second");
        auto own_floor = co_await taken(b, first);
        auto borrowed = co_await taken(b, second);
        EXPECT_LE(deadline::clock::now() - begun, 600ms);
    });
}

TEST_F(Neighbours, GetABusyLoanBackAtItsNextReturn) {
    among([&](sessions& a, sessions& b, sessions&) -> task<void> {
        for (int n = 0; n < 8; ++n)
            beside([&, n]() -> task<void> { co_await ask_again_and_again(a, n); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger->held() == 6; }));
        budget::holder first("first"), second("second");
        auto own_floor = co_await taken(b, first);
        auto borrowed = co_await taken(b, second);
        EXPECT_GE(a.figures().used + a.figures().idle, 1U) << "its floor stays";
        enough = true;
        co_await all_done();
    });
}

}  // namespace
}  // namespace headroom::persistence
