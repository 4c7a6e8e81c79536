// What an append becomes when the server, the network or another writer interferes.
#include "headroom/eventsourcing/store_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;

struct StoreFaults : StoreFixture {
    /// What a call ended with: "recorded", "refused", "queue full", "closing", "late" or "lost".
    static task<std::string> ending(task<std::expected<appended, append_refusal>> call) {
        try {
            co_return (co_await std::move(call)) ? "recorded" : "refused";
        } catch (const budget::refused& failed) {
            const auto full = failed.why().reason == budget::refusal_reason::queue_full;
            co_return full ? "queue full" : "closing";
        } catch (const persistence::deadline_passed&) {
            co_return "late";
        } catch (const persistence::connection_lost&) {
            co_return "lost";
        }
    }
    task<void> until_under_way() {
        const auto before = store().figures().transactions;
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return store().figures().transactions > before; }));
    }
    /// The server stands still while it lives.
    struct frozen {
        frozen() { server().freeze(); }
        ~frozen() { server().thaw(); }
    };
};

TEST_F(StoreFaults, ALostAcknowledgementIsLookedUpAndNothingIsRecordedTwice) {
    testing::tcp_fault_proxy network(server().socket_file());
    process_.emplace("postgresql://headroom_app@127.0.0.1:" + std::to_string(network.port()) +
                     "/" + database + "?sslmode=disable");
    store().start(soon());
    inside([&]() -> task<void> {
        co_await store().append(request_of(new_uuid(), 0), soon());
        network.delay(500ms);  // longer than a busy machine takes to look
        std::optional<appended> done;
        beside([&]() -> task<void> {
            append_request what{{{new_uuid(), 0, {event_of(), event_of()}}}, {}, {}};
            done = (co_await store().append(what, soon())).value();
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return rows() == 3; }));
        network.drop();
        network.pass();
        co_await all_done();
        EXPECT_TRUE(done->repeated);
        EXPECT_EQ(done->positions, (std::vector<log_position>{2, 3}));
        EXPECT_EQ(rows(), 3);
    });
}

TEST_F(StoreFaults, OfManyWritersThatReserveOneNameExactlyOneWins) {
    static constexpr persistence::statement reserve("insert into slugs values ($1)");
    server().sql("create table slugs (slug text constraint slugs_unique unique);"
                 "grant insert on slugs to headroom_app", database);
    process();
    store_process other(url(), {}, {}, process().threads());
    other.store().start(soon());
    inside([&]() -> task<void> {
        unsigned won = 0, refused = 0;
        for (int i = 0; i < 16; ++i)
            beside([&, i]() -> task<void> {
                auto what = request_of(new_uuid(), 0);
                what.guards.push_back({reserve, persistence::parameters::of("acme")});
                auto& by = i % 2 == 0 ? store() : other.store();
                const auto answer = co_await by.append(what, soon());
                if (answer) ++won;
                else if (const auto* taken = std::get_if<guard_conflict>(&answer.error()))
                    refused += taken->constraint == "slugs_unique";
            });
        co_await all_done();
        EXPECT_EQ(won, 1U);
        EXPECT_EQ(refused, 15U);
        EXPECT_EQ(rows(), 1);
    });
    other.store().stop(soon());
}

TEST_F(StoreFaults, AGuardNeverStandsWithoutItsEvents) {
    static constexpr persistence::statement reserve("insert into slugs values ($1)");
    server().sql("create table slugs (slug text unique); grant insert on slugs to headroom_app",
                 database);
    inside([&]() -> task<void> {
        auto what = request_of(new_uuid(), 0);
        what.guards.push_back({reserve, persistence::parameters::of("first")});
        EXPECT_TRUE((co_await store().append(what, soon())));
        EXPECT_TRUE((co_await store().append(what, soon())).value().repeated);
        auto stale = request_of(what.streams[0].stream, 0);
        stale.guards.push_back({reserve, persistence::parameters::of("second")});
        EXPECT_EQ(conflict_in(co_await store().append(stale, soon())).actual, 1);
        EXPECT_EQ(server().value("select string_agg(slug, ',') from slugs", database), "first");
    });
}

TEST_F(StoreFaults, ProcessesThatWriteTheSameStreamsNeverMixThem) {
    process();
    store_process other(url(), {}, {}, process().threads());
    other.store().start(soon());
    const std::vector<uuid> streams{new_uuid(), new_uuid(), new_uuid()};
    unsigned won = 0;
    inside([&]() -> task<void> {
        for (std::size_t i = 0; i < 8; ++i)
            beside([&, i]() -> task<void> {
                auto& by = i % 2 == 0 ? store() : other.store();
                std::vector<stream_version> known(3, 0);
                for (std::size_t turn = 0; turn < 60; ++turn) {
                    const auto a = (i + turn) % 3, b = (a + 1 + i % 2) % 3;
                    append_request what{
                        {one_event(streams[a], known[a]), one_event(streams[b], known[b])}, {}, {}};
                    const auto answer = co_await by.append(what, soon());
                    if (answer) ++won, ++known[a], ++known[b];
                    else if (const auto lost = conflict_in(answer); lost.stream == streams[a])
                        known[a] = lost.actual;
                    else known[b] = lost.actual;
                }
            });
        co_await all_done();
    });
    EXPECT_GT(won, 0U);
    EXPECT_EQ(rows(), 2 * won);
    EXPECT_EQ(server().value("select bool_and(n = last) from (select count(*) n, "
                             "max(originator_version) last from headroom_events "
                             "group by originator_id) each", database), "t");
    other.store().stop(soon());
}

TEST_F(StoreFaults, AnAppendEndsAtItsDeadline) {
    inside([&]() -> task<void> {
        co_await store().append(request_of(new_uuid(), 0), soon());
        const frozen still;
        const auto begun = deadline::clock::now();
        for (int i = 0; i < 3; ++i)
            beside([&]() -> task<void> {
                const auto until = deadline::after(150ms);
                EXPECT_EQ(co_await ending(store().append(request_of(new_uuid(), 0), until)),
                          "late");
            });
        co_await all_done();
        EXPECT_LT(deadline::clock::now() - begun, 400ms);
    });
    inside([&]() -> task<void> {
        EXPECT_EQ(co_await ending(store().append(request_of(new_uuid(), 0), soon())), "recorded");
    });
}

TEST_F(StoreFaults, AFullQueueRefusesWithItsFigures) {
    process({.waiting_max = 2});
    inside([&]() -> task<void> {
        const auto order = new_uuid();
        co_await store().append(request_of(order, 0), soon());
        const frozen still;
        for (int i = 0; i < 3; ++i) {  // one is under way, two wait behind it
            beside([&]() -> task<void> {
                EXPECT_EQ(co_await ending(store().append(request_of(order, 1),
                                                         deadline::after(300ms))), "late");
            });
            if (i == 0) co_await until_under_way();
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return store().figures().waiting == 2; }));
        try {
            co_await store().append(request_of(order, 1), soon());
            ADD_FAILURE() << "there is no room";
        } catch (const budget::refused& refused) {
            EXPECT_EQ(refused.why().reason, budget::refusal_reason::queue_full);
            EXPECT_EQ(refused.why().waiting, 2U);
            EXPECT_EQ(refused.why().limit, 2U);
        }
        co_await all_done();
    });
}

TEST_F(StoreFaults, AStopEndsWhatIsUnderWayAndWhatWaits) {
    std::string carried, waited;
    const auto order = new_uuid();
    inside([&]() -> task<void> {
        co_await store().append(request_of(order, 0), soon());
        server().freeze();
        for (auto* each : {&carried, &waited})
            process().home().spawn([&, each]() -> task<void> {
                *each = co_await ending(store().append(request_of(order, 1), soon()));
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return store().figures().waiting == 1; }));
    });
    store().stop(deadline::after(50ms));
    server().thaw();
    EXPECT_EQ(carried, "lost") << "nobody knows";
    EXPECT_EQ(waited, "closing");
}

/// Callers with a stream each, who send an append until they know that it is recorded.
struct persistent_callers {
    unsigned recorded = 0, tries = 0;
    bool enough = false;

    task<void> append_again_and_again(event_store& to) {
        const auto order = new_uuid();
        for (stream_version version = 0; !enough; ++version) {
            const auto what = request_of(order, version);
            for (bool known = false; !known;) {
                ++tries;
                try {
                    known = (co_await to.append(what, deadline::after(1s))).has_value();
                    EXPECT_TRUE(known) << "nobody else writes this stream";
                } catch (const std::runtime_error&) {
                    continue;  // the same append goes again
                }
            }
            ++recorded;
        }
    }
};

TEST_F(StoreFaults, UnderKillsAndRestartsEveryAppendIsRecordedOnce) {
    testing::private_postgres own({.settings = {{"synchronous_commit", "on"}}});
    prepare(own, "postgres");
    process_.emplace(own.url("headroom_app"));
    store().start(soon());
    persistent_callers callers;
    inside([&]() -> task<void> {
        for (int i = 0; i < 24; ++i)
            beside([&]() -> task<void> { co_await callers.append_again_and_again(store()); });
        for (unsigned round = 0; round < 20; ++round) {
            const auto before = callers.recorded;
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return callers.recorded > before + 50; }, 20s));
            if (round == 7) own.restart();
            if (round == 14) own.crash(), own.start();
            const auto living = own.backends();
            if (!living.empty()) own.terminate(living[round % living.size()].pid);
        }
        callers.enough = true;
        co_await all_done();
    });
    EXPECT_EQ(own.value("select count(*) from headroom_events"), std::to_string(callers.recorded));
    EXPECT_EQ(own.value("select bool_and(n = last) from (select count(*) n, "
                        "max(originator_version) last from headroom_events "
                        "group by originator_id) each"), "t");
    EXPECT_EQ(store().figures().conflicts, 0U);
    RecordProperty("tries", static_cast<int>(callers.tries));
    process_.reset();
}

}  // namespace
}  // namespace headroom::eventsourcing
