// What becomes of a share when a process, its network or its server fails.
#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::eventually_on_reactor;
using wall = std::chrono::steady_clock;

/// Processes whose control goes through a network that fails on command.
class Life : public FleetFixture {
protected:
    process_ask by_network(unsigned floor, unsigned most, std::string name = {}) {
        auto made = ask(floor, most);
        if (name.empty()) name = database;
        made.control_url = fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable",
                                       network.port(), name);
        return made;
    }
    void cut() {
        network.refuse_new();
        network.drop();
    }
    static task<bool> is(fleet_process& who, member_phase what) {
        co_return co_await eventually_on_reactor(
            [&] { return who.member.figures().phase == what; });
    }
    static task<bool> has(fleet_process& who, unsigned units) {
        co_return co_await eventually_on_reactor(
            [&] { return who.member.figures().reservation == units; });
    }
    testing::tcp_fault_proxy network{server().socket_file()};
};

/// The visit and the pauses of a joiner included; beside it, four sessions at the server alone.
TEST_F(Life, TheShareOfAMemberThatDiesIsFreeWithinATenthOfASecond) {
    std::vector<milliseconds> reused, alone;
    for (int i = 0; i < 5; ++i)
        with_processes([&](processes& all) -> task<void> {
            network.accept_new();
            auto& first = add(all, by_network(90, 90));
            EXPECT_TRUE((co_await first.start()).has_value());
            auto& second = add(all, ask(90, 90));
            co_await second.control.open(testing::soon());
            auto began = wall::now();
            cut();
            EXPECT_TRUE((co_await second.member.join(testing::soon())).has_value());
            reused.push_back(since(began));
            began = wall::now();
            for (int session = 0; session < 4; ++session) value("select 1");
            alone.push_back(since(began));
        });
    expect_within(100ms, 1, "reuse_ms", reused, alone);
}

TEST_F(Life, AMemberWithoutItsControlIsFencedAndComesBackAsTheSame) {
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, by_network(5, 20));
        EXPECT_TRUE((co_await one.start()).has_value());
        const auto row = "select number || identity::text from headroom_fleet.member";
        const auto before = value(row);
        cut();
        EXPECT_TRUE(co_await is(one, member_phase::fenced));
        EXPECT_THAT(one.fences, ElementsAre(true));
        network.accept_new();
        EXPECT_TRUE(co_await is(one, member_phase::member));
        EXPECT_THAT(one.fences, ElementsAre(true, false));
        EXPECT_EQ(value(row), before);
        EXPECT_EQ(one.member.figures().rejoins, 1U);
    });
}

TEST_F(Life, AMemberEndsItsOwnPredecessorThatTheServerStillBelievesAlive) {
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, by_network(5, 20));
        EXPECT_TRUE((co_await one.start()).has_value());
        const auto old_pid = one.control.backend_pid();
        network.blackhole(1);
        EXPECT_TRUE(co_await is(one, member_phase::fenced));
        EXPECT_TRUE(co_await is(one, member_phase::member));
        EXPECT_NE(one.control.backend_pid(), old_pid);
        network.pass(1);
        EXPECT_EQ(value("select count(*) from pg_stat_activity where pid = " +
                        std::to_string(old_pid)), "0");
    });
}

TEST_F(Life, SessionsOfADeadMemberCountUntilTheyAreGone) {
    auto eager = ask(5, 97);
    eager.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& dead = add(all, by_network(5, 20));
        EXPECT_TRUE((co_await dead.start()).has_value());
        co_await dead.hold(7);
        cut();
        EXPECT_TRUE(co_await is(dead, member_phase::fenced));
        auto& next = add(all, eager);
        const auto got = co_await next.start();
        EXPECT_EQ(got ? got->units : 0U, 88U);
        EXPECT_EQ(got ? got->bounds.front().orphans : 0U, 7U);
        co_await dead.let_go();
        EXPECT_TRUE(co_await has(next, 95));
    });
}

TEST_F(Life, ADonorClosesFirstAndOnlyThenSomebodyElseGetsTheUnits) {
    with_processes([&](processes& all) -> task<void> {
        auto& donor = add(all, ask(5, 90));
        EXPECT_TRUE((co_await donor.start()).has_value());
        co_await donor.hold(80);
        auto& next = add(all, ask(20, 30));
        const auto early = co_await next.try_once();
        EXPECT_FALSE(early.has_value());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return donor.ledger.ceiling() == 75; }));
        EXPECT_EQ(donor.member.figures().target, 75U);
        EXPECT_EQ(reserved(), 90) << "nothing moves before it is closed";
        co_await donor.let_go();
        EXPECT_TRUE(co_await has(donor, 75));
        EXPECT_EQ((co_await next.member.join(testing::soon())).value_or(reservation{}).units, 20U);
        EXPECT_EQ(reserved(), 95);
    });
}

TEST_F(Life, AMemberOfControlAloneGivesAllElseComesBackAndLeavesAtOnce) {
    with_processes([&](processes& all) -> task<void> {
        auto& small = add(all, by_network(1, 4));
        EXPECT_TRUE((co_await small.start()).has_value());
        EXPECT_EQ((co_await add(all, ask(94, 94)).start()).value_or(reservation{}).units, 94U);
        EXPECT_TRUE(co_await has(small, 1));
        cut();
        EXPECT_TRUE(co_await is(small, member_phase::fenced));
        network.accept_new();
        EXPECT_TRUE(co_await is(small, member_phase::member));
        EXPECT_EQ(reserved(), 95);
        const auto began = wall::now();
        co_await small.stop();
        EXPECT_LT(wall::now() - began, 3s) << "a visit would wait five for its unit";
    });
}

TEST_F(Life, AMemberGrowsWhenOthersLeave) {
    auto eager = ask(5, 90);
    eager.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& first = add(all, ask(60, 60));
        EXPECT_TRUE((co_await first.start()).has_value());
        auto& second = add(all, eager);
        EXPECT_EQ((co_await second.start()).value_or(reservation{}).units, 35U);
        co_await first.stop();
        EXPECT_TRUE(co_await has(second, 90));
        EXPECT_EQ(second.ledger.ceiling(), 90U);
    });
}

TEST_F(Life, WithoutItsLedgerAMemberKeepsWhatItHas) {
    auto cautious = ask(5, 20);
    cautious.ledger_url = by_network(5, 20).control_url;
    cautious.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, cautious);
        EXPECT_TRUE((co_await one.start()).has_value());
        cut();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return one.member.figures().safe_mode; }));
        EXPECT_EQ(one.ledger.ceiling(), 20U);
        EXPECT_THAT(one.fences, ElementsAre());
        network.accept_new();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return !one.member.figures().safe_mode; }));
    });
}

TEST_F(Life, AMemberWhoseRowWasLostWithAFailoverJoinsAgainWithWhatItHad) {
    auto eager = ask(5, 20);
    eager.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, eager);
        EXPECT_TRUE((co_await one.start()).has_value());
        server().sql("delete from headroom_fleet.member", database);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one.fences.size() == 2; }));
        EXPECT_THAT(one.fences, ElementsAre(true, false));
        EXPECT_EQ(reserved(), 20);
    });
}

TEST(Restart, OldMembersComeBackFirstAndNewcomersGetTheirFloor) {
    testing::private_postgres own;
    ledger_database ledger(own);
    own.sql("update headroom_fleet.header set learning_seconds = 3", ledger.name);
    auto eager = ledger.ask(5, 20);
    eager.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& old = add(all, eager);
        EXPECT_TRUE((co_await old.start()).has_value());
        own.restart();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return old.member.figures().rejoins == 1; }));
        EXPECT_EQ(old.member.figures().reservation, 20U);
        auto& fresh = add(all, eager);
        const auto got = co_await fresh.start();
        EXPECT_EQ(got ? got->units : 0U, 5U);
        EXPECT_TRUE(got && got->learning);
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return fresh.member.figures().reservation == 20; }));
    });
}

TEST(Restart, MembersThatAreNotBackYetKeepTheirSharesForAWhile) {
    testing::private_postgres own({.loopback = true});
    ledger_database ledger(own);
    testing::tcp_fault_proxy network(own.socket_file());
    auto old = ledger.ask(60, 60);
    old.control_url = fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable",
                                  network.port(), ledger.name);
    with_processes([&](processes& all) -> task<void> {
        EXPECT_TRUE((co_await add(all, old).start()).has_value());
        network.refuse_new();
        own.restart();
        const auto got = co_await add(all, ledger.ask(40, 60)).try_once();
        EXPECT_FALSE(got.has_value());
        if (!got) EXPECT_THAT(got.error().message(), HasSubstr("its members come back first"));
    });
}

TEST(Restart, WhatACrashLosesOfTheLedgerItsMembersSayAgain) {
    // Nothing is written that no commit waits for; and all commits but a visit's do.
    testing::private_postgres own({.settings = {{"synchronous_commit", "on"},
                                                {"wal_writer_delay", "10s"}},
                                   .loopback = true});
    ledger_database ledger(own);
    testing::tcp_fault_proxy network(own.socket_file());
    auto old = ledger.ask(5, 60);
    old.control_url = fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable",
                                  network.port(), ledger.name);
    with_processes([&](processes& all) -> task<void> {
        auto& member = add(all, old);
        EXPECT_EQ((co_await member.start()).value_or(reservation{}).units, 60U);
        network.refuse_new();
        own.restart(testing::stop_mode::immediate);
        const auto rows = "select count(*) from headroom_fleet.member";
        EXPECT_EQ(own.value(rows, ledger.name), "0") << "the admission was lost";

        auto& fresh = add(all, ledger.ask(5, 90));
        const auto got = co_await fresh.start();
        EXPECT_EQ(got ? got->units : 0U, 5U) << "a newcomer does not get what is an old member's";
        network.accept_new();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return member.member.figures().phase == member_phase::member; }));
        EXPECT_EQ(member.member.figures().reservation, 60U);
    });
}

}  // namespace
}  // namespace headroom::fleet
