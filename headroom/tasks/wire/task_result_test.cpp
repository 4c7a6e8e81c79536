#include "headroom/tasks/wire/task_result.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "headroom/tasks/any_value_fixture.hpp"

namespace headroom::tasks {
namespace {

std::string result_text(std::string_view error) {
    return R"({"is_err": true, "return_value": null, "execution_time": 1, "error": )" +
           std::string(error) + "}";
}

std::string result_fault(const std::string& text) {
    const auto read = read_result(text);
    EXPECT_FALSE(read) << text;
    return read ? "" : read.error().message();
}

task_error any_error(int depth) {
    task_error made{any_text(), {}, std::nullopt, nullptr, nullptr, *rc::gen::arbitrary<bool>()};
    made.arguments.push_back(any_value(1));
    if (*rc::gen::arbitrary<bool>()) made.module = any_text();
    if (depth > 0 && *rc::gen::arbitrary<bool>())
        made.cause = std::make_shared<const task_error>(any_error(depth - 1));
    if (depth > 0 && *rc::gen::arbitrary<bool>())
        made.context = std::make_shared<const task_error>(any_error(depth - 1));
    return made;
}

task_error chain_of(std::size_t length) {
    task_error made;
    for (std::size_t i = 0; i < length; ++i) {
        task_error outer;
        outer.cause = std::make_shared<const task_error>(std::move(made));
        made = std::move(outer);
    }
    return made;
}

RC_GTEST_PROP(TaskResult, AnyIsReadAsItWasWrittenInBothFormats, ()) {
    task_result made;
    made.is_error = *rc::gen::arbitrary<bool>();
    made.returned = any_value();
    made.execution_seconds = *rc::gen::inRange(0, 100'000) / 100.0;
    made.labels.set(any_text(), any_value(1));
    if (made.is_error) made.error = any_error(3);
    for (const auto format : {serializer::json, serializer::pickle})
        RC_ASSERT(read_result(write_result(made, format).value()).value() == made);
}

TEST(TaskResult, NeedsThreeMembersAndNoMore) {
    const auto read = read_result(R"({"is_err": false, "return_value": 7, "execution_time": 2})");
    EXPECT_EQ(read->returned, value(7));
    EXPECT_EQ(read->execution_seconds, 2);
    EXPECT_FALSE(read->error);
    EXPECT_EQ(result_fault("{}"), "wrong shape: is_err is missing");
    EXPECT_EQ(result_fault(R"({"is_err": false})"), "wrong shape: return_value is missing");
    EXPECT_EQ(result_fault(R"({"is_err": false, "return_value": null})"),
              "wrong shape: execution_time is missing");
    EXPECT_EQ(result_fault("x"), "malformed: no value");
}

TEST(TaskResult, AnErrorHasATypeArgumentsAndAModuleOrNull) {
    EXPECT_EQ(result_fault(result_text(R"("boom")")), "wrong shape: error is not an object");
    EXPECT_EQ(result_fault(result_text("{}")), "wrong shape: error.exc_type is missing");
    EXPECT_EQ(result_fault(result_text(R"({"exc_type": "E", "exc_message": "x"})")),
              "wrong shape: error.exc_message is not an array");
    EXPECT_EQ(result_fault(result_text(R"({"exc_type": "E", "exc_message": []})")),
              "wrong shape: error.exc_module is missing");
    const auto* least = R"({"exc_type": "E", "exc_message": [], "exc_module": null})";
    EXPECT_EQ(read_result(result_text(least))->error->module, std::nullopt);
    EXPECT_EQ(result_fault(result_text(R"({"exc_type": "E", "exc_message": [], "exc_module": "m",
                                           "exc_cause": {"exc_type": 1}})")),
              "wrong shape: error.exc_cause.exc_type is not a string");
}

TEST(TaskResult, IsWrittenInPythonsOrderAndRoundedToHundredths) {
    task_result made;
    made.returned = array{value(1)};
    made.execution_seconds = 1.23456;
    EXPECT_EQ(write_result(made, serializer::json),
              R"({"is_err": false, "log": null, "return_value": [1], "execution_time": 1.23, )"
              R"("labels": {}, "error": null})");
    made.execution_seconds = std::numeric_limits<double>::quiet_NaN();
    EXPECT_EQ(read_result(write_result(made, serializer::json).value())->execution_seconds, 0);
}

TEST(TaskResult, WhatCannotBeStoredBecomesAnErrorThatSaysSo) {
    task_result made;
    made.returned = byte_string{"\xFF"};
    const auto refused = write_result(made, serializer::json);
    ASSERT_FALSE(refused);
    const auto instead = unwritable_result(made, refused.error());
    const auto read = read_result(write_result(instead, serializer::pickle).value()).value();
    EXPECT_TRUE(read.is_error);
    EXPECT_EQ(read.error->arguments, array{value("wrong shape: bytes that are not UTF-8")});
}

TEST(TaskResultLimits, OfAnErrorsChainAndNames) {
    task_result made;
    made.is_error = true;
    made.error = chain_of(error_chain_max - 1);
    EXPECT_TRUE(read_result(write_result(made, serializer::json).value()));
    made.error = chain_of(error_chain_max);
    EXPECT_EQ(result_fault(write_result(made, serializer::json).value()),
              "too deep: causes of an error");
    made.error = task_error();
    made.error->type = std::string(error_name_bytes_max + 1, 'E');
    EXPECT_EQ(result_fault(write_result(made, serializer::json).value()),
              "too large: error.exc_type");
}

TEST(TaskProgress, IsAStateAndAnythingBesideIt) {
    const task_progress made{"HALF", object{{"pct", 50}}};
    EXPECT_EQ(write_progress(made, serializer::json), R"({"state": "HALF", "meta": {"pct": 50}})");
    EXPECT_EQ(read_progress(write_progress(made, serializer::pickle).value()), made);
    EXPECT_EQ(read_progress(R"({"state": "S"})").error().message(), "wrong shape: meta is missing");
    EXPECT_FALSE(read_progress(R"({"meta": 1})"));
    const task_progress wordy{std::string(progress_state_bytes_max + 1, 'S'), {}};
    EXPECT_EQ(read_progress(write_progress(wordy, serializer::json).value()).error().message(),
              "too large: state");
}

TEST(TaskResult, TheKeyIsTheIdentifierUnderAPrefix) {
    EXPECT_EQ(result_key("", "id"), "id");
    EXPECT_EQ(result_key("res", "id"), "res:id");
    EXPECT_EQ(result_key("", "id") + std::string(progress_suffix), "id__progress");
}

}  // namespace
}  // namespace headroom::tasks
