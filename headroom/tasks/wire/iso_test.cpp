#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/iso_duration.hpp"
#include "headroom/tasks/wire/iso_time.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using std::chrono::microseconds;

TEST(IsoDuration, IsReadAndWrittenAsPydanticDoes) {
    for (const auto& row : testdata_rows("pydantic_durations.tsv", 150)) {
        const auto read = parse_duration(json_string(row[0]));
        EXPECT_EQ(read ? std::to_string(read->count()) : "ERROR", row[1]) << row[0];
        if (read) EXPECT_EQ(iso_duration(*read), row[2]);
    }
}

RC_GTEST_PROP(IsoDuration, AnyIsReadAsItWasWritten, ()) {
    const auto most = microseconds(duration_max).count();
    const microseconds span(*rc::gen::inRange(-most, most));
    RC_ASSERT(parse_duration(iso_duration(span)) == span);
}

RC_GTEST_PROP(IsoDuration, AnyTextIsReadWithinBoundsOrRefused, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(
        std::string("PT0123456789.:-+YMWDHS day,")));
    if (const auto span = parse_duration(text))
        RC_ASSERT(*span <= duration_max && *span >= -duration_max);
}

TEST(IsoDurationLimits, OfBytesAndLength) {
    EXPECT_EQ(parse_duration("P100000000D"), duration_max);
    EXPECT_FALSE(parse_duration("P100000000DT1S"));
    EXPECT_FALSE(parse_duration("P99999999999D"));
    EXPECT_TRUE(parse_duration("PT" + std::string(duration_bytes_max - 3, '0') + "S"));
    EXPECT_FALSE(parse_duration("PT" + std::string(duration_bytes_max - 2, '0') + "S"));
}

TEST(IsoTime, IsReadAndWrittenAsPydanticDoes) {
    for (const auto& row : testdata_rows("pydantic_times.tsv", 150)) {
        const auto read = date_time_of(json_value(row[0]));
        EXPECT_EQ(read ? iso_date_time(*read) : "ERROR", row[1]) << row[0];
    }
}

RC_GTEST_PROP(IsoTime, AnyIsReadAsItWasWritten, ()) {
    date_time time{microseconds(*rc::gen::inRange<std::int64_t>(-1'000'000, 4'000'000'000) * 1'000
                                + *rc::gen::inRange(0, 2)), std::nullopt};
    if (*rc::gen::arbitrary<bool>())
        time.offset = std::chrono::minutes(*rc::gen::inRange(-1439, 1440));
    RC_ASSERT(parse_date_time(iso_date_time(time)) == time);
}

RC_GTEST_PROP(IsoTime, AnyTextIsReadOrRefused, ()) {
    const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(
        std::string("0123456789-:TZ+. ")));
    if (const auto time = parse_date_time(text)) RC_ASSERT(!iso_date_time(*time).empty());
}

TEST(IsoTime, AnInstantIsTheSameWhateverTheOffset) {
    EXPECT_EQ(parse_date_time("2031-02-03T04:05:06+02:00")->instant(),
              parse_date_time("2031-02-03T02:05:06Z")->instant());
    EXPECT_EQ(parse_date_time("2031-02-03T04:05:06")->instant(),
              parse_date_time("2031-02-03T04:05:06Z")->instant());
}

TEST(IsoTimeLimits, OfYearsAndBytes) {
    EXPECT_TRUE(parse_date_time("0001-01-01T00:00:00"));
    EXPECT_FALSE(parse_date_time("0001-01-01T00:00:00+00:01"));  // the year before in UTC
    EXPECT_FALSE(parse_date_time("9999-12-31T23:59:59-00:01"));
    EXPECT_FALSE(parse_date_time("2031-02-03T04:05:06." + std::string(iso_time_bytes_max, '0')));
    EXPECT_EQ(date_time_of(unix_seconds_most)->wall, microseconds(20'000'000'000s));
    EXPECT_EQ(date_time_of(unix_seconds_most + 1)->wall, microseconds(20'000'000'001ms));
}

TEST(IsoTime, DatesAndTimesOfDayStandAlone) {
    using std::chrono::year_month_day;
    const year_month_day leap{std::chrono::year(2028) / 2 / 29};
    EXPECT_EQ(iso_date(leap), "2028-02-29");
    EXPECT_EQ(parse_date("2028-02-29"), leap);
    for (const auto* wrong : {"2027-02-29", "2028-2-29", "2028-02-29T", "0000-01-01"})
        EXPECT_FALSE(parse_date(wrong)) << wrong;
    EXPECT_EQ(iso_time_of_day(3h + 4min + 5s), "03:04:05");
    EXPECT_EQ(iso_time_of_day(4us), "00:00:00.000004");
    EXPECT_EQ(parse_time_of_day("03:04:05.5"), 3h + 4min + 5s + 500ms);
    for (const auto* wrong : {"24:00:00", "03:60", "3:04", "03:04:05Z"})
        EXPECT_FALSE(parse_time_of_day(wrong)) << wrong;
}

}  // namespace
}  // namespace headroom::tasks
