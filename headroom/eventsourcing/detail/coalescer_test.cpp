#include "headroom/eventsourcing/detail/coalescer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace headroom::eventsourcing::detail {
namespace {

struct Coalescer : ::testing::Test {
    using entry = coalescer::entry;

    store_bounds bounds{};
    std::optional<coalescer> queue;
    deadline::clock::time_point now{};

    static uuid stream(std::uint8_t number) { return {{number}}; }
    entry make(std::vector<std::uint8_t> streams, std::size_t events = 1, std::size_t bytes = 0) {
        append_request what;
        for (const auto each : streams) {
            what.streams.push_back({stream(each), 0, {}});
            for (std::size_t i = 0; i < events; ++i)
                what.streams.back().events.push_back({new_uuid(), "", std::string(bytes, 'x')});
        }
        return std::make_shared<append_entry>(what, "", deadline(now));
    }
    coalescer& at_work() {
        if (!queue) queue.emplace(bounds);
        return *queue;
    }
    entry entered(std::vector<std::uint8_t> streams, std::size_t events = 1,
                  std::size_t bytes = 0) {
        auto one = make(std::move(streams), events, bytes);
        at_work().enter(one, now);
        return one;
    }
    std::vector<entry> next() { return at_work().next(); }
};

TEST_F(Coalescer, CarriesEverythingThatWaitsInTheOrderOfItsStreams) {
    const auto c = entered({3}), a = entered({1}), b = entered({2});
    EXPECT_EQ(next(), (std::vector{a, b, c}));
    EXPECT_TRUE(next().empty());
    EXPECT_EQ(queue->waiting(), 0U);
}

TEST_F(Coalescer, ATransactionHasAtMostSoManyAppends) {
    bounds.batch_appends_max = 2;
    for (std::uint8_t i = 1; i <= 5; ++i) entered({i});
    EXPECT_EQ(next().size(), 2U);
    EXPECT_EQ(next().size(), 2U);
    EXPECT_EQ(next().size(), 1U);
}

TEST_F(Coalescer, ATransactionHasAtMostSoManyEvents) {
    bounds.batch_events_max = 10;
    entered({1}, 6), entered({2}, 4), entered({3}, 1);
    EXPECT_EQ(next().size(), 2U);
    EXPECT_EQ(next().size(), 1U);
}

TEST_F(Coalescer, ATransactionHasAtMostSoManyBytes) {
    bounds.batch_bytes_max = 100;
    entered({1}, 1, 60), entered({2}, 1, 60);
    EXPECT_EQ(next().size(), 1U);
    EXPECT_EQ(next().size(), 1U);
}

TEST_F(Coalescer, AppendsToOneStreamGoOneAfterTheOther) {
    const auto first = entered({1}), second = entered({1}), third = entered({1});
    EXPECT_EQ(next(), std::vector{first});
    EXPECT_TRUE(next().empty()) << "the first is under way";
    queue->done(*first, now);
    EXPECT_EQ(next(), std::vector{second});
    queue->done(*second, now);
    EXPECT_EQ(next(), std::vector{third});
}

TEST_F(Coalescer, AnAppendToTwoStreamsWaitsForBoth) {
    const auto one = entered({1}), two = entered({2}), both = entered({2, 1});
    const auto behind = entered({1});
    EXPECT_EQ(next().size(), 2U);
    queue->done(*one, now);
    EXPECT_TRUE(next().empty());
    queue->done(*two, now);
    EXPECT_EQ(next(), std::vector{both}) << "who came later waits behind it";
    queue->done(*both, now);
    EXPECT_EQ(next(), std::vector{behind});
    queue->done(*behind, now);
    EXPECT_TRUE(queue->empty());
}

TEST_F(Coalescer, AnAppendWithGuardsTravelsAlone) {
    static constexpr persistence::statement nothing("select");
    entered({1});
    auto guarded = make({2});
    guarded->what.guards.push_back({nothing, {}});
    guarded->alone = true;
    queue->enter(guarded, now);
    entered({3});
    EXPECT_EQ(next().size(), 1U);
    EXPECT_EQ(next(), std::vector{guarded});
    EXPECT_EQ(next().size(), 1U);
}

TEST_F(Coalescer, WhatGoesAgainGoesFirstAndAlone) {
    const auto one = entered({1}), two = entered({2});
    next();
    const auto behind = entered({1});
    entered({3});
    queue->again(one, true);
    EXPECT_EQ(next(), std::vector{one});
    queue->done(*one, now);
    EXPECT_EQ(next().size(), 2U) << "the third, and who waited behind the first";
}

TEST_F(Coalescer, ACallerThatLeavesLetsTheNextOneForward) {
    const auto first = entered({1}), second = entered({1}), third = entered({1});
    EXPECT_TRUE(queue->leave(*second, now));
    EXPECT_TRUE(queue->leave(*first, now));
    EXPECT_EQ(queue->waiting(), 1U);
    EXPECT_EQ(next(), std::vector{third});
    EXPECT_FALSE(queue->leave(*third, now)) << "it is under way";
}

TEST_F(Coalescer, HasRoomForSoManyAppendsAndBytes) {
    bounds.waiting_max = 2;
    bounds.waiting_bytes_max = 100;
    EXPECT_FALSE(at_work().has_room(101));
    entered({1}, 1, 40);
    EXPECT_TRUE(queue->has_room(60));
    EXPECT_FALSE(queue->has_room(61));
    entered({2});
    EXPECT_FALSE(queue->has_room(0));
    next();
    EXPECT_TRUE(queue->has_room(100));
}

TEST_F(Coalescer, ClearingTakesWhatWaitsAndLeavesWhatIsUnderWay) {
    const auto carried = entered({1});
    next();
    entered({1}), entered({2, 3}), entered({3});
    EXPECT_EQ(queue->clear().size(), 3U);
    EXPECT_FALSE(queue->has_ready());
    EXPECT_FALSE(queue->empty());
    queue->done(*carried, now);
    EXPECT_TRUE(queue->empty());
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
