// What members may hold on a standby: shares in its primary's ledger, of what is seen there.
#include "headroom/fleet/standby_fixture.hpp"
#include "headroom/fleet/visitors_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::fleet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::eventually_on_reactor;

class Standby : public StandbyFixture {
protected:
    std::string by_network() const {
        return fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable", network.port(),
                           of.name);
    }
    testing::tcp_fault_proxy network{primary.socket_file()};
};

TEST_F(Standby, ItsSlotsAreSharedByMembersAndOneGrowsWhenAnotherLeaves) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto &first = add(all, ask(2, 20)), &second = add(all, ask(2, 30));
        EXPECT_EQ(co_await units_of(first), 20U);
        EXPECT_EQ(co_await units_of(second), 15U) << "37, less 2 for joining and 20";
        EXPECT_EQ(second.ledger.ceiling(), 15U);
        co_await first.hold(19);
        co_await second.hold(14);
        co_await first.let_go();
        co_await first.share.leave(testing::soon());
        EXPECT_TRUE(co_await has(second, 30));
        EXPECT_EQ(second.ledger.ceiling(), 30U);
    });
    EXPECT_EQ(shared(), 0);
}

TEST_F(Standby, AFloorThatIsNotFreeIsRefusedWithTheFiguresAndTheHolders) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto &first = add(all, ask(2, 30)), &second = add(all, ask(6, 10));
        EXPECT_EQ(co_await units_of(first), 30U);
        const auto got = co_await second.try_once();
        EXPECT_THAT(got ? "granted" : got.error().message(),
                    HasSubstr("(server: usable 37 - 2 for joining - 30 reserved = 5 free); held by "
                              "test/serve/"));
    });
}

TEST_F(Standby, OverlappingJoinersNeverGetMoreThanThereIs) {
    for (int i = 0; i < 5; ++i)
        with_shares([&](standby_processes& all) -> task<void> {
            auto what = ask(2, 10);
            what.within = {};
            for (int n = 0; n < 8; ++n)
                EXPECT_TRUE((co_await add(all, what).primary.start()).has_value());
            unsigned granted = 0, joined = 0;
            co_await each_of(all, [&](standby_process& one) -> task<void> {
                const auto got = co_await one.try_once();
                if (!got) co_return;
                granted += got->units;
                ++joined;
            });
            EXPECT_LE(granted, 35U);
            EXPECT_LE(shared(), 35);
            EXPECT_GE(joined, 1U);
        });
}

TEST_F(Standby, ALookFromBeforeAShareWasGivenBackIsStale) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto &asker = add(all, ask(2, 4)), &other = add(all, ask(2, 4));
        EXPECT_EQ(co_await units_of(asker), 4U);
        const auto visit = [&](const std::string& look) {
            return value(fmt::format(
                "select v ->> 'look_again' from headroom_fleet.standby_scope s, lateral "
                "headroom_fleet.standby_visit_v1({}, (select identity from headroom_fleet.member "
                "where number = {}), '{}', '{}', null, 2, 4, 4, '[]') v",
                asker.primary.number, asker.primary.number, look.substr(0, 36), look.substr(36)));
        };
        const auto ticket = value("select ticket from headroom_fleet.standby_scope");
        const auto look =
            ticket + standby.value("select headroom_fleet.standby_look_v1()", of.name);
        EXPECT_EQ(visit(look), "");
        EXPECT_EQ(co_await units_of(other), 4U);
        EXPECT_EQ(visit(look), "") << "its share stands, whatever it opened";
        co_await other.share.leave(testing::soon());
        EXPECT_EQ(visit(look), "true");
    });
}

TEST_F(Standby, SessionsOfAMemberThatDiedCountUntilTheyAreGone) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto& one = add(all, ask(2, 35));
        visitors left_behind(ask(2, 2).url, {"test/serve/0badcafe/lanes", "test/serve/0badcafe/b"});
        co_await left_behind.come();
        primary.sql("insert into headroom_fleet.member select 195939070, gen_random_uuid(), 'test',"
                    " 'serve', 1, d.oid, 1, 2, 2 from pg_database d where datname = '" + of.name +
                    "'", of.name);
        const auto got = co_await one.start();
        EXPECT_EQ(got ? got->units : 0U, 33U);
        EXPECT_EQ(got ? got->bounds.front().orphans : 0U, 2U);
        co_await left_behind.leave();
        EXPECT_TRUE(co_await has(one, 35));
    });
}

TEST_F(Standby, TheShareOfADeadMemberIsFree) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto& one = add(all, ask(2, 35));
        EXPECT_EQ(co_await units_of(one), 35U);
        co_await one.share.leave(testing::soon());
        primary.sql("insert into headroom_fleet.member select 195939070, gen_random_uuid(), 'test',"
                    " 'serve', 1, d.oid, 1, 2, 2 from pg_database d where datname = '" + of.name +
                    "'; insert into headroom_fleet.standby_share"
                    " select scope, 195939070, 1, 35, 35 from headroom_fleet.standby_scope",
                    of.name);
        EXPECT_EQ(co_await units_of(add(all, ask(2, 35))), 35U);
    });
}

TEST_F(Standby, StrangersTakeSlots) {
    with_shares([&](standby_processes& all) -> task<void> {
        visitors guests(standby.url("postgres", of.name), {"psql", "psql", "dashboard"});
        co_await guests.come();
        EXPECT_EQ(co_await units_of(add(all, ask(2, 37))), 32U);
        co_await guests.leave();
    });
}

TEST_F(Standby, ARolesLimitHoldsThereByItself) {
    primary.create_role("narrow", "LOGIN CONNECTION LIMIT 8 IN ROLE headroom_app");
    EXPECT_TRUE(standby.catches_up_with(primary));
    auto narrow = ask(2, 6);
    narrow.claims = {{"narrow", of.name, 2, 6}};
    with_shares([&](standby_processes& all) -> task<void> {
        EXPECT_EQ(co_await units_of(add(all, narrow)), 6U);
        EXPECT_EQ(co_await units_of(add(all, narrow)), 2U);
        EXPECT_EQ(co_await units_of(add(all, ask(2, 6))), 6U) << "of another role";
    });
}

TEST_F(Standby, ItsRestartIsANewScopeToWhichTheSharesComeBack) {
    primary.sql("update headroom_fleet.header set learning_seconds = 1", of.name);
    with_shares([&](standby_processes& all) -> task<void> {
        auto &first = add(all, ask(2, 20)), &second = add(all, ask(2, 13));
        EXPECT_EQ(co_await units_of(first), 20U);
        EXPECT_EQ(co_await units_of(second), 13U);
        const auto before = first.share.figures().scope;
        standby.restart();
        for (auto* each : {&first, &second}) {
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return each->share.figures().scope != before; }));
            EXPECT_TRUE(co_await is(*each, standby_phase::holding));
            EXPECT_TRUE(co_await has(*each, each == &first ? 20 : 13));
            EXPECT_THAT(each->fences, ElementsAre(true, false));
        }
        EXPECT_EQ(shared(), 33) << "nothing is left in the old scope";
    });
}

TEST_F(Standby, EachOfTwoHasAScopeOfItsOwn) {
    testing::private_postgres second{server_pair::options()};
    second.follow(primary);
    EXPECT_TRUE(second.catches_up_with(primary));
    auto there = ask(2, 30);
    there.url = second.url("app", of.name);
    primary.sql("update headroom_fleet.header set learning_seconds = 1", of.name);
    with_shares([&](standby_processes& all) -> task<void> {
        auto &one = add(all, ask(2, 30)), &other = add(all, there);
        EXPECT_EQ(co_await units_of(one), 30U);
        EXPECT_EQ(co_await units_of(other), 2U) << "it may be the first one, restarted";
        EXPECT_TRUE(co_await has(other, 30)) << "which one of them could not give to both";
        EXPECT_NE(one.share.figures().scope, other.share.figures().scope);
        second.stop();
        EXPECT_TRUE(co_await is(other, standby_phase::fenced));
        EXPECT_EQ(one.share.figures().phase, standby_phase::holding);
    });
}

/// Servers of the test's own, because it leaves two primaries.
struct own_pair {
    server_pair servers;
};
class StandbyPromotion : own_pair, public StandbyFixture {
protected:
    StandbyPromotion() : StandbyFixture(servers) {}
};

TEST_F(StandbyPromotion, EndsTheScopeAndTheShareIsGivenBack) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto& one = add(all, ask(2, 20));
        EXPECT_EQ(co_await units_of(one), 20U);
        standby.promote();
        EXPECT_TRUE(co_await is(one, standby_phase::promoted));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return shared() == 0; }));
        EXPECT_THAT(one.fences, ElementsAre(true));
        EXPECT_EQ(one.ledger.ceiling(), 2U);
        EXPECT_NE(co_await one.refusal_to_open(), "");
        co_await one.let_go();
    });
}

TEST_F(Standby, AServerThatIsNoStandbyOfTheLedgersIsRefused) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto wrong = ask(2, 10);
        wrong.url = wrong.on_primary.url;
        const auto got = co_await add(all, wrong).start();
        EXPECT_EQ(got ? fleet_refusal_reason::too_little : got.error().reason,
                  fleet_refusal_reason::no_standby);
    });
}

TEST_F(Standby, WithoutAnAnswerOfTheLedgerItKeepsWhatItHasAndGrowsNot) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto cut_off = ask(2, 20);
        cut_off.ledger_url = by_network();
        auto &first = add(all, ask(2, 25)), &second = add(all, cut_off);
        EXPECT_EQ(co_await units_of(first), 25U);
        EXPECT_EQ(co_await units_of(second), 10U);
        network.refuse_new();
        network.drop();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return second.share.figures().safe_mode; }));
        co_await first.share.leave(testing::soon());
        EXPECT_EQ(second.ledger.ceiling(), 10U);
        co_await second.hold(9);
        EXPECT_THAT(second.fences, ElementsAre());
        network.accept_new();
        EXPECT_TRUE(co_await has(second, 20));
    });
}

TEST_F(Standby, AUnitWhoseCloseNobodySeesIsBackOnceTheSessionIsEnded) {
    testing::tcp_fault_proxy to_standby{standby.socket_file()};
    const auto url = fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable",
                                 to_standby.port(), of.name);
    persistence::door way(persistence::parse_connect_info(url).value());
    with_shares([&](standby_processes& all) -> task<void> {
        auto& one = add(all, ask(2, 10));
        EXPECT_EQ(co_await units_of(one), 10U);
        co_await one.hold(1, way);
        to_standby.blackhole();
        EXPECT_EQ(one.ledger.held(), 2U) << "the looks' connection and this";
        co_await one.let_go();  // returns when its end is known, or too late
        EXPECT_EQ(one.ledger.held(), 1U);
        EXPECT_EQ(standby.value("select count(*) from pg_stat_activity where application_name like"
                                " '%persistence.lanes'", of.name), "0");
    });
}

TEST_F(Standby, WithoutItsProofOfLifeAMemberOpensNothingThereUntilItIsBack) {
    with_shares([&](standby_processes& all) -> task<void> {
        auto fragile = ask(2, 10);
        fragile.on_primary.control_url = by_network();
        auto& one = add(all, fragile);
        EXPECT_EQ(co_await units_of(one), 10U);
        network.refuse_new();
        network.drop();
        EXPECT_TRUE(co_await is(one, standby_phase::fenced));
        EXPECT_THAT(co_await one.refusal_to_open(), HasSubstr("not a member of its fleet"));
        network.accept_new();
        EXPECT_TRUE(co_await is(one, standby_phase::holding));
        EXPECT_THAT(one.fences, ElementsAre(true, false));
        EXPECT_EQ(one.share.figures().reservation, 10U);
        co_await one.hold(1);
    });
}

}  // namespace
}  // namespace headroom::fleet
