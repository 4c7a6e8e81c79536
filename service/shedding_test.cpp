#include "service/shedding.hpp"

#include <gtest/gtest.h>

namespace headroom::service {
namespace {

TEST(Shedding, PlacesAreThoseOfTheConnectionsThereMayBe) {
    EXPECT_EQ(places_behind(3, 256), 192U);
    EXPECT_EQ(places_behind(1, 256), 64U);
}

TEST(Shedding, SomePlacesAreKeptForWhatNeedsNoConnection) {
    EXPECT_EQ(places_behind(100, 256), 224U);
    EXPECT_EQ(places_behind(100, 8), 7U);
    EXPECT_EQ(places_behind(100, 2), 1U);
}

TEST(Shedding, ThereIsAPlaceHoweverFewThereAre) {
    EXPECT_EQ(places_behind(0, 256), 1U);
    EXPECT_EQ(places_behind(9, 1), 1U);
}

TEST(Shedding, LanesAskForThoseInFlightAndThoseThatWait) {
    persistence::lane_figures lanes;
    lanes.lanes = 1;
    lanes.pending = 3;
    lanes.waiting = 4;
    lanes.fading = 1;
    lanes.answered = 50;
    lanes.opened = 2;
    EXPECT_EQ(reading_of(lanes).asking, 8U);
    EXPECT_EQ(reading_of(lanes).served, 52U) << "a connection that opened is a sign of life too";
}

TEST(Shedding, LanesThatAreDownAskForAConnection) {
    EXPECT_EQ(reading_of(persistence::lane_figures{}).asking, 1U);
}

TEST(Shedding, AStoreAnswersWithConflictsToo) {
    eventsourcing::store_figures store;
    store.under_way = 6;
    store.waiting = 5;
    store.appends = 10;
    store.conflicts = 2;
    store.repeated = 1;
    EXPECT_EQ(reading_of(store).asking, 6U);
    EXPECT_EQ(reading_of(store).served, 13U);
}

}  // namespace
}  // namespace headroom::service
