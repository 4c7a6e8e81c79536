#include "headroom/eventsourcing/detail/care.hpp"

#include <gtest/gtest.h>

#include <set>

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;

/// Feeds events 1..last through, of which some are refused; answers what was parked, and counts.
struct run_through {
    std::set<log_position> bad, parked{};
    int batches = 0;

    std::set<log_position> operator()(care& with, log_position last, std::size_t wanted = 512) {
        for (log_position at = 0; at < last; ++batches) {
            if (with.singly()) at = alone(with, at + 1);
            else at = together(with, at, std::min<log_position>(
                                             last, at + static_cast<log_position>(
                                                            with.at_most(wanted))));
        }
        return parked;
    }
    log_position alone(care& with, log_position at) {
        if (with.exhausted(at)) parked.insert(at);
        else if (with.tries(at); bad.contains(at)) return at - 1;
        with.passed(at);
        return at;
    }
    log_position together(care& with, log_position after, log_position through) {
        if (bad.lower_bound(after + 1) == bad.upper_bound(through)) {
            with.passed(through);
            return through;
        }
        with.broke(static_cast<std::size_t>(through - after), through);
        return after;
    }
};

TEST(Care, LeavesABatchAloneWhileNothingFails) {
    care with({});
    EXPECT_FALSE(with.singly());
    EXPECT_EQ(with.at_most(512), 512U);
}

TEST(Care, FindsTheOneEventAtFaultByHalving) {
    for (const log_position bad : {1, 2, 255, 256, 257, 511, 512}) {
        care with({});
        run_through all{{bad}};
        EXPECT_EQ(all(with, 1024), std::set<log_position>{bad});
        EXPECT_LT(all.batches, 50) << bad;
    }
}

TEST(Care, FindsSeveralEventsOfOneBatch) {
    care with({});
    run_through all{{3, 4, 200, 500}};
    EXPECT_EQ(all(with, 1024), (std::set<log_position>{3, 4, 200, 500}));
    EXPECT_EQ(with.at_most(512), 512U) << "back to whole batches";
}

TEST(Care, PausesLongerBeforeEachTry) {
    care with({5, 50ms, 300ms});
    EXPECT_EQ(with.pause(7), 0ms);
    for (const auto each : {50ms, 100ms, 200ms, 300ms, 300ms}) {
        with.tries(7);
        EXPECT_EQ(with.pause(7), each);
    }
    EXPECT_TRUE(with.exhausted(7));
    EXPECT_FALSE(with.exhausted(8));
}

TEST(Care, TriesEventsAloneAfterACrashAndThenTrustsAgain) {
    care with({});
    with.begin(std::nullopt, 0, 3);
    for (log_position at = 1; at <= 3; ++at) {
        EXPECT_TRUE(with.singly());
        with.tries(at);
        with.passed(at);
    }
    EXPECT_FALSE(with.singly());
}

TEST(Care, CountsTheTriesThatEndedInACrash) {
    care with({3, 50ms, 2s});
    with.begin(9, 2, 100);
    EXPECT_EQ(with.pause(9), 100ms);
    with.tries(9);
    EXPECT_TRUE(with.exhausted(9));
    with.passed(9);
    EXPECT_EQ(with.attempts(9), 0U);
}

TEST(Care, DoesNotCountATryThatTheServerDidNotAnswer) {
    care with({3, 50ms, 2s});
    for (int i = 0; i < 10; ++i) {
        with.tries(7);
        with.excuse(7);
    }
    EXPECT_FALSE(with.exhausted(7));
    EXPECT_TRUE(with.singly()) << "it is still the one to be tried";
}

TEST(Care, DoesNotHoldANoteAgainstAnotherEvent) {
    care with({});
    with.begin(9, 4, 1);
    with.tries(8);
    EXPECT_EQ(with.attempts(8), 1U);
    EXPECT_FALSE(with.exhausted(8));
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
