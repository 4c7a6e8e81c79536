#include "headroom/fleet/fleet_fixture.hpp"

namespace headroom::fleet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::eventually_on_reactor;
using testing::soon;

class Membership : public FleetFixture {};

constexpr int usable = 97, join_reserve = 2;

TEST_F(Membership, GrantsWhatIsAskedForAndBoundsTheProcessesLedger) {
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, ask(5, 20));
        const auto got = co_await one.start();
        EXPECT_TRUE(got.has_value());
        if (!got) co_return;
        EXPECT_EQ(got->units, 20U);
        EXPECT_EQ(one.ledger.ceiling(), 20U);
        EXPECT_EQ(reserved(), 20);
        EXPECT_EQ(one.member.figures().phase, member_phase::member);
        co_await one.stop();
        EXPECT_EQ(reserved(), 0);
    });
}

TEST_F(Membership, ALedgerOfOneUnitMoreIsCutToWhatIsFree) {
    with_processes([&](processes& all) -> task<void> {
        auto& large = add(all, ask(5, 90));
        EXPECT_TRUE((co_await large.start()).has_value());
        auto& second = add(all, ask(3, 20));
        const auto got = co_await second.start();
        EXPECT_EQ(got.has_value() ? got->units : 0U, 5U);
        EXPECT_EQ(second.ledger.ceiling(), 5U);
        EXPECT_EQ(reserved(), usable - join_reserve);
    });
}

/// Joins that run at the same moment; how many of them were granted something.
task<void> start_together(processes& all, int& granted) {
    std::size_t ended = 0;
    for (auto& each : all) co_await each->control.open(soon());
    for (auto& each : all)
        reactor::current()->spawn([&, one = each.get()]() -> task<void> {
            try {
                granted += (co_await one->member.join(deadline::after(150ms))).has_value();
            } catch (const std::exception&) {
                // Too late to be answered, on a machine that is busy.
            }
            ++ended;
        });
    EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended == all.size(); }));
}

TEST_F(Membership, EightJoinersAtOnceNeverGetMoreThanThereIs) {
    constexpr int repetitions = 100, joiners = 8;
    int least = usable;
    for (int i = 0; i < repetitions; ++i) {
        with_processes([&](processes& all) -> task<void> {
            for (int k = 0; k < joiners; ++k) add(all, ask(5, 20));
            int granted = 0;
            co_await start_together(all, granted);
            const auto sum = reserved();
            EXPECT_LE(sum, usable - join_reserve) << "repetition " << i;
            EXPECT_GE(granted, 4);
            least = std::min(least, sum);
        });
        if (HasFailure()) break;
    }
    EXPECT_GE(least, 80) << "four of them fit whatever the order";
}

}  // namespace
}  // namespace headroom::fleet
