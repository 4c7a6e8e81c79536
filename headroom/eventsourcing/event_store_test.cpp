#include "headroom/eventsourcing/event_store.hpp"

#include "headroom/eventsourcing/store_fixture.hpp"
#include "headroom/testing/part_contract.hpp"
#include "headroom/testing/run.hpp"

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

TEST_F(Store, TheSameAppendAgainIsAnsweredWithTheFirstPositions) {
    inside([&]() -> task<void> {
        const auto what = request_of(new_uuid(), 0);
        const auto first = co_await store().append(what, soon());
        const auto again = co_await store().append(what, soon());
        EXPECT_EQ(again.value().positions, first.value().positions);
        EXPECT_TRUE(again->repeated);
        EXPECT_EQ(rows(), 1);
        EXPECT_EQ(store().figures().repeated, 1U);
    });
}

TEST_F(Store, TheSameAppendTwiceAtOnceIsRecordedOnce) {
    inside([&]() -> task<void> {
        const auto what = request_of(new_uuid(), 0);
        unsigned repeated = 0;
        for (int i = 0; i < 5; ++i)
            beside([&]() -> task<void> {
                if ((co_await store().append(what, soon())).value().repeated) ++repeated;
            });
        co_await all_done();
        EXPECT_EQ(repeated, 4U);
        EXPECT_EQ(rows(), 1);
    });
}

TEST_F(Store, AnIdWithAnotherContentIsACallersDefect) {
    inside([&]() -> task<void> {
        const auto what = request_of(new_uuid(), 0);
        co_await store().append(what, soon());
        auto changed = what, elsewhere = what, later = what;
        changed.streams[0].events[0].state = R"({"other":1})";
        elsewhere.streams[0].stream = new_uuid();
        later.streams[0].expected = 1;
        for (const auto& each : {changed, elsewhere, later}) {
            const auto answer = co_await store().append(each, soon());
            const auto* taken =
                answer ? nullptr : std::get_if<id_conflict>(&answer.error());
            EXPECT_TRUE(taken != nullptr && taken->id == what.streams[0].events[0].id);
        }
        EXPECT_EQ(rows(), 1);
    });
}

TEST_F(Store, ATakenIdDoesNotTakeItsNeighboursDown) {
    inside([&]() -> task<void> {
        const auto taken = request_of(new_uuid(), 0);
        co_await store().append(taken, soon());
        unsigned won = 0, refused = 0;
        for (int i = 0; i < 20; ++i)
            beside([&, i]() -> task<void> {
                auto what = request_of(new_uuid(), 0);
                if (i == 7) what.streams[0].events[0].id = taken.streams[0].events[0].id;
                const auto answer = co_await store().append(what, soon());
                if (answer) ++won;
                else if (std::holds_alternative<id_conflict>(answer.error())) ++refused;
            });
        co_await all_done();
        EXPECT_EQ(won, 19U);
        EXPECT_EQ(refused, 1U);
    });
}

TEST_F(Store, ManyCallersShareTransactions) {
    inside([&]() -> task<void> {
        for (int i = 0; i < 500; ++i)
            beside([&]() -> task<void> {
                EXPECT_TRUE((co_await store().append(request_of(new_uuid(), 0), soon())));
            });
        co_await all_done();
        const auto figures = store().figures();
        EXPECT_EQ(figures.appends, 500U);
        EXPECT_EQ(figures.events, 500U);
        EXPECT_LE(figures.transactions, 50U);
        EXPECT_EQ(figures.waiting, 0U);
    });
}

TEST_F(Store, ALongStreamIsReadInPages) {
    inside([&]() -> task<void> {
        const auto order = new_uuid();
        stream_version version = 0;
        for (const auto& [count, bytes] : {std::pair{300, 2}, {250, 10}, {3, 900'000}}) {
            append_request what{{{order, version, {}}}, {}, {}};
            for (int i = 0; i < count; ++i)
                what.streams[0].events.push_back(
                    event_of(std::string(static_cast<std::size_t>(bytes), 'x')));
            EXPECT_TRUE((co_await store().append(what, soon())));
            version += count;
        }
        const auto past = co_await store().read(order, 100, soon());
        EXPECT_EQ(past.events().size(), 453U);
        stream_version expected = 100;
        for (const auto& each : past.events()) EXPECT_EQ(each.version, ++expected);
        EXPECT_EQ(past.events().back().state.size(), 900'000U);
    });
}

TEST_F(Store, OnlyTheNewestSnapshotIsKept) {
    inside([&]() -> task<void> {
        const auto order = new_uuid();
        EXPECT_FALSE((co_await store().latest_snapshot(order, soon())).has_value());
        for (const stream_version version : {5, 20, 10}) {
            const snapshot what{version, "shop:Order", "v" + std::to_string(version)};
            co_await store().save_snapshot(order, what, soon());
        }
        const auto latest = co_await store().latest_snapshot(order, soon());
        EXPECT_EQ(latest.value().version, 20);
        EXPECT_EQ(latest->topic, "shop:Order");
        EXPECT_EQ(latest->state, "v20");
        EXPECT_EQ(server().value("select count(*) from headroom_snapshots", database), "1");
    });
}

TEST_F(Store, ARequestBeyondItsBoundsIsRefusedInWords) {
    inside([&]() -> task<void> {
        auto what = request_of(new_uuid(), 0);
        what.streams[0].events[0].topic = std::string(300, 't');
        try {
            co_await store().append(what, soon());
            ADD_FAILURE() << "a topic of 300 bytes";
        } catch (const std::invalid_argument& refused) {
            EXPECT_STREQ(refused.what(), "bytes of a topic: 300, at most 255");
        }
    });
}

TEST_F(Store, ItIsCalledFromAnyReactor) {
    store();
    testing::run([&]() -> task<void> {
        const auto order = new_uuid();
        EXPECT_TRUE((co_await store().append(request_of(order, 0), soon())));
        EXPECT_EQ((co_await store().read(order, 0, soon())).events().size(), 1U);
        EXPECT_FALSE((co_await store().append(request_of(order, 0), soon())));
    });
}

TEST_F(Store, TheListenerHearsTheLastPositionOfEachTransaction) {
    process_.emplace(url());
    std::vector<log_position> heard;
    process_->store().on_appended([&](log_position last) { heard.push_back(last); });
    process_->store().start(soon());
    inside([&]() -> task<void> {
        for (int i = 0; i < 3; ++i) {
            append_request what{{{new_uuid(), 0, {event_of(), event_of()}}}, {}, {}};
            co_await store().append(what, soon());
        }
        EXPECT_EQ(heard, (std::vector<log_position>{2, 4, 6}));
    });
}

TEST_F(Store, ASequenceThatCyclesIsRefusedAtTheStart) {
    server().sql("alter sequence headroom_events_notification_id_seq cycle", database);
    process_.emplace(url());
    EXPECT_THROW(process_->store().start(soon()), std::runtime_error);
}

/// A store with all it needs, as one part.
class whole_store final : public part {
public:
    explicit whole_store(const std::string& url) : process_(url) {}
    std::string_view name() const noexcept override { return process_.store().name(); }
    void start(deadline by) override { process_.store().start(by); }
    void stop(deadline until) noexcept override { process_.store().stop(until); }

private:
    mutable store_process process_;
};

TEST_F(Store, KeepsTheContractOfAPart) {
    testing::expect_keeps_contract([&] { return std::make_unique<whole_store>(url()); });
}

TEST_F(Store, OnceStoppedItRefusesAndHoldsNothing) {
    inside([&]() -> task<void> { co_await store().append(request_of(new_uuid(), 0), soon()); });
    const auto before = process().book().of("postgres").held();
    store().stop(soon());
    EXPECT_EQ(process().book().of("postgres").held(), before - 2);
    inside([&]() -> task<void> {
        try {
            co_await store().append(request_of(new_uuid(), 0), soon());
            ADD_FAILURE() << "it is stopped";
        } catch (const budget::refused& refused) {
            EXPECT_EQ(refused.why().reason, budget::refusal_reason::closing);
        }
    });
}

}  // namespace
}  // namespace headroom::eventsourcing
