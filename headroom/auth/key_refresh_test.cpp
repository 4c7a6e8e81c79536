#include "headroom/auth/key_refresh.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using act = key_refresh::act;

class KeyRefresh : public ::testing::Test {
protected:
    /// The name of a key that the set has, or has not.
    act known() { return of.ask(true, false, now); }
    act unknown() { return of.ask(false, false, now); }
    void fetch(std::optional<std::chrono::seconds> max_age = std::nullopt) {
        of.begun();
        of.fetched(max_age, now);
    }
    void fail() {
        of.begun();
        of.failed(now);
    }

    key_refresh of{{}, std::minstd_rand(3)};
    key_refresh::time_point now{1h};
};

TEST_F(KeyRefresh, TheFirstTokenFetchesAndTheOthersWait) {
    EXPECT_EQ(of.is(now), key_freshness::none);
    EXPECT_EQ(unknown(), act::fetch);
    of.begun();
    EXPECT_EQ(unknown(), act::wait);
    of.fetched(std::nullopt, now);
    EXPECT_EQ(known(), act::answer);
}

TEST_F(KeyRefresh, BeforeTheEndItIsDueAndNobodyWaitsForThat) {
    fetch();
    EXPECT_FALSE(of.due(now + 239s));
    EXPECT_TRUE(of.due(now + 270s));
    EXPECT_GE(*of.due_at(), now + 240s);
    now += 280s;
    of.begun();
    EXPECT_EQ(known(), act::answer);
    EXPECT_FALSE(of.due(now)) << "one is under way";
}

TEST_F(KeyRefresh, TheIssuersTimeCountsWithinBounds) {
    for (const auto& [said, is] : {std::pair(600s, 600s), std::pair(0s, 30s), std::pair(1s, 30s),
                                   std::pair(std::chrono::seconds::max(), 86'400s)}) {
        fetch(said);
        EXPECT_EQ(of.is(now + is - 1ms), key_freshness::fresh) << said.count();
        EXPECT_EQ(of.is(now + is), key_freshness::stale) << said.count();
    }
    fetch(0s);
    EXPECT_GE(*of.due_at(), now + 15s) << "not at once, however short its time is";
}

TEST_F(KeyRefresh, AnUnknownNameWhileTheEndpointFailsBringsNoSeries) {
    fetch();
    now += 31s;  // beyond the cooldown
    EXPECT_EQ(unknown(), act::fetch);
    fail();
    EXPECT_FALSE(of.due(now + 60s)) << "the keys are fresh";
    EXPECT_TRUE(of.due(now + 270s));
}

TEST_F(KeyRefresh, AThousandUnknownNamesFetchOnceInACooldown) {
    fetch();
    int fetches = 0;
    for (int i = 0; i < 1'000; ++i, now += 100ms) {
        if (unknown() == act::fetch) {
            ++fetches;
            fetch();
        }
        EXPECT_EQ(known(), act::answer);
    }
    EXPECT_EQ(fetches, 4) << "in 100 s";
}

TEST_F(KeyRefresh, ANewNameIsAskedForEvenJustAfterAFetch) {
    fetch();
    now += 1s;
    EXPECT_EQ(unknown(), act::fetch);
    of.begun();
    of.fetched(std::nullopt, now);
    EXPECT_EQ(of.ask(true, true, now), act::answer);
    EXPECT_EQ(of.ask(false, true, now), act::answer) << "unknown then, and nobody waits again";
}

TEST_F(KeyRefresh, AFetchThatFailsHasACooldownToo) {
    fetch();
    EXPECT_EQ(unknown(), act::fetch);
    fail();
    EXPECT_EQ(of.ask(false, true, now), act::unavailable) << "nobody knows whether it is there";
    EXPECT_EQ(unknown(), act::unavailable);
    EXPECT_EQ(known(), act::answer);
    now += 30s;
    EXPECT_EQ(unknown(), act::fetch);
}

TEST_F(KeyRefresh, AFailureThatNobodyAskedForHasOneAsWell) {
    fetch();
    now += 280s;
    fail();  // the one that was due
    EXPECT_EQ(unknown(), act::unavailable);
    EXPECT_EQ(known(), act::answer);
    now += 30s;
    EXPECT_EQ(unknown(), act::fetch);
}

TEST_F(KeyRefresh, WhileTheIssuerIsAwayKeysAreStaleAndThenSpent) {
    fetch();
    now += 5min;
    EXPECT_EQ(of.is(now), key_freshness::stale);
    EXPECT_EQ(known(), act::answer);
    fail();
    EXPECT_TRUE(of.failing());
    now += 59min;
    EXPECT_EQ(known(), act::answer);
    now += 1min;
    EXPECT_EQ(of.is(now), key_freshness::spent);
    EXPECT_EQ(known(), act::fetch);
    fail();
    EXPECT_EQ(known(), act::unavailable);
    now += 30s;
    EXPECT_EQ(known(), act::fetch);
    fetch();
    EXPECT_EQ(known(), act::answer);
}

TEST_F(KeyRefresh, FailuresAreRetriedEverLessOften) {
    fetch();
    int fetches = 0;
    for (const auto until = now + 1h; now < until; now += 100ms)
        if (of.due(now)) {
            ++fetches;
            fail();
        }
    EXPECT_LE(fetches, 500);
    EXPECT_GE(fetches, 100);
}

}  // namespace
}  // namespace headroom::auth
