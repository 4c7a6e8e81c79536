#include "headroom/tasks/detail/flight_table.hpp"

#include <gmock/gmock.h>

#include "headroom/tasks/detail/fetch_size.hpp"

namespace headroom::tasks::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

const flight_clock::time_point start{};

flight at_queue(std::size_t queue, std::uint64_t ms) {
    flight made;
    made.queue = queue;
    made.token = {{ms, 0}, 1};
    return made;
}

TEST(FlightTable, RenewsAfterAThirdOfALease) {
    flight_table table(900ms);
    auto one = at_queue(0, 1);
    table.add(one, start);
    EXPECT_THAT(table.take_due(start + 299ms), IsEmpty());
    EXPECT_THAT(table.take_due(start + 300ms), ElementsAre(&one));
    EXPECT_EQ(table.next_due(), start + 300ms);
}

TEST(FlightTable, GivesNothingOutTwiceBeforeItsAnswer) {
    flight_table table(900ms);
    auto one = at_queue(0, 1);
    table.add(one, start);
    EXPECT_EQ(table.take_due(start + 300ms).size(), 1u);
    EXPECT_THAT(table.take_due(start + 400ms), IsEmpty());
    table.kept(one);
    EXPECT_EQ(table.take_due(start + 400ms).size(), 1u);
    table.renewed(one, start + 400ms);
    EXPECT_THAT(table.take_due(start + 699ms), IsEmpty());
    EXPECT_EQ(table.take_due(start + 700ms).size(), 1u);
}

TEST(FlightTable, NeverBelievesLongerThanFromTheMomentOfAsking) {
    flight_table table(900ms);
    auto one = at_queue(0, 1);
    table.add(one, start);
    table.renewed(one, start + 300ms);
    EXPECT_TRUE(table.surely_ours(one, start + 749ms));
    EXPECT_FALSE(table.surely_ours(one, start + 750ms));
    table.renewed(one, start + 100ms);  // an answer that was overtaken takes nothing back
    EXPECT_TRUE(table.surely_ours(one, start + 749ms));
}

TEST(FlightTable, RenewsAtMostSoManyOfOneQueueAtATime) {
    flight_table table(900ms);
    std::vector<flight> many(flight_table::renewals_max + 10);
    for (auto& each : many) table.add(each, start);
    auto other = at_queue(1, 1);
    table.add(other, start);
    EXPECT_EQ(table.take_due(start + 1s).size(), flight_table::renewals_max);
    EXPECT_EQ(table.take_due(start + 1s).size(), 10u);
    EXPECT_THAT(table.take_due(start + 1s), ElementsAre(&other));
    EXPECT_EQ(table.size(), many.size() + 1);
}

TEST(FlightTable, ForgetsWhatHasEnded) {
    flight_table table(900ms);
    auto one = at_queue(3, 7);
    table.add(one, start);
    EXPECT_TRUE(one.in_hand());
    EXPECT_EQ(table.find(3, {7, 0}), &one);
    EXPECT_EQ(table.find(2, {7, 0}), nullptr);
    table.remove(one);
    table.remove(one);
    EXPECT_EQ(table.size(), 0u);
    EXPECT_EQ(table.next_due(), std::nullopt);
}

TEST(FetchSize, IsNothingWithoutAFreePlaceAndNeverMoreThanFits) {
    EXPECT_EQ(fetch_size(10, 1, 10), 0u);
    EXPECT_EQ(fetch_size(10, 1, 11), 0u);
    EXPECT_EQ(fetch_size(10, 1, 9), 2u);
    EXPECT_EQ(fetch_size(10, 0, 9), 1u);
    EXPECT_EQ(fetch_size(1'000, 125, 0), fetch_max);
    for (unsigned held = 0; held < 50; ++held) EXPECT_LE(fetch_size(40, 5, held) + held, 45u + 5u);
}

TEST(FetchSize, ThePrefetchIsAnEighth) {
    EXPECT_EQ(usual_prefetch(1), 1u);
    EXPECT_EQ(usual_prefetch(15), 1u);
    EXPECT_EQ(usual_prefetch(100), 12u);
}

}  // namespace
}  // namespace headroom::tasks::detail
