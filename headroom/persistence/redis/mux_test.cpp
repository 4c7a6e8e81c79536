#include "headroom/persistence/redis/mux.hpp"

#include "headroom/persistence/redis/redis_fixture.hpp"
#include "headroom/persistence/redis/script.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::redis {
namespace {

class RedisMux : public redis_fixture {
protected:
    budget::grant share = ledger.open({"persistence.redis_shared", 1, 1}).value();
    private_redis own;

    static mux_terms quick() {
        mux_terms with;
        with.options.name = "a/b/0badcafe/persistence.redis_shared";
        with.options.abandon_grace_ms = 200ms;
        with.ping_idle_ms = 100ms;
        with.ping_ms_max = 200ms;
        with.connect_ms_max = 500ms;
        return with;
    }
    /// A started mux for a body, and its end.
    void with_mux(door& through, mux_terms with, std::function<task<void>(mux&)> body) {
        inside([&]() -> task<void> {
            mux shared(*reactor::current(), std::move(share), through, std::move(with));
            shared.start();
            co_await testing::and_at_last([&] { return body(shared); },
                                          [&] { return shared.stop(soon()); });
        });
    }
    void with_mux(std::function<task<void>(mux&)> body) {
        door through(at(own));
        with_mux(through, quick(), std::move(body));
    }
};

TEST_F(RedisMux, AnswersEverybodyOnOneConnection) {
    with_mux([&](mux& shared) -> task<void> {
        int done = 0;
        for (int i = 0; i < 1000; ++i)
            spawn([&, i]() -> task<void> {
                const auto text = std::to_string(i);
                EXPECT_EQ((co_await shared.run(command("ECHO", text), soon())).text(), text);
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == 1000; }));
        EXPECT_EQ(ledger.held(), 1u);
        EXPECT_EQ(shown(own, quick().options.name), 1u);
        EXPECT_EQ(shared.figures().commands, 1000u);
    });
}

TEST_F(RedisMux, AnswersOtherThreads) {
    with_mux([&](mux& shared) -> task<void> {
        testing::test_reactor other;
        std::atomic<int> right = 0;
        for (int i = 0; i < 100; ++i)
            other.spawn([&, i]() -> task<void> {
                const auto text = std::to_string(i);
                const auto said = co_await shared.run(command("ECHO", text), soon());
                right += said.text() == text ? 1 : 0;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 100; }));
    });
}

TEST_F(RedisMux, WhatHadNotBeenSentWaitsForTheNextConnection) {
    own.stop();
    with_mux([&](mux& shared) -> task<void> {
        int done = 0;
        for (int i = 0; i < 20; ++i)
            spawn([&]() -> task<void> {
                (void)co_await shared.run(command("INCR", "n"), soon());
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return shared.figures().failures > 0 && shared.figures().waiting == 20; }));
        own.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == 20; }));
        EXPECT_EQ((co_await shared.run(command("GET", "n"), soon())).text(), "20");
    });
}

TEST_F(RedisMux, WaitingIsBoundedInNumberBytesAndTime) {
    own.stop();
    door through(at(own));
    auto with = quick();
    with.waiting_max = 2;
    with.waiting_bytes_max = 1000;
    with_mux(through, with, [&](mux& shared) -> task<void> {
        const command large("SET", "k", std::string(1000, 'x'));
        EXPECT_THAT(co_await text_of(shared.run(large, soon())),
                    HasSubstr("0 bytes of commands wait, at most 1000"));
        std::vector<std::string> ends;
        for (int i = 0; i < 2; ++i)
            spawn([&]() -> task<void> {
                ends.push_back(
                    co_await text_of(shared.run(command("PING"), deadline::after(300ms))));
            });
        co_await yield_now();
        EXPECT_THAT(co_await text_of(shared.run(command("PING"), soon())),
                    HasSubstr("2 commands may wait"));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 2; }));
        EXPECT_THAT(ends.at(0), HasSubstr("No such file or directory"));
        EXPECT_EQ(shared.figures().waiting, 0u);
        EXPECT_EQ(shared.figures().waiting_bytes, 0u);
        EXPECT_EQ(shared.figures().refused, 2u);
    });
}

TEST_F(RedisMux, WhatMayHaveRunIsRepeatedOnlyWhenAllowed) {
    with_mux([&](mux& shared) -> task<void> {
        co_await shared.up(soon());
        own.freeze();
        std::string once, again;
        spawn([&]() -> task<void> {
            once = "ended " + co_await code_of(shared.run(command("INCR", "n"), soon()));
        });
        spawn([&]() -> task<void> {
            again = "ended " + co_await code_of(shared.run(command("GET", "n"), soon(),
                                                           sending::repeatable));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return shared.figures().pending == 2; }));
        co_await yield_now();
        own.crash();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !once.empty(); }));
        EXPECT_EQ(once, "ended lost");
        EXPECT_EQ(again, "");
        own.stop();
        own.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !again.empty(); }));
        EXPECT_EQ(again, "ended ");
        EXPECT_GE(shared.figures().repeated, 1u);
    });
}

TEST_F(RedisMux, ReplacesAConnectionThatWasKilledAndSaysSo) {
    door through(at(own));
    inside([&]() -> task<void> {
        mux shared(*reactor::current(), std::move(share), through, quick());
        int again = 0, down = 0;
        shared.on_reconnected([&] { ++again; });
        shared.on_down([&](const std::string&) { ++down; });
        shared.start();
        co_await shared.up(soon());
        EXPECT_EQ(again, 0);
        for (int i = 1; i <= 5; ++i) {
            own.ask({"CLIENT", "KILL", "TYPE", "normal"});
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return again == i; }));
            EXPECT_EQ(co_await code_of(shared.run(command("PING"), soon())), "");
        }
        EXPECT_EQ(down, 5);
        co_await shared.stop(soon());
    });
}

TEST_F(RedisMux, ADeadServerIsAskedTwiceASecondAtMost) {
    own.stop();
    with_mux([&](mux& shared) -> task<void> {
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return shared.figures().failures > 0; }));
        const auto before = shared.figures().failures;
        const auto begun = deadline::clock::now();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return shared.figures().failures >= before + 4; }));
        EXPECT_GE(deadline::clock::now() - begun, 1500ms);  // three pauses, the first one cut off
    });
}

TEST_F(RedisMux, SoIsAServerThatTakesEachConnectionAndDropsIt) {
    door through(at(own));
    inside([&]() -> task<void> {
        mux shared(*reactor::current(), std::move(share), through, quick());
        bool drops = true;
        auto other = co_await opened_at(at(own));
        const auto drop = [&]() -> task<void> {
            (void)co_await other->run(command("CLIENT", "KILL", "TYPE", "normal"), soon());
        };
        shared.on_reconnected([&] {
            if (drops) spawn(drop);
        });
        shared.start();
        co_await shared.up(soon());
        co_await drop();
        const auto begun = deadline::clock::now();
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return shared.figures().connects >= 4; }));
        EXPECT_GE(deadline::clock::now() - begun, 1400ms);
        drops = false;
        co_await shared.stop(soon());
    });
}

TEST_F(RedisMux, ASilentServerIsFoundWhileNobodyAsks) {
    with_mux([&](mux& shared) -> task<void> {
        co_await shared.up(soon());
        own.freeze();
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return !shared.figures().connected; }));
        EXPECT_EQ(shared.figures().last_error, "the server has fallen silent");
        own.thaw();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return shared.figures().connected; }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
    });
}

TEST_F(RedisMux, AnUnseenCloseIsFoundOutFromTheNextConnection) {
    testing::tcp_fault_proxy network(std::to_string(own.port()));
    door through(at_port(network.port()));
    with_mux(through, quick(), [&](mux& shared) -> task<void> {
        co_await shared.up(soon());
        network.blackhole(1);
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return shared.figures().connects == 2 && shared.figures().connected; }));
        EXPECT_EQ(ledger.held(), 2u);  // the first one's close is not known
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
        EXPECT_EQ(shown(own, quick().options.name), 1u);
    });
}

TEST_F(RedisMux, AReplicaIsLeftAndTheCallerToldWhenNobodyKnowsBetter) {
    private_redis primary;
    with_mux([&](mux& shared) -> task<void> {
        co_await shared.up(soon());
        own.ask({"REPLICAOF", "127.0.0.1", std::to_string(primary.port())});
        std::string code;
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return own.ask({"INFO", "replication"}).contains("role:slave"); }));
        code = co_await code_of(shared.run(command("SET", "k", "v"), deadline::after(3s)));
        EXPECT_EQ(code, code::read_only);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return shared.figures().connects > 1; }));
        own.ask({"REPLICAOF", "NO", "ONE"});
        EXPECT_EQ(co_await code_of(shared.run(command("SET", "k", "v"), soon())), "");
    });
}

TEST_F(RedisMux, TenThousandCommandsAcrossARestartAreAnsweredRightlyOrTyped) {
    door through(at(own));
    auto with = quick();
    with.waiting_max = 20'000;
    with_mux(through, with, [&](mux& shared) -> task<void> {
        co_await shared.up(soon());
        constexpr int all = 10'000;
        int right = 0, wrong = 0, lost = 0, other = 0, done = 0;
        for (int i = 0; i < all; ++i)
            spawn([&, i]() -> task<void> {
                const auto text = std::to_string(i);
                for (int pause = i % 100; pause > 0; --pause) co_await yield_now();
                const auto ended = co_await code_of([&]() -> task<void> {
                    const auto said = co_await shared.run(command("ECHO", text), soon());
                    ++(said.text() == text ? right : wrong);
                }());
                lost += ended == "lost" ? 1 : 0;
                other += ended != "" && ended != "lost" ? 1 : 0;
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done > 1000; }));
        own.crash();
        own.stop();
        own.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == all; }));
        EXPECT_EQ(wrong, 0);
        EXPECT_EQ(other, 0);
        EXPECT_EQ(right + lost, all);
        EXPECT_GT(right, 1000);
        RecordProperty("right", right);
        RecordProperty("lost", lost);
    });
}

TEST_F(RedisMux, AUnitIsSentAgainAsOne) {
    own.stop();
    with_mux([&](mux& shared) -> task<void> {
        std::vector<value> said;
        spawn([&]() -> task<void> {
            std::vector<command> steps;
            steps.emplace_back("MULTI");
            steps.emplace_back("INCR", "n");
            steps.emplace_back("EXEC");
            said = co_await shared.run_unit(std::move(steps), soon());
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return shared.figures().waiting == 3; }));
        own.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return said.size() == 3; }));
        EXPECT_EQ(said.at(2)[0].number(), 1);
    });
}

TEST_F(RedisMux, StopsWithoutAServerAndRefusesAfterwards) {
    own.stop();
    door through(at(own));
    inside([&]() -> task<void> {
        mux shared(*reactor::current(), std::move(share), through, quick());
        shared.start();
        std::string waiting;
        spawn([&]() -> task<void> {
            waiting = co_await text_of(shared.run(command("PING"), soon()));
        });
        co_await yield_now();
        co_await shared.stop(soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !waiting.empty(); }));
        EXPECT_THAT(waiting, HasSubstr("(closing)"));
        EXPECT_EQ(co_await code_of(shared.run(command("PING"), soon())), "refused");
        co_await shared.stop(soon());
    });
}

TEST_F(RedisMux, OutlastsAnAttemptToConnectHoweverSoonItHasToStop) {
    own.freeze();
    door through(at(own));
    inside([&]() -> task<void> {
        mux shared(*reactor::current(), std::move(share), through, quick());
        shared.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
        co_await shared.stop(deadline::after(1ms));
        EXPECT_EQ(ledger.held(), 0U) << "whoever owns the ledger may end it now";
    });
    own.thaw();
}

// ---- scripts ----

TEST_F(RedisMux, AScriptIsSentOnceAndAgainToAServerThatForgotIt) {
    with_mux([&](mux& shared) -> task<void> {
        const script add("return redis.call('incrby', KEYS[1], ARGV[1])");
        EXPECT_EQ(add.sha1(), own.ask({"SCRIPT", "LOAD", add.text()}).substr(0, 40));
        own.ask({"SCRIPT", "FLUSH"});
        const std::string_view keys[] = {"total"}, arguments[] = {"5"};
        for (int i = 1; i <= 3; ++i)
            EXPECT_EQ((co_await add.run(shared, keys, arguments, soon())).number(), 5 * i);
        own.ask({"SCRIPT", "FLUSH"});
        EXPECT_EQ((co_await add.run(shared, keys, arguments, soon())).number(), 20);
        const auto stats = own.ask({"INFO", "commandstats"});
        EXPECT_THAT(stats, HasSubstr("cmdstat_eval:calls=2,"));
        EXPECT_THAT(stats, HasSubstr("cmdstat_evalsha:calls=4,"));
    });
}

TEST_F(RedisMux, AScriptsOwnErrorIsAnError) {
    with_mux([&](mux& shared) -> task<void> {
        const script fails("return redis.error_reply('BUSY not now')");
        EXPECT_EQ(co_await code_of(fails.run(shared, {}, {}, soon())), "BUSY");
    });
}

}  // namespace
}  // namespace headroom::redis
