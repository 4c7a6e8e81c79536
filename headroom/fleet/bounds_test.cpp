// What the ledger counts before it grants: servers, roles, databases, and whoever else is there.
#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/fleet/visitors_fixture.hpp"

namespace headroom::fleet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::soon;

class Bounds : public FleetFixture {
protected:
    /// What a process is granted, 0 when it is refused.
    static task<unsigned> granted(fleet_process& to) {
        const auto got = co_await to.start();
        co_return got ? got->units : 0;
    }
    static task<std::string> refusal_of(fleet_process& to) {
        const auto got = co_await to.try_once();
        co_return got ? "granted" : got.error().message();
    }
};

TEST_F(Bounds, TwoDatabasesOfOneServerShareItsSlots) {
    const auto other = server().create_database();
    auto elsewhere = ask(5, 90);
    elsewhere.url = server().url("app", other);
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask(5, 60))), 60U);
        EXPECT_EQ(co_await granted(add(all, elsewhere)), 35U);
    });
    server().sql("drop database " + other + " with (force)");
}

TEST_F(Bounds, TwoProcessesOfOneHostAreTwoMembers) {
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask())), 20U);
        EXPECT_EQ(co_await granted(add(all, ask())), 20U);
        EXPECT_EQ(value("select count(distinct identity) from headroom_fleet.member"), "2");
    });
}

TEST_F(Bounds, EachRolesLimitHoldsByItself) {
    for (const auto* role : {"narrow", "broad"}) {
        server().create_role(role, "LOGIN CONNECTION LIMIT 30");
        server().sql(std::string("grant headroom_app to ") + role);
    }
    auto narrow = ask(25, 25), broad = ask(25, 25), small = ask(5, 10);
    narrow.url = narrow.ledger_url = server().url("narrow", database);
    broad.url = broad.ledger_url = server().url("broad", database);
    small.url = small.ledger_url = broad.url;
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, narrow)), 25U);
        EXPECT_EQ(co_await granted(add(all, broad)), 25U);
        EXPECT_EQ(co_await granted(add(all, small)), 5U);
        EXPECT_THAT(co_await refusal_of(add(all, small)),
                    HasSubstr("(role broad: usable 30 - 30 reserved = 0 free)"));
    });
}

TEST_F(Bounds, ARoleBesideTheMainOneIsBoundedByItsOwnClaim) {
    server().create_role("writer", "LOGIN CONNECTION LIMIT 4");
    auto both = ask(5, 12);
    both.claims = {{"app", database, 3, 12}, {"writer", database, 2, 5}};
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, both)), 7U) << "2 of the floor and 2 more as writer";
        EXPECT_EQ(co_await granted(add(all, both)), 5U) << "the first gives its 2 more back";
        EXPECT_THAT(co_await refusal_of(add(all, both)), HasSubstr("role writer: usable 4"));
    });
    server().sql("drop role writer");
}

TEST_F(Bounds, TheDatabasesLimitHoldsToo) {
    server().sql("alter database " + database + " connection limit 22");
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask(15, 15))), 15U);
        EXPECT_EQ(co_await granted(add(all, ask(7, 15))), 7U);
        EXPECT_THAT(co_await refusal_of(add(all, ask(5, 15))),
                    HasSubstr("(database " + database + ": usable 22 - 22 reserved = 0 free)"));
    });
}

TEST_F(Bounds, MoreProcessesThanSlotsAreRefusedWithTheFiguresAndTheHolders) {
    with_processes([&](processes& all) -> task<void> {
        for (int i = 0; i < 3; ++i) EXPECT_EQ(co_await granted(add(all, ask(30, 30))), 30U);
        const auto& first = *all.front();
        EXPECT_THAT(co_await refusal_of(add(all, ask(30, 30))),
                    AllOf(HasSubstr("needs 30 of the fleet's budget and asked for 30"),
                          HasSubstr("(server: usable 97 - 2 for joining - 90 reserved = 5 free)"),
                          HasSubstr(fmt::format("test/serve/{:08x} 30", first.number))));
        EXPECT_EQ(reserved(), 90);
    });
}

TEST_F(Bounds, AFloorThatNeverFitsIsRefusedAtOnce) {
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, ask(96, 96));
        const auto began = std::chrono::steady_clock::now();
        const auto got = co_await one.start();
        EXPECT_FALSE(got.has_value());
        EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    });
}

TEST_F(Bounds, StrangersAndSuperusersTakeSlots) {
    with_processes([&](processes& all) -> task<void> {
        visitors guests(server().url("postgres", database), {"psql", "psql", "dashboard"});
        co_await guests.come();
        EXPECT_EQ(co_await granted(add(all, ask(5, 97))), 92U);
        EXPECT_THAT(co_await refusal_of(add(all, ask(93, 97))),
                    AllOf(HasSubstr("3 strangers"), HasSubstr("psql as postgres 2")));
        co_await guests.leave();
    });
}

TEST_F(Bounds, TheJoinReserveIsNotForWhatAFencedMemberStillHasOpen) {
    server().sql("update headroom_fleet.header set join_reserve = 10", database);
    with_processes([&](processes& all) -> task<void> {
        auto& back = add(all, ask(5, 20));  // has its lock again, and is not admitted yet
        co_await back.control.open(soon());
        const persistence::advisory_lock proof{persistence::lock_class::proof_of_life,
                                               static_cast<std::int32_t>(back.number)};
        EXPECT_TRUE(co_await back.control.try_lock(proof, soon()));
        co_await back.hold(7);
        const auto got = co_await add(all, ask(5, 97)).start();
        EXPECT_EQ(got ? got->units : 0U, 81U);
        EXPECT_EQ(got ? got->bounds.front().joining : 0U, 10U);
        EXPECT_EQ(got ? got->bounds.front().orphans : 0U, 6U) << "seven and control, without two";
    });
}

TEST_F(Bounds, KnownProgramsAreExternalsAndNoStrangers) {
    server().sql("insert into headroom_fleet.external (application, role, declared) values"
                 " ('dash%', null, 2), (null, 'postgres', 1)", database);
    with_processes([&](processes& all) -> task<void> {
        visitors guests(server().url("postgres", database), {"dashboard", "psql", "psql"});
        co_await guests.come();
        EXPECT_EQ(co_await granted(add(all, ask(5, 97))), 91U) << "2 declared, 2 seen";
        co_await guests.leave();
    });
}

TEST_F(Bounds, ASessionIsAMembersByANameOfOurFormAndElseAStrangers) {
    with_processes([&](processes& all) -> task<void> {
        visitors guests(server().url("postgres", database),
                        {"shop/serve/0badcafe/lanes", "Shop/serve/0badcafe/lanes",
                         "shop/serve/0badcafe", "shop/serve/0badcafes/lanes",
                         "shop/serve/pooled/lanes", "a/shop/0badcafe/lanes/b"});
        co_await guests.come();
        const auto got = co_await add(all, ask(5, 97)).start();
        EXPECT_EQ(got ? got->bounds.front().orphans : 0U, 1U);
        EXPECT_EQ(got ? got->bounds.front().strangers : 0U, 5U);
        co_await guests.leave();
    });
}

TEST_F(Bounds, ACloserLookFindsTheSameFigures) {
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, ask(5, 20));
        EXPECT_EQ(co_await granted(one), 20U);
        EXPECT_EQ(co_await granted(add(all, ask(5, 30))), 30U);
        co_await one.hold(7);
        visitors guests(server().url("postgres", database), {"psql", "psql"});
        co_await guests.come();
        server().sql("update headroom_fleet.member set reservation = floor", database);
        const auto look = [&] {
            return value("select r::text from headroom_fleet.room_v1(-1, '{}', '{}', true) r");
        };
        const auto glance = look();
        // From here on it has to tell whose session each one is.
        server().sql("insert into headroom_fleet.external (application) values ('nobody')",
                     database);
        EXPECT_EQ(look(), glance);
        EXPECT_THAT(glance, HasSubstr(",0,3,0,13,")) << "two and this one; eight seen, and five";
        co_await guests.leave();
    });
}

TEST_F(Bounds, ExternalsAreKeptFreeForWhatTheyDeclared) {
    server().sql("insert into headroom_fleet.external (application, declared) values"
                 " ('report%', 10), ('other', 5)", database);
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask(5, 97))), 80U);
    });
}

TEST_F(Bounds, FiveThousandDeadRowsAreCollectedAtOneAdmission) {
    server().sql("insert into headroom_fleet.member (number, identity, system, duty, version,"
                 " lives_in, floor, most, reservation) select i, gen_random_uuid(), 'old', 'serve',"
                 " 1, 1, 1, 20, 20 from generate_series(1, 5000) i", database);
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, ask());
        const auto got = co_await one.start();
        EXPECT_TRUE(got.has_value());
        if (!got) co_return;
        EXPECT_EQ(got->units, 20U);
        EXPECT_EQ(got->collected, 5000U);
        EXPECT_EQ(reserved(), 20);
    });
}

TEST_F(Bounds, AnOverrideLetsAStartPassAndKeepsATrail) {
    server().sql("insert into headroom_fleet.override (system, who, why, expires_at) values"
                 " ('test', 'ada', 'the fair', now() + interval '1 hour')", database);
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask(90, 90))), 90U);
        auto& second = add(all, ask(9, 12));
        const auto got = co_await second.start();
        EXPECT_EQ(got.has_value() ? got->beyond : 0U, 4U);
        EXPECT_EQ(value("select uses || ' by ' || used_by from headroom_fleet.override"),
                  fmt::format("1 by test/serve/{:08x}", second.number));
    });
}

TEST_F(Bounds, UnderWarnNobodyIsRefusedAndTheLedgerSaysSo) {
    auto late = ask(9, 12);
    late.policy = budget_policy::warn;
    with_processes([&](processes& all) -> task<void> {
        EXPECT_EQ(co_await granted(add(all, ask(90, 90))), 90U);
        auto& second = add(all, late);
        EXPECT_EQ(co_await granted(second), 9U);
        EXPECT_THAT(second.told.back(), HasSubstr("4 of 9 units did not fit"));
    });
}

}  // namespace
}  // namespace headroom::fleet
