#include "headroom/eventsourcing/detail/event_pages.hpp"

#include <gtest/gtest.h>

namespace headroom::eventsourcing::detail {
namespace {

page_ptr page_of(log_position after, std::vector<log_position> numbers, log_position through,
                 std::size_t bytes = 10) {
    auto made = std::make_shared<page>();
    made->after = after;
    made->through = through;
    made->bytes = bytes;
    for (const auto each : numbers) {
        recorded_event event;
        event.position = each;
        made->events.push_back(event);
    }
    return made;
}

TEST(EventPages, APartBeginsBehindThePositionAsked) {
    const auto part = part_of(page_of(0, {1, 3, 4}, 6), 1, 10);
    ASSERT_EQ(part.events().size(), 2U);
    EXPECT_EQ(part.events()[0].position, 3);
    EXPECT_EQ(part.through(), 6) << "the numbers behind the last event are empty";
}

TEST(EventPages, APartThatIsCutGoesThroughItsLastEvent) {
    EXPECT_EQ(part_of(page_of(0, {1, 3, 4}, 6), 0, 2).through(), 3);
}

TEST(EventPages, ThePartBehindTheLastEventIsEmptyAndMovesOn) {
    const auto part = part_of(page_of(0, {1}, 6), 4, 10);
    EXPECT_TRUE(part.events().empty());
    EXPECT_EQ(part.through(), 6);
}

TEST(EventPages, TheTailServesWhatIsRecent) {
    event_pages pages(1000);
    pages.restart(5);
    pages.append(page_of(5, {6, 7}, 7));
    pages.append(page_of(7, {9}, 9));
    EXPECT_EQ(pages.head(), 9);
    EXPECT_EQ(pages.find(5)->after, 5);
    EXPECT_EQ(pages.find(7)->after, 7);
    EXPECT_EQ(pages.find(8)->after, 7);
    EXPECT_EQ(pages.find(4), nullptr);
}

TEST(EventPages, TheTailForgetsItsOldestPageBeyondItsBytes) {
    event_pages pages(40);
    pages.restart(0);
    for (log_position i = 0; i < 5; ++i) pages.append(page_of(i, {i + 1}, i + 1, 10));
    EXPECT_EQ(pages.bytes(), 20U);
    EXPECT_EQ(pages.tail_begins(), 3);
}

TEST(EventPages, ALargePageIsKeptAlone) {
    event_pages pages(40);
    pages.restart(0);
    pages.append(page_of(0, {1}, 1, 10));
    pages.append(page_of(1, {2}, 2, 500));
    EXPECT_EQ(pages.bytes(), 500U);
    EXPECT_EQ(pages.tail_begins(), 1);
}

TEST(EventPages, PagesOfThePastAreSharedUntilOthersNeedTheRoom) {
    event_pages pages(40);
    pages.restart(100);
    pages.keep(page_of(0, {1}, 10, 10));
    pages.keep(page_of(10, {11}, 20, 10));
    EXPECT_EQ(pages.find(5)->after, 0) << "used: the other one goes first";
    pages.keep(page_of(20, {21}, 30, 10));
    EXPECT_EQ(pages.find(15), nullptr);
    EXPECT_EQ(pages.find(0)->through, 10);
    EXPECT_EQ(pages.bytes(), 20U);
}

TEST(EventPages, ARestartForgetsEverything) {
    event_pages pages(40);
    pages.restart(100);
    pages.keep(page_of(0, {1}, 10, 10));
    pages.append(page_of(100, {101}, 101, 10));
    pages.restart(50);
    EXPECT_EQ(pages.head(), 50);
    EXPECT_EQ(pages.bytes(), 0U);
    EXPECT_EQ(pages.find(0), nullptr);
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
