#include "headroom/tasks/detail/term_list.hpp"

#include <gmock/gmock.h>

namespace headroom::tasks::detail {
namespace {

TEST(TermList, QueuesHaveWeightsAndLimits) {
    const auto found =
        parse_queues(" urgent weight=4 , taskiq concurrent=20 per_second=0.5 burst=3,").value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].name, "urgent");
    EXPECT_EQ(found[0].weight, 4u);
    EXPECT_FALSE(found[0].limits.any());
    EXPECT_EQ(found[1].weight, 1u);
    EXPECT_EQ(found[1].limits, (run_limits{.concurrent = 20, .per_second = 0.5, .burst = 3}));
}

TEST(TermList, WhatIsNoQueueIsRefusedWithTheReason) {
    const auto why = [](std::string_view text) { return parse_queues(text).error(); };
    EXPECT_EQ(why(" , "), "name 1 to 16 queues");
    EXPECT_EQ(why("a,b,a"), "have a once");
    EXPECT_EQ(why("a{b}"), "have no braces, blanks or control characters: a{b}");
    EXPECT_EQ(why("a weight=0"), "have a number for weight of a");
    EXPECT_EQ(why("a weight=x"), "have a number for weight of a");
    EXPECT_EQ(why("a heavy"), "have word=number behind a");
    EXPECT_EQ(why("a mass=3"), "have no mass behind a");
    EXPECT_EQ(why("a burst=3"), "have per_second where they have burst: a");
    EXPECT_EQ(why("a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q"), "name 1 to 16 queues");
}

TEST(TermList, TasksHaveLimitsAndNoWeight) {
    const auto found = parse_limits("shop:mail concurrent=2, shop:free").value();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found.at("shop:mail"), (run_limits{.concurrent = 2}));
    EXPECT_FALSE(found.at("shop:free").any());
    EXPECT_TRUE(parse_limits("").value().empty());
    EXPECT_EQ(parse_limits("a weight=2").error(), "have no weight behind a");
    EXPECT_EQ(parse_limits("a concurrent=-1").error(), "have a number for concurrent of a");
}

}  // namespace
}  // namespace headroom::tasks::detail
