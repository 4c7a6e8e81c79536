// The bytes unmodified taskiq and taskiq-redis stored: read to what they stand for, and written
// again byte for byte where the format has one form, by value where it has several.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/base64.hpp"
#include "headroom/tasks/wire/schedule.hpp"
#include "headroom/tasks/wire/task_message.hpp"
#include "headroom/tasks/wire/task_result.hpp"

namespace headroom::tasks {
namespace {

struct vector_of_taskiq {
    std::string kind, key, bytes;
    serializer format;
    value decoded;
};

std::string member_text(const object& of, std::string_view name) {
    const auto* found = of.find(name);
    const auto* text = found ? found->get<std::string>() : nullptr;
    return text ? *text : std::string();
}

array all_vectors() {
    const auto document = json_value(testdata("taskiq_vectors.json"));
    const auto* outer = document.get<object>();
    const auto* vectors = outer ? outer->find("vectors") : nullptr;
    return vectors ? *vectors->get<array>() : array();
}

/// Those with bytes, of one kind or, without one, of all.
std::vector<vector_of_taskiq> vectors(std::string_view kind) {
    std::vector<vector_of_taskiq> made;
    for (const auto& each : all_vectors()) {
        const auto& of = *each.get<object>();
        if (!of.find("raw_b64") || (!kind.empty() && member_text(of, "kind") != kind)) continue;
        made.push_back({member_text(of, "kind"), member_text(of, "key"),
                        from_base64(member_text(of, "raw_b64")).value(),
                        member_text(of, "serializer") == "json" ? serializer::json
                                                                : serializer::pickle,
                        *of.find("decoded")});
    }
    return made;
}

/// What was written holds the same, and is the same bytes where it is JSON.
void expect_same(const vector_of_taskiq& as, const decoded<std::string>& written) {
    ASSERT_TRUE(written) << as.key;
    EXPECT_EQ(read_value(*written).value(), as.decoded) << as.key;
    if (as.format == serializer::json) EXPECT_EQ(*written, as.bytes) << as.key;
}

TEST(Vectors, ThereAreSeventeenAndFourteenHaveBytes) {
    EXPECT_EQ(all_vectors().size(), 17u);
    EXPECT_EQ(vectors("").size(), 14u);
}

TEST(Vectors, EveryValueIsReadAndWritten) {
    for (const auto& each : vectors("")) {
        EXPECT_EQ(sniff(each.bytes), each.format) << each.key;
        EXPECT_EQ(read_value(each.bytes).value(), each.decoded) << each.key;
        expect_same(each, write_value(each.decoded, each.format));
    }
}

TEST(Vectors, EveryMessageIsReadAndWritten) {
    const auto messages = vectors("stream_message");
    ASSERT_EQ(messages.size(), 2u);
    for (const auto& each : messages) expect_same(each, write_message(*read_message(each.bytes)));
    const auto labels = read_message(messages[0].bytes)->labels;
    EXPECT_EQ(*labels.find("timeout"), (label{2.5, label_code::number}));
    EXPECT_EQ(*labels.find("retry_on_error"), (label{true, label_code::truth}));
    EXPECT_EQ(*labels.find("max_retries"), (label{5, label_code::integer}));
    EXPECT_EQ(*labels.find("blob"), (label{byte_string{"ok"}, label_code::bytes}));
}

TEST(Vectors, EveryResultIsReadAndWritten) {
    const auto results = vectors("result");
    ASSERT_EQ(results.size(), 4u);
    for (const auto& each : results) {
        const auto read = read_result(each.bytes).value();
        expect_same(each, write_result(read, each.format));
        EXPECT_EQ(read.is_error, each.key == "v-err");
        if (read.error) EXPECT_EQ(read.error->cause->type, "ZeroDivisionError");
    }
}

TEST(Vectors, EveryProgressIsReadAndWritten) {
    const auto progress = vectors("progress");
    ASSERT_EQ(progress.size(), 1u);
    for (const auto& each : progress)
        expect_same(each, write_progress(read_progress(each.bytes).value(), each.format));
}

TEST(Vectors, EveryScheduleIsReadAndWrittenAndLiesWherePythonPutIt) {
    const auto schedules = vectors("schedule");
    ASSERT_EQ(schedules.size(), 7u);
    std::map<std::string, std::vector<std::string>> lists;
    for (const auto& each : schedules) {
        const auto read = read_schedule(each.bytes).value();
        expect_same(each, write_schedule(read, each.format));
        EXPECT_EQ(schedule_keys().data(read.schedule_id), each.key);
        lists[schedule_keys().index_of(read)].push_back(read.schedule_id);
    }
    for (const auto& each : all_vectors()) {
        const auto& of = *each.get<object>();
        if (member_text(of, "kind") != "schedule_index") continue;
        for (const auto& id : *of.find("list")->get<array>()) {
            const auto& found = lists[member_text(of, "key")];
            EXPECT_NE(std::ranges::find(found, *id.get<std::string>()), found.end());
        }
    }
}

TEST(Vectors, OtherSerializersAreRefusedByName) {
    for (const auto& [bytes, name] : std::vector<std::pair<std::string_view, std::string>>{
             {"\x86\xa7task_id", "msgpack"}, {"\xde\x00\x10", "msgpack"}, {"\x80", "msgpack"},
             {"\xa6gtask_id", "cbor"}, {"\xbf", "cbor"}, {"\xd9\x01\x02\x81", "cbor"}}) {
        const auto fault = read_message(bytes).error();
        EXPECT_EQ(fault.message(), "unsupported: serializer " + name);
    }
    EXPECT_EQ(sniff("{}"), serializer::json);
    EXPECT_EQ(sniff("\x80\x02}."), serializer::pickle);
    EXPECT_EQ(sniff(""), serializer::json);
}

}  // namespace
}  // namespace headroom::tasks
