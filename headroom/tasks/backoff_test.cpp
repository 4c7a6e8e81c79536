#include "headroom/tasks/backoff.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <stdexcept>

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;

chance always(double number) {
    return [number] { return number; };
}

backoff growing(backoff::growth grows) { return {grows, 100ms, 1'000ms, false, 10}; }

label_set retrying(std::initializer_list<std::pair<const char*, value>> more) {
    label_set made;
    made.set("retry_on_error", value(true));
    for (const auto& [name, is] : more) made.set(name, is);
    return made;
}

TEST(Backoff, GrowsFixedLinearlyOrExponentiallyToTheMost) {
    const auto pauses = [](backoff::growth grows) {
        std::vector<std::int64_t> made;
        for (const int failures : {1, 2, 3, 4, 5, 1'000})
            made.push_back(growing(grows).pause(failures, always(0)).count());
        return made;
    };
    using numbers = std::vector<std::int64_t>;
    EXPECT_EQ(pauses(backoff::growth::fixed), (numbers{100, 100, 100, 100, 100, 100}));
    EXPECT_EQ(pauses(backoff::growth::linear), (numbers{100, 200, 300, 400, 500, 1'000}));
    EXPECT_EQ(pauses(backoff::growth::exponential), (numbers{100, 200, 400, 800, 1'000, 1'000}));
}

TEST(Backoff, FullJitterIsAnythingUpToThePause) {
    auto how = growing(backoff::growth::exponential);
    how.full_jitter = true;
    EXPECT_EQ(how.pause(3, always(0)), 0ms);
    EXPECT_EQ(how.pause(3, always(0.5)), 200ms);
    EXPECT_EQ(how.pause(3, always(0.999999)), 400ms);
}

RC_GTEST_PROP(Backoff, IsNeverLongerThanTheMost, ()) {
    backoff how;
    how.grows = static_cast<backoff::growth>(*rc::gen::inRange(0, 3));
    how.base = std::chrono::milliseconds(*rc::gen::inRange(0, 604'800'001));
    how.most = how.base + std::chrono::milliseconds(*rc::gen::inRange<std::int64_t>(
                              0, std::chrono::milliseconds(backoff_max - how.base).count() + 1));
    RC_ASSERT(!how.fault());
    const auto pause = how.pause(*rc::gen::inRange(1, 2'000),
                                 always(*rc::gen::inRange(0, 1'000) / 1'000.0));
    RC_ASSERT(pause >= 0ms && pause <= how.most);
}

TEST(BackoffRules, TheFirstThatMatchesTheErrorCounts) {
    const auto fixed = [](std::chrono::milliseconds base) {
        return backoff{backoff::growth::fixed, base, base, false, 3};
    };
    const backoff_rules rules({{"http.Busy", fixed(1ms)}, {"http.*", fixed(2ms)}});
    EXPECT_EQ(rules.next("http.Busy", 1, always(0)), 1ms);
    EXPECT_EQ(rules.next("http.Gone", 1, always(0)), 2ms);
    EXPECT_EQ(rules.next("ValueError", 1, always(0)), std::nullopt);
    EXPECT_EQ(backoff_rules({{"*", fixed(3ms)}}).next("anything", 1, always(0)), 3ms);
}

TEST(BackoffRules, TriesAreCountedInAll) {
    const backoff_rules rules({{"*", growing(backoff::growth::fixed)}});
    EXPECT_EQ(rules.next("E", 9, always(0)), 100ms);
    EXPECT_EQ(rules.next("E", 10, always(0)), std::nullopt);
}

TEST(BackoffRules, AServerThatSaysWhenIsBelievedWithinBounds) {
    const backoff_rules rules({{"*", growing(backoff::growth::fixed)}});
    EXPECT_EQ(rules.next("E", 1, always(0), 7s), 7s);
    EXPECT_EQ(rules.next("E", 1, always(0), -7s), 0s);
    EXPECT_EQ(rules.next("E", 1, always(0), std::chrono::hours(10'000)), backoff_max);
    EXPECT_EQ(rules.next("E", 10, always(0), 7s), std::nullopt);
}

TEST(BackoffLimits, HaveASentenceEach) {
    const auto fault = [](backoff how) { return how.fault().value_or(""); };
    EXPECT_EQ(fault({}), "");
    EXPECT_EQ(fault({.base = -1ms}), "base is not within 0 and a week");
    EXPECT_EQ(fault({.base = backoff_max + 1ms}), "base is not within 0 and a week");
    EXPECT_EQ(fault({.base = 2ms, .most = 1ms}), "most is not within base and a week");
    EXPECT_EQ(fault({.most = backoff_max + 1ms}), "most is not within base and a week");
    EXPECT_EQ(fault({.tries_max = 0}), "tries_max is not within 1 and 1000");
    EXPECT_EQ(fault({.tries_max = 1'001}), "tries_max is not within 1 and 1000");
    EXPECT_THROW(backoff_rules({{"E", {.tries_max = 0}}}), std::invalid_argument);
}

TEST(TaskiqRetry, IsOffUnlessALabelAsksForIt) {
    EXPECT_EQ(taskiq_retry().next({}, always(0)).value(), std::nullopt);
    EXPECT_EQ(taskiq_retry{.default_on_error = true}.next({}, always(0)).value(), 5s);
    EXPECT_EQ(taskiq_retry().next(retrying({}), always(0)).value(), 5s);
}

TEST(TaskiqRetry, CountsExecutionsInAll) {
    const auto next = [](int so_far, value most) {
        return taskiq_retry().next(retrying({{"_retries", so_far}, {"max_retries", most}}),
                                   always(0)).value();
    };
    EXPECT_EQ(next(1, "3"), 5s);
    EXPECT_EQ(next(2, "3"), std::nullopt);
    EXPECT_EQ(next(0, 1), std::nullopt);
    EXPECT_EQ(taskiq_retry().next(retrying({{"_retries", 2}}), always(0)).value(), std::nullopt);
}

TEST(TaskiqRetry, AnExponentIsLinearAndJitterAddsUpToASecond) {
    const auto labels = retrying({{"delay", "20"}, {"_retries", 1}, {"max_retries", 9}});
    EXPECT_EQ(taskiq_retry().next(labels, always(0.5)).value(), 20s);
    EXPECT_EQ(taskiq_retry{.exponent = true}.next(labels, always(0)).value(), 40s);
    EXPECT_EQ((taskiq_retry{.jitter = true}.next(labels, always(0.5)).value()), 20'500ms);
    const auto later = retrying({{"delay", 20}, {"_retries", 5}, {"max_retries", 9}});
    EXPECT_EQ((taskiq_retry{.jitter = true, .exponent = true}.next(later, always(0.25)).value()),
              60'250ms);
}

TEST(TaskiqRetry, ALabelPythonFailsOnIsAFault) {
    EXPECT_FALSE(taskiq_retry().next(retrying({{"_retries", "x"}}), always(0)));
    EXPECT_FALSE(taskiq_retry().next(retrying({{"max_retries", "x"}}), always(0)));
    EXPECT_FALSE(taskiq_retry().next(retrying({{"delay", "x"}}), always(0)));
}

}  // namespace
}  // namespace headroom::tasks
