#include "headroom/persistence/cache/trust.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/manual_clock.hpp"

namespace headroom::cache {
namespace {

using namespace std::chrono_literals;

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
