#include "headroom/budget/sizing_advice.hpp"

#include <gtest/gtest.h>

namespace headroom::budget {
namespace {

using judgement = occupancy::judgement;

class Advice : public ::testing::Test {
protected:
    Advice() {
        shop.resources = {{"postgres", 100, 3, 4}};
        consumer web;
        web.name = "web";
        web.resource = "postgres";
        web.pool = 4;
        shop.consumers.push_back(web);
    }
    occupancy at(unsigned per_second, unsigned hold_ms) {
        return occupy(shop, {"web", per_second, hold_ms});
    }
    plan shop;
};

TEST_F(Advice, MultipliesArrivalsWithTheTimeEachHolds) {
    EXPECT_EQ(at(200, 15).busy_thousandths, 3000u);
    EXPECT_EQ(at(200, 15).needed, 3u);
    EXPECT_EQ(at(201, 15).needed, 4u);
    EXPECT_EQ(describe(at(200, 15)), "200/s x 15 ms = 3 busy on average, 4 fit: enough");
    EXPECT_EQ(describe(at(1, 5)), "1/s x 5 ms = 0.0 busy on average, 4 fit: enough");
}

TEST_F(Advice, CallsFourFifthsBusyEnoughMoreTightAndAllTooFew) {
    EXPECT_EQ(at(3200, 1).is, judgement::enough);
    EXPECT_EQ(at(3201, 1).is, judgement::tight);
    EXPECT_EQ(at(3999, 1).is, judgement::tight);
    EXPECT_EQ(at(4000, 1).is, judgement::too_few);
}

TEST_F(Advice, CountsEveryReplicaAndWhatMayBeBorrowed) {
    shop.times.replicas = 3;
    EXPECT_EQ(at(1, 1).capacity, 12u);
    shop.consumers.front().overflow = {overflow_kind::shared, 0};
    EXPECT_EQ(at(1, 1).capacity, 24u);
}

TEST_F(Advice, DoesNotKnowWhatAnUnboundedConsumerHolds) {
    shop.consumers.front().overflow = {overflow_kind::unbounded, 0};
    EXPECT_EQ(at(1, 1).is, judgement::unknown);
}

TEST_F(Advice, TheLargestDemandDoesNotWrapAround) {
    EXPECT_EQ(at(rate_max, hold_ms_max).needed, 3'600'000'000u);
    EXPECT_EQ(at(rate_max, hold_ms_max).is, judgement::too_few);
}

TEST(Knee, OfTwoCoresLiesBetweenTwoAndEight) {
    const knee two{2};
    EXPECT_EQ(two.least(), 2u);
    EXPECT_EQ(two.best(), 5u);
    EXPECT_EQ(two.most(), 8u);
    EXPECT_EQ(describe(two),
              "2 cores do most work with 2 to 8 active connections (2 x 2 + 1 disk = 5)");
}

}  // namespace
}  // namespace headroom::budget
