#include "headroom/eventsourcing/feed.hpp"

#include <gmock/gmock.h>

#include <list>

#include "headroom/eventsourcing/feed_fixture.hpp"
#include "headroom/testing/part_contract.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using positions = std::vector<log_position>;

/// What comes within two seconds did not come by a poll.
constexpr feed_bounds seldom_polling{.poll_least_ms = 5s, .poll_most_ms = 5s};

class Feed : public StoreFixture {
protected:
    feed_process& started(const feed_bounds& bounds = {}) {
        feeding.emplace(url(), bounds);
        feeding->start();
        return *feeding;
    }
    void insert(int count) const {
        server().sql("insert into headroom_events (originator_id, originator_version, topic, "
                     "state) select gen_random_uuid(), 1, 'shop:Order.Placed', '{}' "
                     "from generate_series(1, " + std::to_string(count) + ")",
                     database);
    }
    /// Numbers that a rolled-back transaction drew.
    void burn(int count) const {
        server().sql("select nextval('headroom_events_notification_id_seq') "
                     "from generate_series(1, " + std::to_string(count) + ")",
                     database);
    }
    positions all_after(log_position after, std::size_t count, std::size_t at_once = 100) {
        positions seen;
        feeding->run([&]() -> task<void> {
            seen = co_await follow(feeding->feed(), after, count, at_once);
        });
        return seen;
    }
    /// A transaction that has run `text`, of another user of the database.
    task<persistence::transaction> open_transaction(persistence::statement text) {
        auto begun = co_await feeding->database().sessions().begin(somebody, soon());
        auto open = std::move(begun.value());
        co_await open.run(text, soon());
        co_return open;
    }

    budget::holder somebody{"somebody"};
    std::optional<feed_process> feeding;
};

TEST_F(Feed, HandsOutWhatWasThereAndWhatComes) {
    insert(3);
    started();
    EXPECT_THAT(all_after(0, 3), ElementsAre(1, 2, 3));
    insert(2);
    EXPECT_THAT(all_after(3, 2), ElementsAre(4, 5));
    EXPECT_EQ(feeding->feed().head(), 5);
}

TEST_F(Feed, AnEventIsReadAsItWasAppended) {
    auto& process = started();
    const auto stream = new_uuid();
    process.run([&]() -> task<void> {
        append_request what{{{stream, 0, {event_of(R"({"n":1})", "shop:Order.Placed")}}}, {}, {}};
        what.context.tenant = "acme";
        what.context.user_id = "u1";
        EXPECT_TRUE((co_await process.store().append(std::move(what), soon())).has_value());
        const auto page = co_await process.feed().next(0, 10, soon());
        if (page.events().size() != 1) co_return ADD_FAILURE() << page.events().size();
        const auto& event = page.events()[0];
        EXPECT_EQ(event.stream, stream);
        EXPECT_EQ(event.version, 1);
        EXPECT_EQ(event.topic, "shop:Order.Placed");
        EXPECT_EQ(event.state, R"({"n":1})");
        EXPECT_EQ(event.tenant, "acme");
        EXPECT_THAT(std::string(event.metadata), ::testing::HasSubstr("u1"));
    });
}

TEST_F(Feed, NumbersOfNobodyArePassedOver) {
    insert(1);
    burn(3);
    started();
    burn(2);
    insert(1);
    EXPECT_THAT(all_after(0, 2), ElementsAre(1, 7));
    EXPECT_EQ(feeding->feed().figures().dead, 5U);
}

TEST_F(Feed, AtTheDeadlineThePageIsEmptyAndGoesNoFurther) {
    auto& process = started();
    process.run([&]() -> task<void> {
        const auto page = co_await process.feed().next(0, 10, deadline::after(20ms));
        EXPECT_TRUE(page.events().empty());
        EXPECT_EQ(page.through(), 0);
    });
}

TEST_F(Feed, ReadersFarBehindShareThePagesTheyRead) {
    insert(1000);
    started({.page_events_max = 100});
    for (int readers = 0; readers < 4; ++readers)
        EXPECT_EQ(all_after(0, 1000, 64).size(), 1000U);
    EXPECT_EQ(feeding->feed().figures().catch_up_reads, 10U);
    EXPECT_LE(feeding->feed().figures().memory_bytes, feed_bounds{}.memory_bytes_max);
}

TEST_F(Feed, MemoryKeepsWithinItsBound) {
    started({.memory_bytes_max = 64 * 1024, .page_events_max = 50});
    server().sql("insert into headroom_events (originator_id, originator_version, topic, state) "
                 "select gen_random_uuid(), 1, 't', convert_to(repeat('x', 1000), 'UTF8') "
                 "from generate_series(1, 500)",
                 database);
    EXPECT_EQ(all_after(0, 500).size(), 500U);
    EXPECT_EQ(all_after(0, 500).size(), 500U);
    EXPECT_LE(feeding->feed().figures().memory_bytes, 64U * 1024);
}

TEST_F(Feed, ALargeEventIsReadAlone) {
    started({.memory_bytes_max = 64 * 1024});
    server().sql("insert into headroom_events (originator_id, originator_version, topic, state) "
                 "select gen_random_uuid(), 1, 't', convert_to(repeat('x', 100000), 'UTF8') "
                 "from generate_series(1, 5)",
                 database);
    EXPECT_EQ(all_after(0, 5).size(), 5U);
}

constexpr persistence::statement insert_one(
    "insert into headroom_events (originator_id, originator_version, topic, state)"
    " values (gen_random_uuid(), 1, 't', '{}')");

TEST_F(Feed, WhatIsUncommittedIsWaitedFor) {
    auto& process = started();
    process.run([&]() -> task<void> {
        auto open = co_await open_transaction(insert_one);
        insert(2);
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return process.feed().figures().stall.has_value(); }));
        const auto stall = process.feed().figures().stall.value_or(feed_stall{});
        EXPECT_EQ(stall.at, 1);
        EXPECT_THAT(stall.application_name, ::testing::EndsWith("/persistence.sessions"));
        EXPECT_EQ(process.feed().head(), 0);
        co_await open.commit(soon());
    });
    EXPECT_THAT(all_after(0, 3), ElementsAre(1, 2, 3));
    EXPECT_FALSE(feeding->feed().figures().stall.has_value());
}

TEST_F(Feed, AForeignTransactionHoldsNobodyUp) {
    auto& process = started();
    server().sql("create table elsewhere (n int); grant insert on elsewhere to public", database);
    process.run([&]() -> task<void> {
        const auto open = co_await open_transaction("insert into elsewhere values (1)");
        burn(1);
        insert(1);
        EXPECT_THAT(co_await follow(process.feed(), 0, 1), ElementsAre(2));
    });
}

TEST_F(Feed, ALostBackendOrAnEndedListenerCostsNothing) {
    auto& process = started();
    for (const auto& each : server().backends())
        if (each.application_name.ends_with("/eventsourcing.feed") ||
            each.application_name.ends_with("/persistence.control"))
            server().terminate(each.pid);
    insert(3);
    EXPECT_THAT(all_after(0, 3), ElementsAre(1, 2, 3));
    EXPECT_TRUE(testing::eventually([&] { return process.control().connects() >= 2; }));
}

TEST_F(Feed, APokeInTheProcessWakesItAtOnce) {
    auto& process = started(seldom_polling);
    insert(1);
    process.feed().poke(1);
    EXPECT_TRUE(testing::eventually([&] { return process.feed().head() == 1; }, 2s));
}

TEST_F(Feed, ANotificationOfAnotherProcessWakesIt) {
    auto& process = started(seldom_polling);
    insert(1);
    server().sql("notify headroom_events, '1'", database);
    EXPECT_TRUE(testing::eventually([&] { return process.feed().head() == 1; }, 2s));
}

TEST_F(Feed, WhenNothingComesItPollsLessAndLess) {
    const auto begun = std::chrono::steady_clock::now();
    auto& process = started({.poll_least_ms = 1ms, .poll_most_ms = 64ms});
    EXPECT_TRUE(testing::eventually([&] { return process.feed().figures().polls >= 15; }));
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 300ms) << "1 + 2 + 4 ... 64 + 64 ...";
}

TEST_F(Feed, WithoutAReserveItCatchesUpOverItsOwnSession) {
    insert(500);
    auto& process = started({.page_events_max = 50});
    const auto writers = process.book().take("eventsourcing.writers").value();  // not to be lent
    std::list<budget::holder> holders;
    std::vector<persistence::session> held;
    process.run([&]() -> task<void> {
        for (;;) {  // the floor, and all of the reserve
            auto& by = holders.emplace_back("another");
            auto lent = co_await process.database().sessions().take(by, deadline::after(1s));
            if (!lent) break;  // longer than one takes to be opened
            held.push_back(std::move(*lent));
        }
    });
    EXPECT_EQ(all_after(0, 500).size(), 500U);
    EXPECT_EQ(process.feed().figures().catch_up_reads, 10U);
    for (const auto& each : server().backends())
        EXPECT_FALSE(each.database == database &&
                     each.application_name.ends_with("/eventsourcing.catch_up"));
    process.run([&]() -> task<void> {
        held.clear();
        co_return;
    });
}

/// A feed with all it needs, as one part.
class whole_feed final : public part {
public:
    explicit whole_feed(const std::string& url) : process_(url) {}
    std::string_view name() const noexcept override { return process_.feed().name(); }
    void start(deadline by) override { process_.feed().start(by); }
    void stop(deadline until) noexcept override { process_.feed().stop(until); }

private:
    mutable feed_process process_;
};

TEST_F(Feed, KeepsTheContractOfAPart) {
    testing::expect_keeps_contract([&] { return std::make_unique<whole_feed>(url()); });
}

TEST_F(Feed, ASequenceThatIsCachedIsRefusedAtTheStart) {
    server().sql("alter sequence headroom_events_notification_id_seq cache 20", database);
    feed_process process(url());
    try {
        process.feed().start(soon());
        ADD_FAILURE() << "it started";
    } catch (const std::exception& refused) {
        EXPECT_THAT(refused.what(), ::testing::StartsWith(
            "sequence headroom_events_notification_id_seq has CACHE 20 and needs CACHE 1"));
    }
    server().sql("alter sequence headroom_events_notification_id_seq cache 1", database);
    EXPECT_NO_THROW(feed_process(url()).start());
}

TEST_F(Feed, OneOfANameReadsInAProcess) {
    auto& process = started();
    EXPECT_TRUE(process.feed().enter("shop.orders"));
    EXPECT_FALSE(process.feed().enter("shop.orders"));
    process.feed().leave("shop.orders");
    EXPECT_TRUE(process.feed().enter("shop.orders"));
}

TEST_F(Feed, StoppingRefusesWhoWaits) {
    auto& process = started();
    bool refused = false;
    process.home().spawn([&]() -> task<void> {
        try {
            co_await process.feed().next(0, 10, soon());
        } catch (const budget::refused&) {
            refused = true;
        }
    });
    process.feed().stop(soon());
    EXPECT_TRUE(refused);
    EXPECT_TRUE(server().backends().size() > 0);
}

}  // namespace
}  // namespace headroom::eventsourcing
