#include "headroom/tasks/detail/reclaim.hpp"

#include <gmock/gmock.h>

namespace headroom::tasks::detail {
namespace {

using namespace std::chrono_literals;

pending_row row(std::uint64_t ms, std::string consumer, std::chrono::milliseconds idle) {
    return {{ms, 0}, std::move(consumer), idle, 1};
}

const reclaim_rules shared{15s, 600s, 5, [](entry_id id) { return id.ms == 99; }};

TEST(Reclaim, TakesWhatWasNotRenewedForALease) {
    EXPECT_TRUE(shared.may_take(row(1, "hr:other", 15s)));
    EXPECT_FALSE(shared.may_take(row(1, "hr:other", 14'999ms)));
}

TEST(Reclaim, TakesNothingThatIsInHandWhoeverIsSaidToHaveIt) {
    EXPECT_FALSE(shared.may_take(row(99, "hr:me", 1h)));
    EXPECT_FALSE(shared.may_take(row(99, "hr:returned", 1h)));
    EXPECT_TRUE(shared.may_take(row(2, "hr:me", 15s)));
    EXPECT_FALSE(shared.may_take(row(2, "hr:me", 14s)));
}

TEST(Reclaim, TakesFromPythonOnlyAfterItsOwnTimeout) {
    EXPECT_FALSE(shared.may_take(row(1, "4b1f", 599s)));
    EXPECT_TRUE(shared.may_take(row(1, "4b1f", 600s)));
    const reclaim_rules alone{15s, 15s, 5, {}};
    EXPECT_TRUE(alone.may_take(row(1, "4b1f", 15s)));
}

TEST(Reclaim, TakesSuspectsOneAtATimeAndTheLeastSuspiciousFirst) {
    std::vector<pending_row> rows;
    for (const unsigned deliveries : {4u, 2u, 1u, 2u, 5u})
        rows.push_back({{rows.size() + 1, 0}, "hr:a", 20s, deliveries});
    const auto with = to_claim(rows, shared, 10, true);
    ASSERT_EQ(with.size(), 1u);
    std::vector<std::uint64_t> ids;
    for (const auto& each : with[0].rows) ids.push_back(each.id.ms);
    EXPECT_THAT(ids, ::testing::ElementsAre(2, 3, 5));  // the fifth is not run, but buried
    EXPECT_EQ(to_claim(rows, shared, 10, false)[0].rows.size(), 2u);
}

TEST(Reclaim, ClaimsWithTheBoundOfEachOwnerAndNoMoreThanFits) {
    const std::vector rows{row(1, "hr:a", 20s), row(2, "py", 700s), row(3, "hr:b", 16s),
                           row(4, "py", 20s), row(5, "hr:c", 90s)};
    const auto batches = to_claim(rows, shared, 3, true);
    ASSERT_EQ(batches.size(), 2u);
    EXPECT_EQ(batches[0].least_idle, 15s);
    EXPECT_EQ(batches[0].rows.size(), 2u);
    EXPECT_EQ(batches[1].least_idle, 600s);
    EXPECT_EQ(batches[1].rows.front().id.ms, 2u);
    EXPECT_TRUE(to_claim(rows, shared, 0, true).empty());
}

TEST(Reclaim, TheCursorGoesOnBehindAFullPageAndBeginsAgainAfterTheLast) {
    reclaim_cursor cursor;
    EXPECT_EQ(cursor.from(), "-");
    cursor.saw({row(1, "a", 1s), row(9, "a", 1s)}, 2);
    EXPECT_EQ(cursor.from(), "(9-0");
    EXPECT_FALSE(cursor.at_start());
    cursor.saw({row(12, "a", 1s)}, 2);
    EXPECT_EQ(cursor.from(), "-");
}

}  // namespace
}  // namespace headroom::tasks::detail
