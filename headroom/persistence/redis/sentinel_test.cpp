#include "headroom/persistence/redis/mux.hpp"
#include "headroom/persistence/redis/redis_fixture.hpp"
#include "headroom/persistence/redis/subscriptions.hpp"
#include "headroom/testing/private_sentinel.hpp"

namespace headroom::redis {
namespace {

using testing::private_sentinel;

class RedisSentinel : public redis_fixture {
protected:
    budget::grant share = ledger.open({"persistence.redis_shared", 1, 1}).value();
    private_redis primary, replica;

    void replicate() {
        replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())});
        EXPECT_TRUE(testing::eventually([&] {
            return replica.ask({"INFO", "replication"}).contains("master_link_status:up");
        }));
    }
    static connect_info of_sentinels(const std::string& list, const char* master = "orders") {
        return parse_connect_info(fmt::format("redis+sentinel://{}/{}", list, master)).value();
    }
    static std::string at_loopback(unsigned port) { return fmt::format("127.0.0.1:{}", port); }
    static connection_options to_primary() { return {.name = "test", .needs_primary = true}; }
};

TEST_F(RedisSentinel, NamesThePrimaryOnTheUnitOfTheConnection) {
    private_sentinel sentinel("orders", primary.port());
    door through(of_sentinels(at_loopback(sentinel.port())));
    inside([&]() -> task<void> {
        for (int i = 0; i < 5; ++i) {
            auto on = make(to_primary());
            co_await through.open(*on, soon());
            EXPECT_EQ(on->server(), at_loopback(primary.port()));
            EXPECT_EQ(ledger.held(), 1u);
            co_await on->close(soon());
            EXPECT_EQ(ledger.held(), 0u);
        }
        EXPECT_FALSE(sentinel.ask({"CLIENT", "LIST"}).contains(" name=test "));
    });
}

TEST_F(RedisSentinel, PushesAreHeardOnTheWayThroughIt) {
    private_sentinel sentinel("orders", primary.port());
    door through(of_sentinels(at_loopback(sentinel.port())));
    inside([&]() -> task<void> {
        subscriptions push(*reactor::current(), std::move(share), through,
                           {.options = to_primary()});
        push.start();
        std::string heard;
        const auto told = co_await push.subscribe(
            "c",
            {[&](std::string_view, std::string_view message) { heard = std::string(message); }},
            soon());
        primary.ask({"PUBLISH", "c", "x"});
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return heard == "x"; }));
        co_await push.stop(soon());
    });
}

TEST_F(RedisSentinel, AsksOneAfterTheOtherUntilOneAnswers) {
    private_sentinel silent("orders", primary.port()), ignorant("others", primary.port()),
        knowing("orders", primary.port());
    silent.freeze();
    const auto list = fmt::format("{},{},{},{}", at_loopback(testing::free_port()),
                                  at_loopback(ignorant.port()), at_loopback(knowing.port()),
                                  at_loopback(silent.port()));
    door through(of_sentinels(list));
    inside([&]() -> task<void> {
        auto on = make(to_primary());
        co_await through.open(*on, soon());
        EXPECT_EQ(on->server(), at_loopback(primary.port()));
    });
    door unknown(of_sentinels(at_loopback(ignorant.port())));
    inside([&]() -> task<void> {
        auto on = make(to_primary());
        EXPECT_EQ(co_await text_of(unknown.open(*on, soon())),
                  "the sentinel knows no master of that name");
        EXPECT_EQ(on->is(), connection::state::closed);
    });
}

TEST_F(RedisSentinel, ASentinelThatKeepsItsSocketKeepsTheUnit) {
    private_sentinel silent("orders", primary.port());
    silent.freeze();
    door through(of_sentinels(at_loopback(silent.port())));
    inside([&]() -> task<void> {
        auto on = make(to_primary());
        EXPECT_EQ(co_await code_of(through.open(*on, deadline::after(300ms))), "late");
        EXPECT_FALSE(on->unit());
        EXPECT_EQ(ledger.held(), 1u);  // one socket, one unit, in the closing room
        silent.thaw();
    });
}

TEST_F(RedisSentinel, WhatItNamesHasToCallItselfThePrimary) {
    replicate();
    private_sentinel sentinel("orders", replica.port());  // as one that lags behind
    door through(of_sentinels(at_loopback(sentinel.port())));
    inside([&]() -> task<void> {
        auto on = make(to_primary());
        const auto text = co_await text_of(through.open(*on, deadline::after(2s)));
        // It may have found out meanwhile, and then it was right.
        if (!text.empty()) EXPECT_EQ(text, "the server is a replica, not the primary");
        else EXPECT_EQ(on->server(), at_loopback(primary.port()));
    });
}

TEST_F(RedisSentinel, TheSharedConnectionFollowsAFailover) {
    replicate();
    private_sentinel sentinel("orders", primary.port());
    EXPECT_TRUE(testing::eventually([&] {
        return sentinel.ask({"SENTINEL", "REPLICAS", "orders"}).contains("slave-repl-offset");
    }));
    door through(of_sentinels(at_loopback(sentinel.port())));
    inside([&]() -> task<void> {
        mux_terms with;
        with.options = to_primary();
        with.options.abandon_grace_ms = 200ms;
        with.connect_ms_max = 1000ms;
        mux shared(*reactor::current(), std::move(share), through, with);
        shared.start();
        co_await shared.up(soon());
        (void)co_await shared.run(command("SET", "before", "1"), soon());
        (void)co_await shared.run(command("WAIT", 1, 1000), soon());
        const auto begun = deadline::clock::now();
        primary.crash();
        // A command that may run twice: it ends on the new primary, whatever it met on the way.
        const auto until = deadline::after(20s);
        EXPECT_EQ(
            co_await text_of(shared.run(command("SET", "after", "2"), until, sending::repeatable)),
            "");
        RecordProperty("failover_ms", static_cast<int>((deadline::clock::now() - begun) / 1ms));
        EXPECT_EQ((co_await shared.run(command("GET", "before"), soon())).text(), "1");
        EXPECT_EQ(replica.ask({"GET", "after"}), "2\n");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
        co_await shared.stop(soon());
    });
}

TEST_F(RedisSentinel, ACommandThatMetAReplicaGoesToThePrimary) {
    replicate();
    private_sentinel sentinel("orders", primary.port());
    EXPECT_TRUE(testing::eventually([&] {
        return sentinel.ask({"SENTINEL", "REPLICAS", "orders"}).contains("slave-repl-offset");
    }));
    door through(of_sentinels(at_loopback(sentinel.port())));
    inside([&]() -> task<void> {
        mux_terms with;
        with.options = to_primary();
        mux shared(*reactor::current(), std::move(share), through, with);
        shared.start();
        co_await shared.up(soon());
        // A failover on command: the old primary lives on, as a replica that refuses writes.
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return sentinel.ask({"SENTINEL", "FAILOVER", "orders"}) == "OK\n"; }));
        int written = 0;
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return sentinel.ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "orders"})
                .contains(std::to_string(replica.port()));
        }));
        // As the sentinel does ten seconds later.
        primary.ask({"REPLICAOF", "127.0.0.1", std::to_string(replica.port())});
        for (int i = 0; i < 20; ++i)
            if (co_await code_of(shared.run(command("INCR", "n"), soon(),
                                            sending::repeatable)) == "")
                ++written;
        EXPECT_EQ(written, 20);
        EXPECT_EQ(replica.ask({"GET", "n"}), "20\n");
        co_await shared.stop(soon());
    });
}

}  // namespace
}  // namespace headroom::redis
