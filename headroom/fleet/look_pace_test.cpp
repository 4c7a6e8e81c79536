#include "headroom/fleet/look_pace.hpp"

#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;

constexpr look_pace::clock::time_point start{1000s};

TEST(LookPace, KeepsTheBeatWhateverALookTakes) {
    look_pace pace(1s, start);
    EXPECT_EQ(pace.due(), start);
    pace.looked(start + 300ms);
    EXPECT_EQ(pace.due(), start + 1s);
    pace.looked(start + 1900ms);
    EXPECT_EQ(pace.due(), start + 2s);
}

TEST(LookPace, LeavesOutTheLooksThatWereMissed) {
    look_pace pace(1s, start);
    pace.looked(start + 5300ms);
    EXPECT_EQ(pace.due(), start + 6s);
    pace.looked(start + 7s);
    EXPECT_EQ(pace.due(), start + 8s) << "a look that is due this moment is missed as well";
}

TEST(LookPace, ListsAtEveryLookWhereThatCostsNothing) {
    look_pace pace(100ms, start);
    EXPECT_TRUE(pace.may_list(start));
    pace.listed(start, 0);
    EXPECT_TRUE(pace.may_list(start));
}

TEST(LookPace, GivesListsAThousandthOfTheTime) {
    look_pace pace(1s, start);
    pace.listed(start, 1'000);
    EXPECT_FALSE(pace.may_list(start + 2999ms));
    EXPECT_TRUE(pace.may_list(start + 3s));
}

TEST(LookPace, GivesAPeakAHundredth) {
    look_pace pace(1s, start);
    pace.listed(start, 1'000);
    EXPECT_FALSE(pace.may_list_a_peak(start + 299ms));
    EXPECT_TRUE(pace.may_list_a_peak(start + 300ms));
}

}  // namespace
}  // namespace headroom::fleet
