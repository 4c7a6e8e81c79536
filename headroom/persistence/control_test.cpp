#include "headroom/persistence/control.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using testing::eventually_on_reactor;
using ::testing::HasSubstr;

using testing::soon;
constexpr advisory_lock alive{lock_class::proof_of_life, 7};

/// A server, and control connections with a ledger that would not forgive a second one.
class Control : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one(
            {.settings = {{"max_connections", "20"}}, .loopback = true});
        return one;
    }
    std::unique_ptr<control> make(std::string url = server().url(), control_bounds within = {}) {
        control_terms terms;
        terms.within = within;
        doors.push_back(std::make_unique<door>(parse_connect_info(url).value()));
        terms.through = doors.back().get();
        terms.application_name = "test/serve/00000001/persistence.control";
        return std::make_unique<control>(*reactor::current(),
                                         ledger.open({"persistence.control", 1, 1}).value(),
                                         std::move(terms));
    }
    void inside(std::function<task<void>()> body) {
        testing::run([&]() -> task<void> {
            co_await body();
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        });
    }
    budget::ledger ledger{"postgres", 10};
    std::vector<std::unique_ptr<door>> doors;
};

TEST_F(Control, KnowsTheServersFactsOnceItIsOpen) {
    inside([&]() -> task<void> {
        auto one = make();
        co_await one->open(soon());
        EXPECT_TRUE(one->connected());
        EXPECT_EQ(one->facts().number("max_connections"), 20u);
        EXPECT_EQ(ledger.held(), 1u);
        co_await one->stop(soon());
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST(ControlSchedule, ReadsTheFactsAgainEachMinute) {
    using action = detail::control_schedule::action;
    detail::control_schedule schedule{control_bounds{}};
    const deadline::clock::time_point opened(1h);
    schedule.done(action::connect, opened);
    for (auto passed = 0ms; passed < 60s; passed += 50ms) {
        const auto next = schedule.next(opened + passed, true, false);
        EXPECT_NE(next, action::read_facts) << "after " << passed.count() << " ms";
        schedule.done(next, opened + passed);
    }
    EXPECT_EQ(schedule.next(opened + 60s, true, false), action::read_facts);
}

TEST_F(Control, NoticesALoweredLimitWhileItStaysConnected) {
    server().create_role("bounded", "LOGIN CONNECTION LIMIT 9");
    inside([&]() -> task<void> {
        auto one = make(server().url(), {.reread_ms = 100ms});
        budget::figure limit;
        one->on_facts([&](const server_facts& found) {
            for (const auto& each : found.roles)
                if (each.name == "bounded") limit = each.limit;
        });
        co_await one->open(soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return limit == 9U; }));
        server().sql("alter role bounded connection limit 5");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return limit == 5U; }));
        EXPECT_EQ(one->connects(), 1U);
        co_await one->stop(soon());
    });
}

TEST_F(Control, RefusesATransactionPoolerAndNamesTheRemedy) {
    testing::private_pgbouncer pooler(server());
    inside([&]() -> task<void> {
        auto one = make(pooler.url("postgres", "postgres"));
        std::string said;
        try {
            co_await one->open(soon());
        } catch (const pooler_in_the_way& refused) {
            said = refused.what();
        }
        EXPECT_THAT(said, HasSubstr("set HEADROOM_DIRECT_URL to the server itself"));
        EXPECT_FALSE(one->connected());
    });
}

TEST_F(Control, DeliversNotificationsToWhoeverListens) {
    inside([&]() -> task<void> {
        auto one = make();
        co_await one->open(soon());
        std::vector<std::string> heard;
        auto mine = co_await one->listen(
            identifier::parse("news").value(),
            [&](const notification& what) { heard.push_back(what.payload); }, soon());
        server().sql("notify news, 'first'");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return heard.size() == 1; }));
        {
            const auto gone = std::move(mine);
        }
        server().sql("notify news, 'second'; notify other, 'x'");
        EXPECT_TRUE((co_await one->read_facts(soon())).number("max_connections").has_value());
        EXPECT_THAT(heard, ElementsAre("first"));
        co_await one->stop(soon());
    });
}

TEST_F(Control, ComesBackAfterItsBackendWasTerminatedAndListensAgain) {
    inside([&]() -> task<void> {
        auto one = make();
        co_await one->open(soon());
        int heard = 0, lost = 0, restored = 0;
        one->on_lost([&](const std::string&) { ++lost; });
        one->on_restored([&] { ++restored; });
        const auto mine = co_await one->listen(
            identifier::parse("news").value(), [&](const notification&) { ++heard; }, soon());
        EXPECT_TRUE(co_await one->try_lock(alive, soon()));
        server().terminate(one->backend_pid());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return restored == 1; }));
        EXPECT_EQ(lost, 1);
        EXPECT_FALSE(one->holds(alive));
        server().sql("notify news, 'again'");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return heard == 1; }));
        co_await one->stop(soon());
    });
}

TEST_F(Control, ComesBackWithinASecondOfTheServersReturn) {
    inside([&]() -> task<void> {
        auto one = make();
        co_await one->open(soon());
        server().restart(testing::stop_mode::immediate);
        const auto back = deadline::clock::now();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->connects() == 2; }));
        EXPECT_LT(deadline::clock::now() - back, 1s);
        co_await one->stop(soon());
    });
}

TEST_F(Control, HoldsALockOfWhichOthersAreToldAndWhichGoesWithIt) {
    inside([&]() -> task<void> {
        auto one = make(), other = make();
        co_await one->open(soon());
        co_await other->open(soon());
        EXPECT_TRUE(co_await one->try_lock(alive, soon()));
        EXPECT_FALSE(co_await other->try_lock(alive, soon()));
        EXPECT_TRUE(co_await other->is_held(alive, soon()));
        server().terminate(one->backend_pid());
        EXPECT_FALSE(co_await other->is_held(alive, soon()));
        EXPECT_TRUE(co_await other->try_lock(alive, soon()));
        co_await other->unlock(alive, soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->connects() == 2; }));
        EXPECT_FALSE(co_await one->is_held(alive, soon()));
        co_await one->stop(soon());
        co_await other->stop(soon());
    });
}

TEST_F(Control, SeesTheLocksOthersHoldInWhicheverDatabase) {
    const auto elsewhere = server().create_database();
    inside([&]() -> task<void> {
        auto one = make(), other = make(server().url("postgres", elsewhere));
        co_await one->open(soon());
        co_await other->open(soon());
        const advisory_lock wish{lock_class::wish, 7};
        EXPECT_TRUE(co_await one->try_lock(wish, soon()));
        EXPECT_TRUE(co_await other->others_hold(lock_class::wish, soon()));
        EXPECT_FALSE(co_await one->others_hold(lock_class::wish, soon())) << "its own";
        EXPECT_FALSE(co_await other->others_hold(lock_class::leader, soon()));
        co_await one->unlock(wish, soon());
        EXPECT_FALSE(co_await other->others_hold(lock_class::wish, soon()));
        co_await one->stop(soon());
        co_await other->stop(soon());
    });
}

TEST_F(Control, GivesASilentServerUpAfterFourSecondsAndReplacesTheConnection) {
    testing::tcp_fault_proxy network(std::to_string(server().port()));
    inside([&]() -> task<void> {
        auto one = make("postgresql://postgres@127.0.0.1:" + std::to_string(network.port()) +
                        "/postgres?sslmode=disable");
        co_await one->open(soon());
        bool lost = false;
        one->on_lost([&](const std::string&) { lost = true; });
        const auto silent = deadline::clock::now();
        network.blackhole(1);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return lost; }));
        EXPECT_LT(deadline::clock::now() - silent, 4500ms);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->connects() == 2; }));
        // The predecessor's lease is back once the server no longer shows that backend.
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
        co_await one->stop(soon());
    });
}

TEST_F(Control, LosesItsLocksWithinMillisecondsWhenItsSocketEnds) {
    testing::tcp_fault_proxy network(std::to_string(server().port()));
    inside([&]() -> task<void> {
        auto one = make("postgresql://postgres@127.0.0.1:" + std::to_string(network.port()) +
                        "/postgres?sslmode=disable");
        auto other = make();
        co_await one->open(soon());
        co_await other->open(soon());
        EXPECT_TRUE(co_await one->try_lock(alive, soon()));
        network.drop();  // what the kernel does to the sockets of a killed process
        const auto dropped = deadline::clock::now();
        while (co_await other->is_held(alive, soon())) co_await sleep_until(deadline::after(1ms));
        EXPECT_LT(deadline::clock::now() - dropped, 500ms);
        co_await one->stop(soon());
        co_await other->stop(soon());
    });
}

TEST_F(Control, FreesASignInThatWasGivenUpOnceTheServerHasGivenItUpToo) {
    testing::private_postgres strict({.settings = {{"authentication_timeout", "1"}}});
    inside([&]() -> task<void> {
        auto& room = closing_room::of(*reactor::current());
        auto others = ledger.open({"persistence.lanes", 1, 0}).value();
        control_bounds within;
        within.overdue.sign_in_margin_ms = 200ms;
        auto one = make(strict.url(), within);
        co_await one->open(soon());
        const auto began = deadline::clock::now();
        room.enter(nullptr, others.take().value(), "test", false);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return room.size() == 0; }));
        EXPECT_GE(deadline::clock::now() - began, 1200ms);
        EXPECT_EQ(others.held(), 0u);
        co_await one->stop(soon());
    });
}

TEST_F(Control, LeavesUnitsOfAnotherServersLedgerAlone) {
    testing::private_postgres strict({.settings = {{"authentication_timeout", "1"}}});
    budget::ledger second("postgres:second", 1);
    inside([&]() -> task<void> {
        auto& room = closing_room::of(*reactor::current());
        auto mine = ledger.open({"persistence.lanes", 1, 0}).value();
        auto others = second.open({"persistence.lanes", 1, 0}).value();
        control_bounds within;
        within.overdue.sign_in_margin_ms = 200ms;
        auto one = make(strict.url(), within);
        co_await one->open(soon());
        room.enter(nullptr, others.take().value(), "test", false);  // the first to be overdue
        room.enter(nullptr, mine.take().value(), "test", false);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return mine.held() == 0; }));
        EXPECT_EQ(others.held(), 1u);
        one->look_after(room, second);  // that server's too, as a pooler's before it
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return others.held() == 0; }));
        co_await one->stop(soon());
    });
}

TEST_F(Control, EndsSessionsByTheirName) {
    inside([&]() -> task<void> {
        auto one = make();
        co_await one->open(soon());
        auto grant = ledger.open({"test", 2, 0}).value();
        connection_options options;
        options.application_name = "test/serve/00000001/persistence.lanes";
        connection victim(*reactor::current(), grant.take().value(), options);
        co_await victim.open(parse_connect_info(server().url()).value(), soon());
        EXPECT_EQ(co_await one->terminate(options.application_name, soon()), 1u);
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return victim.is() == connection::state::lost; }));
        co_await victim.close(soon());
        co_await one->stop(soon());
    });
}

TEST(ControlSchedule, LeavesAStandbyEachSecond) {
    using action = detail::control_schedule::action;
    detail::control_schedule schedule({});
    const deadline::clock::time_point start{1h};
    schedule.done(action::connect, start);
    schedule.done(action::tidy, start + 900ms);
    EXPECT_EQ(schedule.next(start + 999ms, true, true), action::sleep);
    EXPECT_EQ(schedule.next(start + 1s, true, true), action::connect);
    EXPECT_NE(schedule.next(start + 1s, true, false), action::connect);
}

TEST_F(Control, IsConnectedToAStandbyAndListensOnceItIsAPrimary) {
    testing::private_postgres own;
    own.become_standby();
    inside([&]() -> task<void> {
        auto one = make(own.url());
        co_await one->open(soon());
        EXPECT_TRUE(one->facts().in_recovery);
        int heard = 0;
        const auto mine = co_await one->listen(
            identifier::parse("news").value(), [&](const notification&) { ++heard; }, soon());
        own.promote();
        const auto promoted = deadline::clock::now();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !one->facts().in_recovery; }));
        EXPECT_LT(deadline::clock::now() - promoted, 1500ms);
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            own.sql("notify news");
            return heard > 0;
        }));
        co_await one->stop(soon());
    });
}

TEST(ControlSchedule, TidiesPingsAndReadsAgainWhenEachIsDue) {
    using action = detail::control_schedule::action;
    detail::control_schedule schedule({});
    const deadline::clock::time_point start{1h};
    EXPECT_EQ(schedule.next(start, false, false), action::connect);
    schedule.done(action::connect, start);
    EXPECT_EQ(schedule.next(start, true, false), action::tidy);
    schedule.done(action::tidy, start);
    EXPECT_EQ(schedule.next(start, true, false), action::sleep);
    EXPECT_EQ(schedule.next(start + 500ms, true, false), action::tidy);
    schedule.done(action::tidy, start + 1'900ms);
    EXPECT_EQ(schedule.next(start + 2s, true, false), action::ping);
    EXPECT_EQ(schedule.next(start + 60s, true, false), action::read_facts);
}

}  // namespace
}  // namespace headroom::persistence
