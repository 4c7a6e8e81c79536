#include "headroom/eventsourcing/event_store.hpp"

#include "headroom/eventsourcing/store_fixture.hpp"

namespace headroom::eventsourcing {
namespace {

struct Store : StoreFixture {};

TEST_F(Store, WhatIsAppendedCanBeReadBack) {
    inside([&]() -> task<void> {
        const auto order = new_uuid();
        const event_context context{"acme", "c-1", "", "u \"1\""};
        const append_request what{{{order, 0, {event_of(R"({"n":1})"), event_of(R"({"n":2})")}}},
                                  context,
                                  {}};
        const auto done = co_await store().append(what, soon());
        EXPECT_EQ(done.value().positions, (std::vector<log_position>{1, 2}));
        EXPECT_FALSE(done->repeated);
        const auto past = co_await store().read(order, 0, soon());
        EXPECT_EQ(past.events().size(), 2U);
        if (past.events().size() != 2) co_return;
        const auto& second = past.events()[1];
        EXPECT_EQ(second.stream, order);
        EXPECT_EQ(second.version, 2);
        EXPECT_EQ(second.position, 2);
        EXPECT_EQ(second.id, what.streams[0].events[1].id);
        EXPECT_EQ(second.topic, "shop:Order.Placed");
        EXPECT_EQ(second.state, R"({"n":2})");
        EXPECT_EQ(second.tenant, "acme");
        EXPECT_EQ(second.metadata, R"({"user_id": "u \"1\"", "correlation_id": "c-1"})");
        EXPECT_EQ((co_await store().read(order, 1, soon())).events().size(), 1U);
        EXPECT_TRUE((co_await store().read(new_uuid(), 0, soon())).empty());
    });
}

TEST_F(Store, OfTwoWritersOfOneVersionOneWinsAndTheOtherLearnsWhatIsThere) {
    inside([&]() -> task<void> {
        const auto order = new_uuid();
        unsigned won = 0;
        std::vector<version_conflict> lost;
        for (int i = 0; i < 2; ++i)
            beside([&]() -> task<void> {
                const auto answer = co_await store().append(request_of(order, 0), soon());
                if (answer) ++won;
                else lost.push_back(conflict_in(answer));
            });
        co_await all_done();
        EXPECT_EQ(won, 1U);
        EXPECT_EQ(lost.size(), 1U);
        if (lost.empty()) co_return;
        EXPECT_EQ(lost[0].stream, order);
        EXPECT_EQ(lost[0].expected, 0);
        EXPECT_EQ(lost[0].actual, 1);
    });
}

TEST_F(Store, SeveralStreamsAreWrittenTogetherOrNotAtAll) {
    inside([&]() -> task<void> {
        const auto one = new_uuid(), other = new_uuid();
        append_request both{{one_event(one, 0), one_event(other, 0)}, {}, {}};
        EXPECT_EQ((co_await store().append(both, soon())).value().positions.size(), 2U);
        append_request stale{{one_event(one, 1), one_event(other, 0)}, {}, {}};
        const auto refused = conflict_in(co_await store().append(stale, soon()));
        EXPECT_EQ(refused.stream, other);
        EXPECT_EQ(refused.actual, 1);
        EXPECT_EQ(rows(), 2);
    });
}

TEST_F(Store, ALoserDoesNotTakeItsNeighboursDown) {
    inside([&]() -> task<void> {
        const auto taken = new_uuid();
        co_await store().append(request_of(taken, 0), soon());
        unsigned won = 0, lost = 0;
        for (int i = 0; i < 40; ++i)
            beside([&, i]() -> task<void> {
                const auto to = i % 4 == 0 ? taken : new_uuid();
                const auto answer = co_await store().append(request_of(to, 0), soon());
                ++(answer ? won : lost);
            });
        co_await all_done();
        EXPECT_EQ(won, 30U);
        EXPECT_EQ(lost, 10U);
        EXPECT_EQ(rows(), 31);
    });
}

}  // namespace
}  // namespace headroom::eventsourcing
