#include "headroom/tasks/detail/reclaim.hpp"

#include <gmock/gmock.h>

namespace headroom::tasks::detail {
namespace {

using namespace std::chrono_literals;

pending_row row(std::uint64_t ms, std::string consumer, std::chrono::milliseconds idle) {
    return {{ms, 0}, std::move(consumer), idle, 1};
}

const reclaim_rules shared{15s, 600s, "hr:me", [](entry_id id) { return id.ms == 1; }};

TEST(Reclaim, TakesWhatWasNotRenewedForALease) {
    EXPECT_TRUE(shared.may_take(row(1, "hr:other", 15s)));
    EXPECT_FALSE(shared.may_take(row(1, "hr:other", 14'999ms)));
}

TEST(Reclaim, TakesOfItsOwnOnlyWhatItNeverGot) {
    EXPECT_FALSE(shared.may_take(row(1, "hr:me", 1h)));
    EXPECT_TRUE(shared.may_take(row(2, "hr:me", 15s)));
    EXPECT_FALSE(shared.may_take(row(2, "hr:me", 14s)));
}

TEST(Reclaim, TakesFromPythonOnlyAfterItsOwnTimeout) {
    EXPECT_FALSE(shared.may_take(row(1, "4b1f", 599s)));
    EXPECT_TRUE(shared.may_take(row(1, "4b1f", 600s)));
    const reclaim_rules alone{15s, 15s, "hr:me", {}};
    EXPECT_TRUE(alone.may_take(row(1, "4b1f", 15s)));
}

TEST(Reclaim, ClaimsWithTheBoundOfEachOwnerAndNoMoreThanFits) {
    const std::vector rows{row(1, "hr:a", 20s), row(2, "py", 700s), row(3, "hr:b", 16s),
                           row(4, "py", 20s), row(5, "hr:c", 90s)};
    const auto batches = to_claim(rows, shared, 3);
    ASSERT_EQ(batches.size(), 2u);
    EXPECT_EQ(batches[0].least_idle, 15s);
    EXPECT_EQ(batches[0].rows.size(), 2u);
    EXPECT_EQ(batches[1].least_idle, 600s);
    EXPECT_EQ(batches[1].rows.front().id.ms, 2u);
    EXPECT_TRUE(to_claim(rows, shared, 0).empty());
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
