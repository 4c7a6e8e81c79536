#include <thread>

#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/testing/sanitized.hpp"

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

TEST_F(Membership, AJoinerThatHasQueuedTooLongForTheLedgerTriesAgain) {
    const auto turn = static_cast<int>(persistence::lock_class::admission);
    const std::jthread slow([&] {  // longer than a visit waits
        value(fmt::format("select pg_advisory_xact_lock({}, 0), pg_sleep(3)", turn));
    });
    EXPECT_TRUE(testing::eventually([&] {
        return value(fmt::format("select count(*) from pg_locks where locktype = 'advisory' and"
                                 " classid = {} and objid = 0 and granted", turn)) == "1";
    }));
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, ask(5, 20));
        EXPECT_TRUE((co_await one.start()).has_value());
        EXPECT_EQ(one.member.figures().phase, member_phase::member);
    });
}

/// Joins that run at the same moment. Four of them fit, or five; the others give up then.
task<void> start_together(processes& all, int& granted) {
    std::size_t ended = 0;
    for (auto& each : all) co_await each->control.open(soon());
    for (auto& each : all)
        reactor::current()->spawn([&, one = each.get()]() -> task<void> {
            granted += (co_await one->member.join(soon())).has_value();
            ++ended;
        });
    EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended == all.size(); }));
}

TEST_F(Membership, EightJoinersAtOnceNeverGetMoreThanThereIs) {
    constexpr int repetitions = testing::sanitized ? 10 : 100, joiners = 8;
    for (int i = 0; i < repetitions && !HasFailure(); ++i) {
        int granted = 0;
        auto one = ask(5, 20);
        one.give_up = [&] { return granted >= 4; };
        with_processes([&](processes& all) -> task<void> {
            for (int k = 0; k < joiners; ++k) add(all, one);
            co_await start_together(all, granted);
            EXPECT_LE(reserved(), usable - join_reserve) << "repetition " << i;
            EXPECT_GE(granted, 4);
        });
    }
}

}  // namespace
}  // namespace headroom::fleet
