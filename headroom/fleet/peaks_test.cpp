#include "headroom/fleet/peaks.hpp"

#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using std::chrono::seconds;

constexpr seen_at noon{std::chrono::hours(12)};

census of_owners(std::initializer_list<std::pair<std::string, std::uint64_t>> owners) {
    census made;
    for (const auto& [name, units] : owners) {
        made.add(counted_by::owner, name, units);
        made.add(counted_by::total, {}, units);
    }
    return made;
}

TEST(Peaks, KeepTheMostOfEachAndWhenItWasSeen) {
    peaks seen;
    seen.look(of_owners({{"web", 2}, {"jobs", 1}}), noon);
    seen.look(of_owners({{"web", 7}}), noon + seconds(1));
    seen.look(of_owners({{"web", 3}, {"jobs", 5}}), noon + seconds(2));
    EXPECT_EQ(seen.of(counted_by::owner, "web").most, 7u);
    EXPECT_EQ(seen.of(counted_by::owner, "web").at, noon + seconds(1));
    EXPECT_EQ(seen.of(counted_by::owner, "web").now, 3u);
    EXPECT_EQ(seen.of(counted_by::owner, "jobs").most, 5u);
    EXPECT_EQ(seen.of(counted_by::total).most, 8u) << "at one look, not the sum of peaks";
    EXPECT_EQ(seen.looks(), 3u);
    EXPECT_EQ(seen.latest() - seen.first(), seconds(2));
}

TEST(Peaks, OfASingleLookAreWhatItSaw) {
    const peaks seen(of_owners({{"web", 2}}), noon);
    EXPECT_FALSE(seen.of(counted_by::owner, "web").passed());
    EXPECT_EQ(seen.of(counted_by::owner, "web").text("live"), "2 live");
    EXPECT_EQ(seen.of(counted_by::owner, "web").beside("pids 1, 2"), "pids 1, 2");
}

TEST(Peaks, SayBothFiguresOnceAPeakIsOver) {
    peaks seen(of_owners({{"web", 7}}), noon);
    seen.look(of_owners({{"web", 2}}), noon + seconds(1));
    EXPECT_EQ(seen.of(counted_by::owner, "web").text("live"), "7 live at peak, 2 now");
    EXPECT_EQ(seen.of(counted_by::owner, "web").beside("pids 1"), "pids 1; peak at 12:00:00 UTC");
}

TEST(Peaks, RememberWhoHasGone) {
    peaks seen(of_owners({{"cron", 4}}), noon);
    seen.look(of_owners({}), noon + seconds(1));
    EXPECT_EQ(seen.of(counted_by::owner, "cron").now, 0u);
    EXPECT_EQ(seen.of(counted_by::owner, "cron").most, 4u);
}

TEST(Peaks, OfTheFirstOfEqualOnesIsTheTime) {
    peaks seen(of_owners({{"web", 2}}), noon);
    seen.look(of_owners({{"web", 2}}), noon + seconds(1));
    EXPECT_EQ(seen.of(counted_by::owner, "web").at, noon);
}

TEST(Peaks, OfACountAloneLeaveTheOwnersAsTheyWere) {
    peaks seen(of_owners({{"web", 2}}), noon);
    seen.count(9, 11, noon + seconds(1));
    EXPECT_EQ(seen.of(counted_by::total).most, 9u);
    EXPECT_EQ(seen.of(counted_by::owner, "web").now, 2u);
    EXPECT_EQ(seen.of(counted_by::slots).most, 0u) << "nobody lists them there";
    EXPECT_EQ(seen.looks(), 2u);
    EXPECT_EQ(seen.lists(), 1u);
}

TEST(Peaks, OfWhatIsTooMuchBelongToOneLook) {
    census first, second;
    first.over = 5;
    first.strangers = 1;
    second.over = 1;
    second.strangers = 4;
    peaks seen(first, noon);
    seen.look(second, noon + seconds(1));
    EXPECT_EQ(seen.over(), 5u);
    EXPECT_EQ(seen.strangers(), 1u);
}

TEST(Peaks, KeepNoMoreNamesThanTheirBound) {
    peaks seen;
    for (std::size_t i = 0; i < peaks::names_max; ++i)
        seen.look(of_owners({{"job-" + std::to_string(i), 1}}), noon);
    EXPECT_EQ(seen.all().size(), peaks::names_max);
    EXPECT_EQ(seen.dropped(), 1u) << "the total is a name, too";
    EXPECT_EQ(seen.of(counted_by::total).most, 1u);
}

TEST(Peaks, AreWrittenWithTheirInstant) {
    EXPECT_EQ(instant_of(noon), "1970-01-01T12:00:00Z");
    EXPECT_EQ(to_string(counted_by::waiting), "waiting");
}

}  // namespace
}  // namespace headroom::fleet
