#include "headroom/eventsourcing/detail/notify_pace.hpp"

#include <gtest/gtest.h>

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;

constexpr notify_pace::time_point start{1h};

TEST(NotifyPace, TellsTheFirstAtOnce) {
    notify_pace pace(5ms);
    EXPECT_EQ(pace.take(start), std::nullopt);
    pace.note(7);
    EXPECT_EQ(pace.take(start), 7);
    EXPECT_EQ(pace.take(start + 1h), std::nullopt) << "it is told";
}

TEST(NotifyPace, TellsTheRestOnceTheIntervalIsOver) {
    notify_pace pace(5ms);
    pace.note(1);
    pace.take(start);
    pace.note(3);
    pace.note(2);
    EXPECT_EQ(pace.take(start + 4ms), std::nullopt);
    EXPECT_TRUE(pace.untold());
    EXPECT_EQ(pace.next(), start + 5ms);
    EXPECT_EQ(pace.take(start + 5ms), 3);
    EXPECT_FALSE(pace.untold());
}

TEST(NotifyPace, TellsAtMostOnceAnInterval) {
    notify_pace pace(5ms);
    int told = 0;
    for (int ms = 0; ms < 1'000; ++ms) {
        pace.note(ms + 1);
        if (pace.take(start + std::chrono::milliseconds(ms))) ++told;
    }
    EXPECT_EQ(told, 200);
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
