#include "headroom/auth/oidc/token_times.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using act = token_times::act;

class TokenTimes : public ::testing::Test {
protected:
    token_times times{{}, std::minstd_rand(1)};
    const token_times::time_point noon{std::chrono::hours(12)};
    static oidc_failure busy(std::optional<std::chrono::seconds> pause) {
        oidc_failure made;
        made.retry_after = pause;
        return made;
    }
};

TEST_F(TokenTimes, ThereIsNoneAtFirst) { EXPECT_EQ(times.ask(noon), act::fetch_first); }

TEST_F(TokenTimes, IsUsedThenRenewedBesideThenSpent) {
    times.fetched(100s, noon);
    EXPECT_EQ(times.ask(noon + 71s), act::use);
    EXPECT_EQ(times.ask(noon + 89s), act::use_and_fetch);
    EXPECT_EQ(times.ask(noon + 100s - 1ms), act::use_and_fetch);
    EXPECT_EQ(times.ask(noon + 100s), act::fetch_first);
}

TEST_F(TokenTimes, AFailureLeavesItInUseUntilItsEnd) {
    times.fetched(1'000s, noon);
    times.failed(busy({}), noon + 900s);
    EXPECT_EQ(times.ask(noon + 900s), act::use) << "after a pause only";
    EXPECT_EQ(times.ask(noon + 902s), act::use_and_fetch);
    EXPECT_EQ(times.ask(noon + 1'000s), act::fetch_first) << "a failure is not remembered";
}

TEST_F(TokenTimes, APauseThatTheProviderAskedForIsKept) {
    times.failed(busy(7s), noon);
    EXPECT_EQ(times.ask(noon + 6s), act::refuse);
    EXPECT_EQ(times.refused_for(noon + 6s), 1s);
    EXPECT_EQ(times.ask(noon + 7s), act::fetch_first);
    times.fetched(100s, noon + 7s);
    times.failed(busy(10s), noon + 100s);
    EXPECT_EQ(times.ask(noon + 105s), act::use);
}

TEST_F(TokenTimes, ATokenThatWasRefusedIsSpent) {
    times.fetched(100s, noon);
    times.spend(noon + 1s);
    EXPECT_EQ(times.ask(noon + 1s), act::fetch_first);
}

TEST_F(TokenTimes, FiveHundredInstancesSpreadOut) {
    std::vector<double> parts;
    for (unsigned i = 0; i < 500; ++i) {
        token_times each({}, std::minstd_rand(i + 1));
        each.fetched(1'000s, noon);
        parts.push_back(std::chrono::duration<double>(each.due_at() - noon).count() / 1'000);
    }
    const auto [first, last] = std::ranges::minmax(parts);
    EXPECT_GE(first, 0.72);
    EXPECT_LE(last, 0.88);
    EXPECT_GE(last - first, 0.10);
    // In no hundredth of the life is there more than twice an even share.
    std::vector<unsigned> in_each(100);
    for (const double each : parts) ++in_each.at(static_cast<std::size_t>(each * 100));
    EXPECT_LE(*std::ranges::max_element(in_each), 2 * 500 / 16);
}

}  // namespace
}  // namespace headroom::auth
