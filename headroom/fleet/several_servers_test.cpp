// A process with sessions on two servers is a member of two fleets: a ledger each, a control each.
#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::fleet {
namespace {

using ::testing::ElementsAre;
using testing::eventually_on_reactor;

class SeveralServers : public ::testing::Test {
protected:
    static process_ask eager(const ledger_database& of, unsigned floor, unsigned most) {
        auto made = of.ask(floor, most);
        made.within.visit_ms = 50ms;
        return made;
    }
    /// Through a network that fails on command.
    std::string by_network() const {
        return fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable", network.port(),
                           second.name);
    }
    static task<bool> has(fleet_process& who, unsigned units) {
        co_return co_await eventually_on_reactor(
            [&] { return who.member.figures().reservation == units; });
    }

    testing::private_postgres one, other{{.settings = {{"max_connections", "40"}}}};
    const ledger_database first{one}, second{other};
    testing::tcp_fault_proxy network{other.socket_file()};
};

TEST_F(SeveralServers, EachBoundsWhatIsOpenThereAndNothingElse) {
    with_processes([&](processes& all) -> task<void> {
        auto &here = add(all, first.ask(5, 90)), &there = add(all, second.ask(5, 90));
        EXPECT_EQ((co_await here.start()).value_or(reservation{}).units, 90U);
        EXPECT_EQ((co_await there.start()).value_or(reservation{}).units, 35U);
        EXPECT_EQ(here.ledger.ceiling(), 90U);
        EXPECT_EQ(there.ledger.ceiling(), 35U);
    });
}

TEST_F(SeveralServers, WhereTheLedgerIsDownNothingGrowsAndElsewhereItDoes) {
    auto cut_off = eager(second, 5, 30);
    cut_off.ledger_url = by_network();
    with_processes([&](processes& all) -> task<void> {
        auto& before = add(all, first.ask(60, 60));
        EXPECT_TRUE((co_await before.start()).has_value());
        auto &here = add(all, eager(first, 5, 90)), &there = add(all, cut_off);
        EXPECT_EQ((co_await here.start()).value_or(reservation{}).units, 35U);
        EXPECT_EQ((co_await there.start()).value_or(reservation{}).units, 30U);
        network.refuse_new();
        network.drop();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return there.member.figures().safe_mode; }));
        co_await before.stop();
        EXPECT_TRUE(co_await has(here, 90));
        EXPECT_FALSE(here.member.figures().safe_mode);
        EXPECT_EQ(there.ledger.ceiling(), 30U);
        network.accept_new();
    });
}

TEST_F(SeveralServers, LosingOneControlShutsOnlyTheDoorsOfThatServer) {
    auto fragile = eager(second, 5, 20);
    fragile.control_url = by_network();
    with_processes([&](processes& all) -> task<void> {
        auto &here = add(all, eager(first, 5, 20)), &there = add(all, fragile);
        EXPECT_TRUE((co_await here.start()).has_value());
        EXPECT_TRUE((co_await there.start()).has_value());
        network.refuse_new();
        network.drop();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return there.member.figures().phase == member_phase::fenced; }));
        EXPECT_EQ(here.member.figures().phase, member_phase::member);
        co_await here.hold(3);
        network.accept_new();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return there.member.figures().phase == member_phase::member; }));
        EXPECT_THAT(there.fences, ElementsAre(true, false));
        EXPECT_THAT(here.fences, ElementsAre());
    });
}

}  // namespace
}  // namespace headroom::fleet
