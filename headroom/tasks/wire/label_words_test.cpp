#include "headroom/tasks/wire/label_words.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;

label_set labels_with(std::string_view name, value is) {
    label_set made;
    made.set(name, label{std::move(is), std::nullopt});
    return made;
}

TEST(LabelWords, ATimeoutIsSecondsInEveryForm) {
    EXPECT_EQ(timeout_of({}).value(), std::nullopt);
    for (const auto& form : {value(2.5), value("2.5"), value(" 2.5 ")})
        EXPECT_EQ(timeout_of(labels_with("timeout", form)).value(), std::optional(2'500'000us));
    EXPECT_EQ(timeout_of(labels_with("timeout", 0)).value(), std::optional(0us));
    EXPECT_EQ(timeout_of(labels_with("timeout", -1)).value(), std::optional(0us));
    EXPECT_EQ(timeout_of(labels_with("timeout", "inf")).value(), std::nullopt);
    EXPECT_EQ(timeout_of(labels_with("timeout", 1e300)).value(), std::optional(label_duration_max));
    for (const auto& wrong : {value("soon"), value("nan"), value(), value(array())})
        EXPECT_EQ(timeout_of(labels_with("timeout", wrong)).error().what, "timeout is no number");
}

TEST(LabelWords, AnAckMomentIsReadWhateverItsCase) {
    EXPECT_EQ(ack_moment_of({}), ack_moment::when_saved);
    EXPECT_EQ(ack_moment_of(labels_with("ack_type", "When_Received")), ack_moment::when_received);
    EXPECT_EQ(ack_moment_of(labels_with("ack_type", "when_executed")), ack_moment::when_executed);
    EXPECT_EQ(ack_moment_of(labels_with("ack_type", "WHEN_SAVED")), ack_moment::when_saved);
    EXPECT_EQ(ack_moment_of(labels_with("ack_type", "manual")), ack_moment::manual);
    EXPECT_FALSE(ack_moment_of(labels_with("ack_type", "never")));
    EXPECT_FALSE(ack_moment_of(labels_with("ack_type", 1)));
}

TEST(LabelWords, RetriesAreAskedForByTextOrTruth) {
    EXPECT_TRUE(retry_on_error_of({}, true));
    EXPECT_FALSE(retry_on_error_of({}, false));
    EXPECT_TRUE(retry_on_error_of(labels_with("retry_on_error", value()), true));
    for (const auto& yes : {value(true), value("TRUE"), value(1), value("true")})
        EXPECT_TRUE(retry_on_error_of(labels_with("retry_on_error", yes), false));
    for (const auto& no : {value(false), value("1"), value("yes"), value(0), value("")})
        EXPECT_FALSE(retry_on_error_of(labels_with("retry_on_error", no), true));
}

TEST(LabelWords, CountsAreReadFromTextsAndNumbers) {
    EXPECT_EQ(max_retries_of({}, 3), 3);
    EXPECT_EQ(max_retries_of(labels_with("max_retries", "5"), 3), 5);
    EXPECT_EQ(max_retries_of(labels_with("max_retries", 5.9), 3), 5);
    EXPECT_EQ(retries_of(labels_with("_retries", true)), 1);
    EXPECT_EQ(requeues_of(labels_with("X-Taskiq-requeue", "4")), 4);
    EXPECT_EQ(retries_of(labels_with("_retries", std::string(40, '9'))),
              std::numeric_limits<int>::max());
    EXPECT_EQ(retries_of(labels_with("_retries", "-" + std::string(40, '9'))),
              std::numeric_limits<int>::min());
    EXPECT_EQ(retries_of(labels_with("_retries", "two")).error().what, "_retries is no integer");
    EXPECT_FALSE(max_retries_of(labels_with("max_retries", value()), 3));
}

TEST(LabelWords, ADelayIsNeverNegative) {
    EXPECT_EQ(retry_delay_of({}, 5s), 5s);
    EXPECT_EQ(retry_delay_of(labels_with("delay", "0.5"), 5s), 500ms);
    EXPECT_EQ(retry_delay_of(labels_with("delay", -3), 5s), 0s);
    EXPECT_FALSE(retry_delay_of(labels_with("delay", "x"), 5s));
}

TEST(LabelWords, TextsAndMomentsAreEmptyWhereTheyAreNone) {
    EXPECT_EQ(text_of(labels_with("queue_name", "urgent"), label_name::queue_name), "urgent");
    EXPECT_EQ(text_of(labels_with("queue_name", 7), label_name::queue_name), "");
    EXPECT_EQ(text_of({}, label_name::traceparent), "");
    EXPECT_EQ(moment_of(labels_with("_taskiq_queue_time", 1.5), label_name::queue_time), 1.5);
    EXPECT_EQ(moment_of({}, label_name::receive_time), std::nullopt);
}

}  // namespace
}  // namespace headroom::tasks
