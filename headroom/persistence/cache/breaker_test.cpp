#include "headroom/persistence/cache/breaker.hpp"

#include <gmock/gmock.h>

#include "headroom/persistence/cache/trust.hpp"
#include "headroom/testing/manual_clock.hpp"

namespace headroom::cache {
namespace {

using namespace std::chrono_literals;

class CacheBreaker : public ::testing::Test {
protected:
    testing::manual_clock clock;
    breaker gate{{100ms, 100ms, 100ms}, std::minstd_rand(1)};

    void fail(unsigned times) {
        for (unsigned i = 0; i < times; ++i) {
            ASSERT_TRUE(gate.admits(clock.now()));
            gate.failed(clock.now());
        }
    }
};

TEST_F(CacheBreaker, OpensAfterSeveralFailuresInARow) {
    fail(breaker::failures_max - 1);
    gate.answered();
    fail(breaker::failures_max);
    EXPECT_FALSE(gate.closed());
    EXPECT_FALSE(gate.admits(clock.now()));
}

TEST_F(CacheBreaker, LetsOneThroughAfterThePause) {
    fail(breaker::failures_max);
    clock.advance(99ms);
    EXPECT_FALSE(gate.admits(clock.now()));
    clock.advance(1ms);
    EXPECT_TRUE(gate.admits(clock.now()));
    EXPECT_FALSE(gate.admits(clock.now()));
    gate.failed(clock.now());
    EXPECT_FALSE(gate.admits(clock.now()));
    clock.advance(100ms);
    EXPECT_TRUE(gate.admits(clock.now()));
    gate.answered();
    EXPECT_TRUE(gate.closed());
}

TEST_F(CacheBreaker, LetsAnotherTryWhenOneHasGivenUp) {
    fail(breaker::failures_max);
    clock.advance(100ms);
    EXPECT_TRUE(gate.admits(clock.now()));
    gate.given_up();
    EXPECT_TRUE(gate.admits(clock.now()));
}

TEST_F(CacheBreaker, IsOpenWithoutAConnection) {
    gate.down();
    clock.advance(1h);
    EXPECT_FALSE(gate.admits(clock.now()));
    gate.up();
    EXPECT_TRUE(gate.admits(clock.now()));
}

class CacheTrust : public ::testing::Test {
protected:
    testing::manual_clock clock;
    trust proofs{1'000ms};
};

TEST_F(CacheTrust, LastsFromTheQuestionThatWasAnswered) {
    EXPECT_FALSE(proofs.holds(clock.now()));
    proofs.listens();
    const auto asked = clock.now();
    clock.advance(300ms);
    proofs.answered(asked);
    EXPECT_TRUE(proofs.holds(clock.now()));
    EXPECT_FALSE(proofs.ages(clock.now()));
    clock.advance(200ms);
    EXPECT_TRUE(proofs.ages(clock.now()));
    clock.advance(499ms);
    EXPECT_TRUE(proofs.holds(clock.now()));
    clock.advance(1ms);
    EXPECT_FALSE(proofs.holds(clock.now()));
}

TEST_F(CacheTrust, IsNotMovedBackByALateAnswer) {
    proofs.listens();
    const auto first = clock.now();
    clock.advance(500ms);
    proofs.answered(clock.now());
    proofs.answered(first);
    clock.advance(900ms);
    EXPECT_TRUE(proofs.holds(clock.now()));
}

TEST_F(CacheTrust, IsGoneWithTheConnectionUntilItListensAgain) {
    proofs.listens();
    proofs.answered(clock.now());
    proofs.lost();
    EXPECT_FALSE(proofs.holds(clock.now()));
    proofs.answered(clock.now());
    EXPECT_FALSE(proofs.holds(clock.now()));
    proofs.listens();
    proofs.answered(clock.now());
    EXPECT_TRUE(proofs.holds(clock.now()));
}

}  // namespace
}  // namespace headroom::cache
