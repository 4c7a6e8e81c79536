// Two processes that drew the same number, and one whose predecessor had it.
#include "headroom/fleet/fleet_fixture.hpp"

namespace headroom::fleet {
namespace {

class Number : public FleetFixture {
protected:
    /// What the ledger answers to processes of this number, one after the other, each another one
    /// that holds the lock in the ledger's database: `field` of the last answer.
    std::string answer(std::uint32_t number, std::string_view field, unsigned times = 1) {
        auto all = fmt::format("select pg_advisory_lock({}, {})",
                               static_cast<std::int32_t>(persistence::lock_class::proof_of_life),
                               static_cast<std::int32_t>(number));
        for (unsigned i = 0; i < times; ++i)
            all += fmt::format("; select headroom_fleet.admit_v1({}, gen_random_uuid(), 'test',"
                               " 'serve', 2, 4, 0, '{}', '[]', 'refuse') ->> '{}'",
                               number, database, field);
        return value(all);
    }
};

TEST_F(Number, OfALivingMemberIsRefused) {
    const auto other = server().create_database();
    auto elsewhere = ask();
    elsewhere.url = server().url("app", other);
    with_processes([&](processes& all) -> task<void> {
        auto& first = add(all, elsewhere);
        EXPECT_TRUE((co_await first.start()).has_value());
        EXPECT_EQ(answer(first.number, "refused"), "number_taken");
        EXPECT_EQ(reserved(), 20) << "the first one's row stands";
    });
    server().sql("drop database " + other + " with (force)");
}

TEST_F(Number, OfAPredecessorInTheSameDatabaseIsInherited) {
    EXPECT_EQ(answer(0xfedcba98, "collected", 2), "1") << "whoever holds the lock is the only one";
    EXPECT_EQ(reserved(), 4);
}

TEST_F(Number, WithoutItsLockIsNoMembersAndTakesNothing) {
    EXPECT_EQ(value(fmt::format("select headroom_fleet.admit_v1(7, gen_random_uuid(), 'test',"
                                " 'serve', 2, 4, 0, '{}', '[]', 'refuse') ->> 'refused'",
                                database)),
              "no_proof_of_life");
    EXPECT_EQ(reserved(), 0);
}

}  // namespace
}  // namespace headroom::fleet
