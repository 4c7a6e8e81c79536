#include "headroom/tasks/wire/task_message.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/any_value_fixture.hpp"
#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/json_writer.hpp"
#include "headroom/tasks/wire/label_words.hpp"

namespace headroom::tasks {
namespace {

/// A message whose labels, and their codes, are these two JSON objects.
std::string labelled(std::string_view labels, std::string_view codes) {
    return R"({"task_id": "t", "task_name": "n", "labels": )" + std::string(labels) +
           R"(, "labels_types": )" + std::string(codes) + R"(, "args": [], "kwargs": {}})";
}

label_set labels_of(std::string_view labels, std::string_view codes) {
    auto read = read_message(labelled(labels, codes));
    EXPECT_TRUE(read) << (read ? "" : read.error().message());
    return read ? read->labels : label_set();
}

std::string message_fault(const std::string& text) {
    const auto read = read_message(text);
    EXPECT_FALSE(read) << text.substr(0, 100);
    return read ? "" : read.error().message();
}

TEST(TaskMessage, TheSmallestIsReadAndWrittenByteForByte) {
    const auto* text = R"({"task_id": "v-err", "task_name": "demo:err", "labels": {}, )"
                       R"("labels_types": {}, "args": [], "kwargs": {}})";
    const auto read = read_message(text).value();
    EXPECT_EQ(read.task_id, "v-err");
    EXPECT_EQ(read.task_name, "demo:err");
    EXPECT_EQ(write_message(read), text);
}

TEST(TaskMessage, MissingMembersAndOtherKindsAreNamed) {
    EXPECT_EQ(message_fault("{}"), "wrong shape: task_id is missing");
    EXPECT_EQ(message_fault("[]"), "wrong shape: a message is not an object");
    EXPECT_EQ(message_fault(R"({"task_id": 1})"), "wrong shape: task_id is not a string");
    EXPECT_EQ(message_fault(R"({"task_id": "", "task_name": "", "labels": {}, "args": {}})"),
              "wrong shape: args is not an array");
    EXPECT_EQ(message_fault("\x82"), "unsupported: serializer msgpack");
    EXPECT_EQ(message_fault(labelled("{}", "[]")), "wrong shape: labels_types is not an object");
}

TEST(TaskMessage, OtherMembersArePassedOverAndNotSentOn) {
    const auto plain = labelled("{}", "{}");
    const auto more = R"({"extra": [1], )" + plain.substr(1);
    EXPECT_EQ(write_message(read_message(more).value()), plain);
}

TEST(TaskMessage, LabelsWithoutCodesStayAsTheyAre) {
    for (const auto* codes : {"null", "{}", R"({"other": 9})"}) {
        const auto labels = labels_of(R"({"a": "5", "b": 1.5, "c": [null]})", codes);
        EXPECT_EQ(*labels.value_of("a"), value("5"));
        EXPECT_EQ(*labels.value_of("b"), value(1.5));
        EXPECT_EQ(sent_label_types(labels), object());
    }
    const auto* absent =
        R"({"task_id":"t","task_name":"n","labels":{"a":5},"args":[],"kwargs":{}})";
    EXPECT_EQ(*read_message(absent)->labels.value_of("a"), value(5));
}

TEST(TaskMessage, EachCodeIsConvertedFromTextAndFromRawValues) {
    const auto* codes = R"({"any": 1, "int": 2, "str": 3, "float": 4, "bool": 5, "bytes": 6})";
    const auto typed = labels_of(R"({"any": "[1]", "int": "5", "str": "x", "float": "2.5",
                                     "bool": "True", "bytes": "b2s="})", codes);
    const auto raw = labels_of(R"({"any": "[1]", "int": 5.9, "str": "x", "float": 2.5,
                                   "bool": true, "bytes": "b2s="})", codes);
    EXPECT_EQ(typed, raw);
    EXPECT_EQ(*raw.value_of("bytes"), value(byte_string{"ok"}));
    EXPECT_EQ(to_json(sent_labels(raw)),
              R"({"any": "[1]", "int": "5", "str": "x", "float": "2.5", "bool": "True", )"
              R"("bytes": "b2s="})");
    EXPECT_EQ(sent_label_types(raw), *json_value(codes).get<object>());
}

TEST(TaskMessage, ALabelThatDoesNotConvertRejectsTheMessageWithoutItsValue) {
    EXPECT_EQ(message_fault(labelled(R"({"a": "geheim"})", R"({"a": 2})")),
              "wrong shape: a string that is no label of code 2");
    EXPECT_EQ(message_fault(labelled(R"({"a": 1})", R"({"a": 7})")),
              "wrong shape: a label's code that is none of 1 to 6");
    EXPECT_EQ(message_fault(labelled(R"({"a": 1})", R"({"a": "2"})")),
              "wrong shape: a label's code is not an integer");
}

TEST(TaskMessage, ALabelHasTheCodeOfItsType) {
    EXPECT_EQ(label_of(true).code, label_code::truth);
    EXPECT_EQ(label_of(1).code, label_code::integer);
    EXPECT_EQ(label_of(*integer_from("99999999999999999999")).code, label_code::integer);
    EXPECT_EQ(label_of(1.5).code, label_code::number);
    EXPECT_EQ(label_of("x").code, label_code::text);
    EXPECT_EQ(label_of(byte_string{"x"}).code, label_code::bytes);
    EXPECT_EQ(label_of(array({1, value(), "it's"})),
              (label{"[1, None, \"it's\"]", label_code::any}));
    EXPECT_EQ(label_of({}), (label{"None", label_code::any}));
}

TEST(TaskMessage, ResendingKeepsTypesAndCounts) {
    const auto first = read_message(labelled(R"({"blob": "/w==", "n": 5, "raw": 1.5})",
                                             R"({"blob": 6, "n": 2})")).value();
    const auto retry = retried(retried(first).value()).value();
    EXPECT_EQ(retries_of(retry.labels), 2);
    EXPECT_EQ(to_json(sent_labels(retry.labels)),
              R"({"blob": "/w==", "n": "5", "raw": 1.5, "_retries": "2"})");
    const auto again = requeued(requeued(first).value()).value();
    EXPECT_EQ(*again.labels.find(label_name::requeues), (label{"2", label_code::text}));
    EXPECT_EQ(read_message(write_message(again).value()), again);
    EXPECT_FALSE(retried(read_message(labelled(R"({"_retries": "x"})", "{}")).value()));
}

RC_GTEST_PROP(TaskMessage, AnyIsReadAsItWasWritten, ()) {
    task_message made{any_text(), any_text(), {}, {}, {}};
    for (int i = *rc::gen::inRange(0, 4); i > 0; --i) made.labels.set(any_text(), any_value(2));
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) made.args.push_back(any_value());
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) made.kwargs.set(any_text(), any_value());
    RC_PRE(made.task_id.size() <= task_id_bytes_max);
    RC_PRE(made.task_name.size() <= task_name_bytes_max);
    const auto text = write_message(made).value();
    RC_ASSERT(read_message(text).value() == made);
    RC_ASSERT(write_message(read_message(text).value()).value() == text);
}

TEST(TaskMessageLimits, OfIdentifiersNamesAndLabels) {
    task_message made;
    made.task_id = std::string(task_id_bytes_max, 'i');
    made.task_name = std::string(task_name_bytes_max, 'n');
    for (std::size_t i = 0; i < labels_max; ++i) made.labels.set(std::to_string(i), value(1));
    EXPECT_TRUE(read_message(write_message(made).value()));
    auto more = made;
    more.task_id += 'i';
    EXPECT_EQ(message_fault(write_message(more).value()), "too large: task_id");
    more = made;
    more.task_name += 'n';
    EXPECT_EQ(message_fault(write_message(more).value()), "too large: task_name");
    more = made;
    more.labels.set("more", value(1));
    EXPECT_EQ(message_fault(write_message(more).value()), "too many values: labels");
    more = {};
    more.labels.set(std::string(label_name_bytes_max + 1, 'l'), value(1));
    EXPECT_EQ(message_fault(write_message(more).value()), "too large: a label's name");
}

}  // namespace
}  // namespace headroom::tasks
