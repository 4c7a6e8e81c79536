#include "headroom/runtime/breaker.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom {
namespace {

using namespace std::chrono_literals;

class Breaker : public ::testing::Test {
protected:
    bool may() { return of.ask(now).has_value(); }
    void fail(unsigned times = 1) {
        while (times-- > 0) of.ask(now).value().failed(now);
    }
    void wait(std::chrono::milliseconds time) { now += time; }

    breaker of{{.failures_max = 3, .pauses = {100ms, 1'000ms, 8'000ms}}, std::minstd_rand(7)};
    breaker::time_point now{1h};
};

TEST_F(Breaker, IsClosedUntilSoManyFailuresInARow) {
    fail(2);
    of.ask(now).value().succeeded();
    fail(2);
    EXPECT_TRUE(may());
    fail();
    EXPECT_TRUE(of.open());
    EXPECT_FALSE(may());
}

TEST_F(Breaker, OneProbesAfterAPauseAndItsSuccessClosesIt) {
    fail(3);
    const auto again = of.ask(now).error();
    EXPECT_GE(again, now + 100ms);
    EXPECT_LE(again, now + 1s);
    now = again;
    auto probe = of.ask(now).value();
    EXPECT_FALSE(may()) << "one at a time";
    probe.succeeded();
    EXPECT_FALSE(of.open());
    EXPECT_TRUE(may());
}

TEST_F(Breaker, AProbeThatFailsMakesThePauseLonger) {
    fail(3);
    std::chrono::nanoseconds longest{};
    for (int i = 0; i < 20; ++i) {
        now = of.ask(now).error();
        fail();
        longest = std::max<std::chrono::nanoseconds>(longest, of.ask(now).error() - now);
    }
    EXPECT_GT(longest, 1s);
    EXPECT_LE(longest, 8s);
}

TEST_F(Breaker, AProbeThatIsGivenUpLetsTheNextOneTry) {
    fail(3);
    wait(1s);
    { auto given_up = of.ask(now).value(); }
    EXPECT_TRUE(may());
}

TEST_F(Breaker, FailuresOfAttemptsThatBeganBeforeItOpenedDoNotPutTheProbeOff) {
    std::vector<breaker::permit> under_way;
    for (int i = 0; i < 10; ++i) under_way.push_back(of.ask(now).value());
    for (int i = 0; i < 3; ++i) under_way[static_cast<std::size_t>(i)].failed(now);
    const auto again = of.ask(now).error();
    for (int i = 3; i < 10; ++i) under_way[static_cast<std::size_t>(i)].failed(now + 90ms);
    EXPECT_EQ(of.ask(now).error(), again);
}

}  // namespace
}  // namespace headroom
