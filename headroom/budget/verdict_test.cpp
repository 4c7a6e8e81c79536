#include "headroom/budget/verdict.hpp"

#include <gtest/gtest.h>

namespace headroom::budget {
namespace {

/// A total of this sum, and peak unless told otherwise, against a limit of 100 with 3 reserved.
total of(std::uint64_t sum, figure peak = {}) {
    total made;
    made.of = {"postgres", 100, 3, 0};
    made.sum = made.estimated_sum = sum;
    made.peak = made.estimated_peak = peak ? peak : figure{sum};
    made.least_peak = *made.peak;
    return made;
}

total unknown(std::uint64_t at_least, figure estimate) {
    auto made = of(at_least);
    made.sum = made.peak = {};
    made.estimated_sum = made.estimated_peak = estimate;
    row library;
    library.name = "taskiq.broker";
    made.rows.push_back(library);
    return made;
}

TEST(Verdict, IsQuietUpTo80PercentOfWhatIsUsable) {
    EXPECT_EQ(judge(of(77)).is, colour::green);
    EXPECT_EQ(judge(of(78)).is, colour::amber);
}

TEST(Verdict, StartsUpToWhatIsUsableAndNotOneAbove) {
    EXPECT_EQ(judge(of(97)).is, colour::amber);
    EXPECT_EQ(judge(of(98)).is, colour::red);
    EXPECT_EQ(judge(of(98)).reason, "peak 98 exceeds 97 usable by 1");
}

TEST(Verdict, LooksAtThePeakAndNotAtTheSum) {
    EXPECT_EQ(judge(of(50, 116)).is, colour::red);
    EXPECT_EQ(judge(of(50, 116)).reason, "peak 116 exceeds 97 usable by 19");
}

TEST(Verdict, WarnsOfAFailoverThatWouldNotFit) {
    EXPECT_EQ(judge(of(40), rule::headroom, 97).is, colour::green);
    EXPECT_EQ(judge(of(40), rule::headroom, 98).is, colour::amber);
    EXPECT_EQ(judge(of(98), rule::headroom, 98).is, colour::red);
}

TEST(Verdict, IsUnknownWithoutALimit) {
    auto boundless = of(1);
    boundless.of.limit.reset();
    EXPECT_EQ(judge(boundless).is, colour::unknown);
    EXPECT_EQ(judge(boundless, rule::seed).is, colour::green);
    EXPECT_EQ(judge(boundless).reason, "the limit is not known");
    boundless.of.limit_setting = "POOLER_LIMIT";
    EXPECT_EQ(judge(boundless).reason, "the limit is not known: set POOLER_LIMIT");
}

TEST(Verdict, IsUnknownWhenAMaximumIsAndNamesWhose) {
    const auto answer = judge(unknown(10, 40));
    EXPECT_EQ(answer.is, colour::unknown);
    EXPECT_EQ(answer.reason, "no maximum is known of taskiq.broker");
}

TEST(Verdict, IsRedWhenWhatIsKnownExceedsTheLimitAlready) {
    EXPECT_EQ(judge(unknown(98, {})).is, colour::red);
    EXPECT_EQ(judge(unknown(98, {})).reason, "peak of at least 98 exceeds 97 usable by 1");
}

TEST(Verdict, OfNothingUsableIsRedForAnythingAndGreenForNothing) {
    auto one = of(1), none = of(0);
    one.of.reserved = none.of.reserved = 100;
    EXPECT_EQ(judge(one).is, colour::red);
    EXPECT_EQ(judge(none).is, colour::green);
}

TEST(SeedRule, ComparesTheSumWithTheRawLimitAndWarnsFromHalfOfIt) {
    EXPECT_EQ(judge(of(49), rule::seed).is, colour::green);
    EXPECT_EQ(judge(of(50), rule::seed).is, colour::amber);
    EXPECT_EQ(judge(of(100, 231), rule::seed).is, colour::amber);
    EXPECT_EQ(judge(of(101), rule::seed).is, colour::red);
}

TEST(SeedRule, SaysItInTheSeedsWords) {
    EXPECT_EQ(judge(of(55), rule::seed).reason, "55% of the limit of 100");
    EXPECT_EQ(judge(of(115), rule::seed).reason, "exceeds the limit of 100");
    EXPECT_EQ(judge(of(230), rule::seed).reason, "2.3x the limit of 100");
    EXPECT_EQ(judge(of(55), rule::seed).by, rule::seed);
}

TEST(SeedRule, CountsEstimates) {
    EXPECT_EQ(judge(unknown(10, 40), rule::seed).is, colour::green);
    EXPECT_EQ(judge(unknown(10, 60), rule::seed).is, colour::amber);
    EXPECT_EQ(judge(unknown(10, {}), rule::seed).is, colour::unknown);
}

TEST(NeededLimit, G4_Is463ToFitAnd578ToBeGreen) {
    EXPECT_EQ(limit_to_fit(of(460)), 463u);
    EXPECT_EQ(limit_to_be_green(of(460)), 578u);
    auto advised = of(460);
    advised.of.limit = 500;
    EXPECT_EQ(judge(advised).is, colour::amber);
}

TEST(NeededLimit, IsTheSmallestThatChangesTheVerdict) {
    for (std::uint64_t peak = 0; peak < 400; ++peak)
        for (const auto by : {rule::headroom, rule::seed}) {
            auto plan = of(peak);
            const auto is_at = [&](std::uint64_t limit) {
                plan.of.limit = limit;
                return judge(plan, by).is;
            };
            const auto fit = *limit_to_fit(plan, by), green = *limit_to_be_green(plan, by);
            EXPECT_NE(is_at(fit), colour::red) << peak;
            EXPECT_EQ(is_at(green), colour::green) << peak;
            if (peak == 0) continue;
            EXPECT_EQ(is_at(fit - 1), colour::red) << peak;
            EXPECT_NE(is_at(green - 1), colour::green) << peak;
        }
}

TEST(NeededLimit, OfTheUnknownIsUnknown) {
    EXPECT_EQ(limit_to_fit(unknown(10, 40)), figure{});
    EXPECT_EQ(limit_to_fit(unknown(10, 40), rule::seed), 40u);
    EXPECT_EQ(limit_to_be_green(of(~std::uint64_t{0})), figure{});
}

}  // namespace
}  // namespace headroom::budget
