#include "headroom/tasks/wire/schedule.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/any_value_fixture.hpp"
#include "headroom/tasks/testdata_fixture.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;

/// A schedule with these members beside the required ones.
std::string stored(std::string_view members) {
    return R"({"task_name": "n", "labels": {}, "args": [], "kwargs": {}, "schedule_id": "s", )" +
           std::string(members) + "}";
}

std::string schedule_fault(std::string_view members) {
    const auto read = read_schedule(stored(members));
    EXPECT_FALSE(read) << members;
    return read ? "" : read.error().message();
}

RC_GTEST_PROP(Schedule, AnyIsReadAsItWasWrittenInBothFormats, ()) {
    schedule made;
    made.task_name = any_text().substr(0, 0) + "n";
    made.schedule_id = "s";
    made.labels.set(any_text(), any_text());
    made.args.push_back(any_value());
    made.kwargs.set(any_text(), any_value());
    if (*rc::gen::arbitrary<bool>()) made.task_id = "fixed";
    if (*rc::gen::arbitrary<bool>()) made.cron = "*/5 * * * *";
    if (*rc::gen::arbitrary<bool>()) made.clock = std::string("Europe/Paris");
    else made.clock = std::chrono::microseconds(*rc::gen::inRange(-86'400, 86'401) * 1s);
    if (*rc::gen::arbitrary<bool>())
        made.time = date_time{std::chrono::microseconds(*rc::gen::inRange(0, 1 << 30)), 60min};
    if (!made.cron && !made.time)
        made.interval = schedule_interval{std::chrono::seconds(*rc::gen::inRange(1, 100'000)),
                                          *rc::gen::arbitrary<bool>()};
    for (const auto format : {serializer::json, serializer::pickle})
        RC_ASSERT(read_schedule(write_schedule(made, format).value()).value() == made);
}

TEST(Schedule, AnIntervalIsWholeSecondsInEveryForm) {
    for (const auto* form : {"90", "\"90\"", "90.0", "\" 90 \""})
        EXPECT_EQ(read_schedule(stored(R"("interval": )" + std::string(form)))->interval,
                  (schedule_interval{90s, false})) << form;
    for (const auto* form : {"\"PT1M30S\"", "\"0:01:30\""})
        EXPECT_EQ(read_schedule(stored(R"("interval": )" + std::string(form)))->interval,
                  (schedule_interval{90s, true})) << form;
    for (const auto* form : {"0", "-5", "0.5", "90.5", "\"PT0.5S\"", "\"soon\"", "\"90.5\"", "[]",
                             "1e300", "315619201"})
        EXPECT_EQ(schedule_fault(R"("interval": )" + std::string(form)),
                  "wrong shape: interval is not a whole number of seconds above 0") << form;
}

TEST(Schedule, ATimeIsATextOrSecondsOrMilliseconds) {
    const auto instant = parse_date_time("2031-01-01T02:13:20Z")->instant();
    for (const auto* form : {"\"2031-01-01T02:13:20\"", "\"2031-01-01T04:13:20+02:00\"",
                             "1925000000", "1925000000000", "\"1925000000\""})
        EXPECT_EQ(read_schedule(stored(R"("time": )" + std::string(form)))->time->instant(),
                  instant) << form;
    EXPECT_EQ(schedule_fault(R"("time": "tomorrow")"), "wrong shape: time is no time");
}

TEST(Schedule, AClockIsAZoneADistanceOrUtc) {
    const auto clock = [](std::string_view offset) {
        return read_schedule(stored(R"("cron": "* * * * *", "cron_offset": )" +
                                    std::string(offset)))->clock;
    };
    EXPECT_EQ(clock("null"), cron_clock());
    EXPECT_EQ(clock("\"\""), cron_clock());
    EXPECT_EQ(clock("\"Europe/Paris\""), cron_clock("Europe/Paris"));
    EXPECT_EQ(clock("\"-PT2H\""), cron_clock(std::chrono::microseconds(-2h)));
    EXPECT_EQ(clock("3600"), cron_clock(std::chrono::microseconds(1h)));
}

TEST(Schedule, NeedsOneOfCronTimeAndInterval) {
    EXPECT_EQ(schedule_fault(R"("cron": null)"),
              "wrong shape: cron, interval and time are all missing");
    EXPECT_EQ(read_schedule("{}").error().message(), "wrong shape: task_name is missing");
}

TEST(Schedule, AFireSendsLabelsAsTextsWithTheIdentifier) {
    auto of = read_schedule(stored(R"("interval": 5)")).value();
    of.labels.set("timeout", "2.5");
    of.labels.set("n", 5);
    const auto message = message_of(of, "t");
    EXPECT_EQ(*message.labels.find("timeout"), (label{"2.5", label_code::text}));
    EXPECT_EQ(*message.labels.find("n"), (label{"5", label_code::text}));
    EXPECT_EQ(*message.labels.find("schedule_id"), (label{"s", label_code::text}));
    EXPECT_EQ(message.task_id, "t");
}

TEST(ScheduleKeys, AreTheSourcesOfPython) {
    const schedule_keys keys;
    EXPECT_EQ(keys.data("s"), "schedule:data:s");
    schedule of;
    of.interval = schedule_interval{};
    EXPECT_EQ(keys.index_of(of), "schedule:interval");
    of.time = parse_date_time("2031-02-03T04:05:06+02:00");
    EXPECT_EQ(keys.index_of(of), "schedule:time:2031-02-03T02:05");
    of.cron = "* * * * *";
    EXPECT_EQ(keys.index_of(of), "schedule:cron");
}

TEST(ScheduleKeys, TellWhichMinuteAListIsFor) {
    const schedule_keys keys("a:b");  // Python does not find such a one again
    const auto minute = parse_date_time("2031-02-03T02:05:00")->instant();
    EXPECT_EQ(keys.minute_of(keys.time(minute + 59s)), minute);
    for (const auto* other : {"a:b:time:", "a:time:2031-02-03T02:05", "a:b:time:2031-02-03T02:5",
                              "a:b:time:2031-02-03T02:05:06", "a:b:cron",
                              "a:b:time:2031-02-0302:05"})
        EXPECT_FALSE(keys.minute_of(other)) << other;
}

TEST(ScheduleLimits, OfTextsLabelsAndDistances) {
    const auto quoted = [](std::size_t length) { return "\"" + std::string(length, 'x') + "\""; };
    EXPECT_EQ(schedule_fault(R"("cron": )" + quoted(cron_bytes_max + 1)), "too large: cron");
    EXPECT_EQ(schedule_fault(R"("cron": "", "cron_offset": )" + quoted(zone_bytes_max + 1)),
              "too large: cron_offset");
    EXPECT_EQ(schedule_fault(R"("cron": "", "cron_offset": "P2D")"),
              "wrong shape: cron_offset is more than a day");
    EXPECT_EQ(schedule_fault(R"("cron": "", "cron_offset": -9223372036854775808)"),
              "wrong shape: cron_offset is more than a day");
    EXPECT_EQ(schedule_fault(R"("interval": 1, "task_id": )" + quoted(task_id_bytes_max + 1)),
              "too large: task_id");
    EXPECT_EQ(schedule_fault(R"("interval": 1, "schedule_id": )" +
                             quoted(schedule_id_bytes_max + 1)), "too large: schedule_id");
    std::string labels = R"("interval": 1, "labels": {"x": 0)";
    for (std::size_t i = 0; i < labels_max; ++i) labels += ", \"" + std::to_string(i) + "\": 1";
    EXPECT_EQ(schedule_fault(labels + "}"), "too many values: labels");
}

}  // namespace
}  // namespace headroom::tasks
