#include "headroom/persistence/sessions.hpp"

#include <atomic>
#include <chrono>

#include "headroom/persistence/sessions_fixture.hpp"
#include "headroom/testing/sanitized.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

using budget::refusal_reason;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

/// When the backend's statement had ended, by the server: a look at it takes a new session, and
/// many milliseconds.
std::chrono::system_clock::time_point idle_since(const std::string& pid) {
    const auto text = "SELECT (extract(epoch from state_change) * 1000000)::bigint FROM"
                      " pg_stat_activity WHERE state = 'idle' AND pid = " + pid;
    return std::chrono::system_clock::time_point(
        std::chrono::microseconds(std::stoll(server().value(text))));
}

milliseconds since(deadline::clock::time_point begun) {
    return duration_cast<milliseconds>(deadline::clock::now() - begun);
}

TEST_F(Sessions, LendsAConnectionAndGetsItBack) {
    inside([&](sessions& pool) -> task<void> {
        {
            auto lent = co_await taken(pool, work);
            EXPECT_EQ((co_await lent.run(one_more, soon(), 41)).one<std::int32_t>(), 42);
            EXPECT_EQ(pool.figures().used, 1U);
            EXPECT_EQ(work.holding(), 1U);
        }
        EXPECT_EQ(pool.figures().idle, 1U);
        EXPECT_EQ(work.holding(), 0U);
    });
}

TEST_F(Sessions, HoldsItsFloorFromTheStartAndNoMore) {
    floor = 2;
    inside([&](sessions& pool) -> task<void> {
        EXPECT_EQ(pool.figures().idle, 2U);
        EXPECT_EQ(ledger->held(), 2U);
        EXPECT_EQ(testing::sockets_to(server().socket_file()), 2U);
        co_return;
    });
}

TEST_F(Sessions, BorrowsFromTheReserveWhenItsFloorIsOut) {
    inside([&](sessions& pool) -> task<void> {
        budget::holder other("other");
        auto first = co_await taken(pool, work), second = co_await taken(pool, other);
        EXPECT_EQ(ledger->held(), 2U);
        EXPECT_NE(first.backend_pid(), second.backend_pid());
    });
}

TEST_F(Sessions, AnswersAtTheDeadlineWithTheWholeAccount) {
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        auto held = co_await taken(pool, work);
        co_await held.run(one_more, soon(), 1);
        budget::holder other("other");
        const auto begun = deadline::clock::now();
        const auto refused = co_await pool.take(other, deadline::after(200ms));
        EXPECT_GE(since(begun), 200ms);
        EXPECT_LE(since(begun), 220ms);
        EXPECT_EQ(refused.error().reason, refusal_reason::timed_out);
        const auto text = refused.error().message();
        for (const auto* part : {"persistence.sessions asked for 1", "1 of 1 are held",
                                 "1 of 1 sessions out", "oldest hold: work", "sessions_test.cpp",
                                 "SELECT $1::int4 + 1", "holders: persistence.sessions 1"})
            EXPECT_NE(text.find(part), text.npos) << part << " in " << text;
    });
}

TEST_F(Sessions, AnswersAtTheDeadlineWhileOthersComeAndGo) {
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        auto held = co_await taken(pool, work);
        bool enough = false;
        for (int i = 0; i < 50; ++i)
            beside([&pool, &enough, i]() -> task<void> {
                budget::holder passing("passing");
                while (!enough)
                    EXPECT_FALSE(co_await pool.take(passing, deadline::after(1ms + i % 10 * 1ms)));
            });
        std::vector<std::chrono::milliseconds> waits;
        for (int round = 0; round < 5; ++round) {
            budget::holder other("other");
            const auto begun = deadline::clock::now();
            EXPECT_FALSE(co_await pool.take(other, deadline::after(200ms)));
            waits.push_back(std::chrono::milliseconds(since(begun)));
        }
        std::ranges::sort(waits);
        EXPECT_GE(waits.front(), 200ms);
        // A sanitizer slows the process down so much that one of five may be late.
        EXPECT_LE(testing::sanitized ? waits[2] : waits.back(), 220ms);
        enough = true;
        co_await all_done();
        EXPECT_GE(pool.figures().timeouts, 1'000U) << "the others did come and go";
    });
}

TEST_F(Sessions, WhoeverHoldsOneGetsAnotherAtOnceOrATypedRefusal) {
    ceiling = 2, burst = 1;
    inside([&](sessions& pool) -> task<void> {
        auto first = co_await taken(pool, work), second = co_await taken(pool, work);
        const auto begun = deadline::clock::now();
        const auto third = co_await pool.take(work, soon());
        EXPECT_EQ(third.error().reason, refusal_reason::holds_already);
        EXPECT_LE(since(begun), 1s) << "of ten in which it might have waited";
    });
}

TEST_F(Sessions, TwentyFourHandlersThatAskForASecondUnitNeverHang) {
    bounds.shed_target_ms = 0ms;
    inside([&](sessions& pool) -> task<void> {
        unsigned served = 0, refused = 0;
        for (int i = 0; i < 24; ++i)
            beside([&]() -> task<void> {
                budget::holder handler("handler");
                auto first = co_await pool.take(handler, soon());
                EXPECT_TRUE(first.has_value());
                if (!first) co_return;
                co_await first->run(one_more, soon(), 1);
                const auto second = co_await pool.take(handler, soon());
                if (second) ++served;
                else if (second.error().reason == refusal_reason::holds_already) ++refused;
            });
        co_await all_done();
        EXPECT_EQ(served + refused, 24U);
        EXPECT_LE(ledger->snapshot().held_max, 4U);
    });
}

TEST_F(Sessions, AStatementIsCancelledAtItsDeadlineAndTheConnectionLivesOn) {
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        int before = 0;
        {
            auto lent = co_await taken(pool, work);
            before = lent.backend_pid();
            EXPECT_THROW(co_await lent.run(doze, deadline::after(100ms), 30.0), deadline_passed);
            EXPECT_THROW(co_await lent.run(one_more, soon(), 1), deadline_passed)
                << "it was taken from the caller";
        }
        auto next = co_await taken(pool, work);
        EXPECT_EQ(next.backend_pid(), before);
        EXPECT_EQ((co_await next.run(one_more, soon(), 1)).one<std::int32_t>(), 2);
    });
}

TEST_F(Sessions, ACancelledCallersStatementIsCancelledWithinATenthOfASecond) {
    inside([&](sessions& pool) -> task<void> {
        const auto dozing = "SELECT pid FROM pg_stat_activity WHERE query = 'SELECT pg_sleep($1)'"
                            " AND state = 'active'";
        std::vector<std::chrono::system_clock::duration> took;
        for (int i = 0; i < 5; ++i) {
            boost::asio::cancellation_signal hang_up;
            boost::asio::co_spawn(
                reactor::current()->get_executor(),
                [&]() -> task<void> {
                    auto lent = co_await taken(pool, work);
                    co_await lent.run(doze, deadline::after(30s), 20.0);
                },
                boost::asio::bind_cancellation_slot(hang_up.slot(), boost::asio::detached));
            std::string pid;
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return !(pid = server().value(dozing)).empty(); }));
            const auto begun = std::chrono::system_clock::now();
            hang_up.emit(boost::asio::cancellation_type::terminal);
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return work.holding() == 0 && server().value(dozing).empty(); }));
            took.push_back(idle_since(pid) - begun);
        }
        std::ranges::sort(took);
        EXPECT_GT(took.front(), 0ms);
        EXPECT_LE(took[took.size() / 2], 100ms) << "worst " << took.back() / 1ms;
    });
}

TEST_F(Sessions, ACancelledWaiterLeavesTheQueue) {
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        auto held = co_await taken(pool, work);
        budget::holder other("other");
        boost::asio::cancellation_signal hang_up;
        boost::asio::co_spawn(
            reactor::current()->get_executor(),
            [&]() -> task<void> { co_await pool.take(other, soon()); },
            boost::asio::bind_cancellation_slot(hang_up.slot(), boost::asio::detached));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return pool.figures().pending == 1; }));
        hang_up.emit(boost::asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return pool.figures().pending == 0; }));
    });
}

TEST_F(Sessions, ABorrowedUnitHeldForTooLongIsTakenBack) {
    ceiling = 2, burst = 1;
    bounds.session_hold_ms_max = 100ms;
    inside([&](sessions& pool) -> task<void> {
        budget::holder other("other");
        auto first = co_await taken(pool, work), second = co_await taken(pool, other);
        const auto begun = deadline::clock::now();
        EXPECT_THROW(co_await first.run(doze, deadline::after(10s), 10.0), deadline_passed);
        EXPECT_LE(since(begun), 500ms);
        EXPECT_EQ((co_await second.run(one_more, soon(), 1)).one<std::int32_t>(), 2)
            << "the floor's unit may be held on";
        EXPECT_EQ(pool.figures().revoked, 1U);
    });
}

TEST_F(Sessions, SettingsOfTheSessionDoNotReachTheNextBorrower) {
    static constexpr statement leak_it("SELECT set_config('app.current_tenant', 'acme', false)");
    static constexpr statement slow_down("SET statement_timeout = 77");
    static constexpr statement timeout("SHOW statement_timeout");
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        {
            auto lent = co_await taken(pool, work);
            co_await lent.run(leak_it, soon());
            co_await lent.run(slow_down, soon());
        }
        auto next = co_await taken(pool, work);
        const auto answer = co_await next.run(current_tenant, soon());
        EXPECT_EQ(answer.one<std::optional<std::string>>().value_or(""), "");
        EXPECT_EQ((co_await next.run(timeout, soon())).one<std::string>(), "0");
    });
}

TEST_F(Sessions, AConnectionKilledWhileIdleIsReplaced) {
    inside([&](sessions& pool) -> task<void> {
        const auto pid = (co_await taken(pool, work)).backend_pid();
        server().terminate(pid);
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            const auto now = pool.figures();
            return now.closed == 1 && now.idle == 1;
        }));
        auto next = co_await taken(pool, work);
        EXPECT_NE(next.backend_pid(), pid);
    });
}

TEST_F(Sessions, AConnectionKilledWhileLentIsReplaced) {
    inside([&](sessions& pool) -> task<void> {
        {
            auto lent = co_await taken(pool, work);
            server().terminate(lent.backend_pid());
            EXPECT_ANY_THROW(co_await lent.run(one_more, soon(), 1));
        }
        auto next = co_await taken(pool, work);
        EXPECT_EQ((co_await next.run(one_more, soon(), 1)).one<std::int32_t>(), 2);
    });
}

TEST_F(Sessions, ASilentBackendIsReplacedWithinTwoSecondsAndNeverAboveTheCeiling) {
    ceiling = 2, burst = 1;
    inside([&](sessions& pool) -> task<void> {
        const auto pid = (co_await taken(pool, work)).backend_pid();
        testing::private_postgres::freeze(pid);
        const auto begun = deadline::clock::now();
        bool served = false;
        while (!served && since(begun) < 2s) {
            auto lent = co_await pool.take(work, deadline::after(2s));
            if (!lent) break;
            try {
                co_await lent->run(one_more, deadline::after(300ms), 1);
                served = true;
            } catch (const deadline_passed&) {
            }
        }
        EXPECT_TRUE(served);
        EXPECT_LE(since(begun), 2s);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger->snapshot().closing == 1; }))
            << "its unit is not free before its end is known";
        EXPECT_LE(ledger->snapshot().held_max, 2U);
        testing::private_postgres::thaw(pid);
    });
}

TEST_F(Sessions, AnIdleSessionIsCheckedAndAFailedCheckReplacesIt) {
    bounds.check_after_ms = 0ms;
    ceiling = 2, burst = 1;
    inside([&](sessions& pool) -> task<void> {
        const auto pid = (co_await taken(pool, work)).backend_pid();
        testing::private_postgres::freeze(pid);
        auto lent = co_await taken(pool, work);
        EXPECT_NE(lent.backend_pid(), pid);
        EXPECT_EQ((co_await lent.run(one_more, soon(), 1)).one<std::int32_t>(), 2);
        testing::private_postgres::thaw(pid);
    });
}

TEST_F(Sessions, ShrinksAndGrowsWithoutTouchingALentSession) {
    inside([&](sessions& pool) -> task<void> {
        budget::holder other("other");
        auto first = co_await taken(pool, work);
        {
            auto second = co_await taken(pool, other);
            pool.resize(1);
            EXPECT_EQ((co_await second.run(one_more, soon(), 1)).one<std::int32_t>(), 2);
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger->held() == 1; }));
        pool.resize(4);
        auto again = co_await taken(pool, other);
        EXPECT_EQ(ledger->held(), 2U);
    });
}

TEST_F(Sessions, ALongHoldIsReportedWithTheLineThatTookIt) {
    bounds.leak_ms = 50ms;
    ledger.emplace("postgres", ceiling);
    testing::run([&]() -> task<void> {
        auto pool = make(share());
        std::vector<leak> reports;
        pool->on_leak([&](const leak& each) { reports.push_back(each); });
        co_await pool->start(soon());
        {
            auto held = co_await taken(*pool, work);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return !reports.empty(); }));
        }
        co_await pool->stop(soon());
        EXPECT_EQ(reports.front().holder, "work");
        EXPECT_NE(reports.front().site.find("sessions_test.cpp"), std::string::npos);
    });
}

TEST_F(Sessions, MayBeUsedFromAnotherReactor) {
    testing::test_reactor elsewhere;
    inside([&](sessions& pool) -> task<void> {
        std::atomic<int> answers{0};
        elsewhere.spawn([&]() -> task<void> {
            budget::holder first("first"), second("second");
            for (int round = 0; round < 10; ++round) {
                auto one = co_await taken(pool, first), other = co_await taken(pool, second);
                answers += (co_await one.run(one_more, soon(), 0)).one<std::int32_t>();
                answers += (co_await other.run(one_more, soon(), 0)).one<std::int32_t>();
            }
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return answers == 20; }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return pool.figures().used == 0; }));
    });
}

TEST_F(Sessions, StopRefusesNewCallersAndIsIdempotent) {
    inside([&](sessions& pool) -> task<void> {
        co_await pool.stop(soon());
        const auto refused = co_await pool.take(work, soon());
        EXPECT_EQ(refused.error().reason, refusal_reason::closing);
    });
}

TEST_F(Sessions, StopEndsWhatIsStillLentAtItsDeadline) {
    ledger.emplace("postgres", ceiling);
    testing::run([&]() -> task<void> {
        auto pool = make(share());
        co_await pool->start(soon());
        auto held = co_await taken(*pool, work);
        co_await pool->stop(deadline::after(50ms));
        EXPECT_EQ(ledger->held(), 0U);
        EXPECT_THROW(co_await held.run(one_more, soon(), 1), deadline_passed);
        { const auto gone = std::move(held); }
    });
}

TEST_F(Sessions, StartThrowsWhatKeptItFromOpening) {
    url = server().url("nobody_known");
    ledger.emplace("postgres", ceiling);
    testing::run([&]() -> task<void> {
        auto pool = make(share());
        EXPECT_THROW(co_await pool->start(soon()), server_error);
        co_await pool->stop(soon());
    });
}

}  // namespace
}  // namespace headroom::persistence
