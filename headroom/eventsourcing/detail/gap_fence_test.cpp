#include "headroom/eventsourcing/detail/gap_fence.hpp"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>

namespace headroom::eventsourcing::detail {
namespace {

using ::testing::ElementsAre;
using ask = gap_fence::ask;
using numbers = std::vector<log_position>;

std::size_t saw(gap_fence& by, const numbers& what) { return by.saw_events(what); }

TEST(GapFence, AnEmptyTableHasAHeadAtOnce) {
    gap_fence fence(0);
    EXPECT_TRUE(fence.knows_head());
    EXPECT_EQ(fence.next(), ask::events);
}

TEST(GapFence, TheFirstHeadIsKnownOnceTheWritersOfThatMomentHaveEnded) {
    gap_fence fence(10);
    EXPECT_EQ(fence.next(), ask::holders);
    fence.saw_holders({"3/1", "4/7"});
    EXPECT_TRUE(fence.waiting());
    fence.saw_holders({"4/7", "5/1"});  // a newcomer is nobody's business
    EXPECT_FALSE(fence.knows_head());
    fence.saw_holders({"5/1"});
    EXPECT_TRUE(fence.knows_head());
    EXPECT_EQ(fence.head(), 10);
}

TEST(GapFence, NumbersInARowAreHandedOut) {
    gap_fence fence(0);
    EXPECT_EQ(saw(fence, {1, 2, 3}), 3U);
    EXPECT_EQ(fence.head(), 3);
    EXPECT_EQ(fence.next(), ask::events);
}

TEST(GapFence, AHoleStopsTheHead) {
    gap_fence fence(0);
    EXPECT_EQ(saw(fence, {1, 3, 4}), 1U);
    EXPECT_EQ(fence.hole(), 2);
    EXPECT_EQ(fence.next(), ask::holders);
    fence.saw_holders({"7/7"});
    EXPECT_TRUE(fence.waiting());
    EXPECT_THAT(fence.suspects(), ElementsAre("7/7"));
}

TEST(GapFence, AFilledHoleIsForgotten) {
    gap_fence fence(0);
    saw(fence, {1, 3});
    fence.saw_holders({"7/7"});
    EXPECT_EQ(saw(fence, {2, 3}), 2U);
    EXPECT_FALSE(fence.waiting());
    EXPECT_EQ(fence.counted(), (gap_fence::counts{1, 0}));
}

TEST(GapFence, ANumberOfNobodyIsPassedOverOnlyAfterAnotherRead) {
    gap_fence fence(0);
    saw(fence, {1, 3});
    fence.saw_holders({"7/7"});
    fence.saw_holders({});
    EXPECT_EQ(fence.next(), ask::events) << "the read after the list decides";
    EXPECT_EQ(fence.head(), 1);
    EXPECT_EQ(saw(fence, {3}), 1U);
    EXPECT_EQ(fence.counted(), (gap_fence::counts{1, 1}));
}

TEST(GapFence, WithoutAnyHolderTheNextReadStillDecides) {
    gap_fence fence(0);
    saw(fence, {1, 3});
    fence.saw_holders({});
    EXPECT_EQ(saw(fence, {2, 3}), 2U) << "it was committed between the two";
}

TEST(GapFence, AHoleAboveTheFenceNeedsOneOfItsOwn) {
    gap_fence fence(0);
    saw(fence, {2});
    fence.saw_holders({});
    EXPECT_EQ(saw(fence, {2, 5}), 1U);
    EXPECT_EQ(fence.hole(), 3);
    EXPECT_EQ(fence.counted().holes, 2U);
}

TEST(GapFence, OnAnotherConnectionTheHoldersAreListedAnew) {
    gap_fence fence(0);
    saw(fence, {2});
    fence.saw_holders({"7/7"});
    fence.lost_sight();
    fence.saw_holders({"-1/55"});  // the same transaction after a restart
    EXPECT_TRUE(fence.waiting());
    fence.saw_holders({"-1/55"});
    EXPECT_TRUE(fence.waiting());
}

/// A table and its writers: transactions that draw numbers, then commit or roll back in any order.
struct simulated_table {
    std::map<int, numbers> open;  // a transaction and the numbers it drew
    std::set<log_position> visible, rolled_back;
    log_position last = 0;
    int transactions = 0;

    void begin(int draws) {
        auto& drawn = open[++transactions];
        while (draws-- > 0) drawn.push_back(++last);
    }
    void end(std::size_t which, bool commit) {
        if (open.empty()) return;
        const auto at = std::next(open.begin(), static_cast<std::ptrdiff_t>(which % open.size()));
        (commit ? visible : rolled_back).insert(at->second.begin(), at->second.end());
        open.erase(at);
    }
    numbers after(log_position head, std::size_t limit) const {
        numbers found;
        for (auto at = visible.upper_bound(head); at != visible.end() && found.size() < limit; ++at)
            found.push_back(*at);
        return found;
    }
    std::vector<std::string> holders() const {
        std::vector<std::string> names;
        for (const auto& each : open) names.push_back(std::to_string(each.first));
        return names;
    }
};

/// One look of a reader: whatever the fence asks for.
void look(gap_fence& fence, const simulated_table& at, numbers& delivered) {
    if (fence.next() == ask::holders) return fence.saw_holders(at.holders());
    const auto found = at.after(fence.head(), 5);
    const auto taken = fence.saw_events(found);
    delivered.insert(delivered.end(), found.begin(),
                     found.begin() + static_cast<std::ptrdiff_t>(taken));
}

RC_GTEST_PROP(GapFence, WhatWasCommittedIsDeliveredOnceAndInOrder,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& script)) {
    simulated_table table;
    gap_fence fence(0);
    numbers delivered;
    for (const auto& [what, which] : script) {
        if (what % 4 == 0) table.begin(1 + which % 3);
        else if (what % 4 == 1) table.end(which, which % 5 != 0);
        else look(fence, table, delivered);
    }
    while (!table.open.empty()) table.end(0, true);
    for (int i = 0; i < 1000 && fence.head() < table.last; ++i) look(fence, table, delivered);
    RC_ASSERT(delivered == numbers(table.visible.begin(), table.visible.end()));
}

// Whoever ran is rolled back; numbers above the last committed one may be drawn a second time.
void crash(simulated_table& table, gap_fence& fence) {
    while (!table.open.empty()) table.end(0, false);
    table.last = table.visible.empty() ? 0 : *table.visible.rbegin();
    fence.lost_sight();
}

RC_GTEST_PROP(GapFence, CrashesOfTheServerLoseNothing,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& script)) {
    simulated_table table;
    gap_fence fence(0);
    numbers delivered;
    for (const auto& [what, which] : script) {
        if (what % 8 < 2) table.begin(1 + which % 3);
        else if (what % 8 < 4) table.end(which, which % 5 != 0);
        else if (what % 8 < 7) look(fence, table, delivered);
        else if (which % 2 == 0) fence.lost_sight();
        else crash(table, fence);
    }
    while (!table.open.empty()) table.end(0, true);
    for (int i = 0; i < 1000 && fence.head() < table.last; ++i) look(fence, table, delivered);
    RC_ASSERT(delivered == numbers(table.visible.begin(), table.visible.end()));
}

RC_GTEST_PROP(GapFence, NothingBecomesVisibleBelowAHeadOnceItIsKnown,
              (const std::vector<std::pair<std::uint8_t, std::uint8_t>>& script)) {
    simulated_table table;
    std::optional<gap_fence> fence;
    numbers delivered;
    std::optional<std::size_t> below;  // events up to the first head
    for (const auto& [what, which] : script) {
        if (what % 4 == 0) table.begin(1 + which % 3);
        else if (what % 4 == 1) table.end(which, which % 5 != 0);
        else if (!fence) fence.emplace(table.visible.empty() ? 0 : *table.visible.rbegin());
        else look(*fence, table, delivered);
        if (fence && fence->knows_head() && !below)
            below = table.visible.size() - table.after(fence->head(), SIZE_MAX).size();
    }
    if (!below) return;
    while (!table.open.empty()) table.end(0, true);
    for (int i = 0; i < 1000 && fence->head() < table.last; ++i) look(*fence, table, delivered);
    RC_ASSERT(*below + delivered.size() == table.visible.size());
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
