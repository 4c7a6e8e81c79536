#include "headroom/persistence/redis/redis_fixture.hpp"

namespace headroom::redis {
namespace {

using RedisConnection = redis_fixture;

TEST_F(RedisConnection, AnswersACommand) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        EXPECT_EQ((co_await on->run(command("SET", "a", "x\r\ny"), soon())).text(), "OK");
        EXPECT_EQ((co_await on->run(command("GET", "a"), soon())).text(), "x\r\ny");
        EXPECT_TRUE((co_await on->run(command("GET", "absent"), soon())).is_nothing());
        EXPECT_TRUE(on->idle());
        EXPECT_TRUE(on->server_version().starts_with("7.")) << on->server_version();
        EXPECT_EQ(on->client_id(), (co_await on->run(command("CLIENT", "ID"), soon())).number());
        co_await on->close(soon());
        EXPECT_EQ(on->is(), connection::state::closed);
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST_F(RedisConnection, IntroducesItselfAndChoosesItsDatabase) {
    inside([&]() -> task<void> {
        auto to = at(server());
        to.database = 3;
        auto on = co_await opened_at(to, {.name = "a/b/0badcafe/c", .no_evict = true});
        const auto info = co_await on->run(command("CLIENT", "INFO"), soon());
        EXPECT_THAT(std::string(info.text()), HasSubstr(" name=a/b/0badcafe/c "));
        EXPECT_THAT(std::string(info.text()), HasSubstr(" resp=3"));
        EXPECT_THAT(std::string(info.text()), HasSubstr("e db=3 "));
        EXPECT_TRUE(on->notes().empty());
        EXPECT_EQ(shown(server(), "a/b/0badcafe/c"), 1u);
    });
}

TEST_F(RedisConnection, AnswersCameInTheOrderOfTheCommands) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        constexpr int all = 2000;
        int done = 0, right = 0;
        for (int i = 0; i < all; ++i)
            spawn([&, i]() -> task<void> {
                const auto text = std::to_string(i);
                const auto said = co_await on->run(command("ECHO", text), soon());
                right += said.text() == text ? 1 : 0;
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == all; }));
        EXPECT_EQ(right, all);
    });
}

TEST_F(RedisConnection, AUnitIsAnsweredTogetherWithItsErrorsInTheirPlaces) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const command steps[] = {command("SET", "u", "1"), command("LPUSH", "u", "x"),
                                 command("INCR", "u")};
        const auto said = co_await on->run_unit(steps, soon());
        EXPECT_EQ(said.size(), 3u);
        EXPECT_EQ(said[0].text(), "OK");
        EXPECT_TRUE(said[1].is_error());
        EXPECT_EQ(said[2].number(), 2);
        const command one[] = {command("GET", "u")};
        EXPECT_EQ((co_await on->run_unit(one, soon()))[0].text(), "2");
    });
}

TEST_F(RedisConnection, AnErrorCarriesItsCodeWordAndNoValue) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        co_await on->run(command("SET", "s", "s3cret"), soon());
        EXPECT_EQ(co_await code_of(on->run(command("LPUSH", "s", "s3cret"), soon())),
                  code::wrong_type);
        EXPECT_EQ(co_await code_of(on->run(command("EVALSHA", std::string(40, 'a'), 0), soon())),
                  code::no_script);
        for (auto& what : {command("NOSUCH", "s3cret", "s3cret"), command("CONFIG", "s3cret"),
                           command("SET", "s", "x", "s3cret"),
                           command("XREADGROUP", "GROUP", "s3cret", "s3cret", "STREAMS", "s3cret",
                                   ">"),
                           command("EVAL", "return redis.call('s3cret'", 0)}) {
            const auto text = co_await text_of(on->run(what, soon()));
            EXPECT_THAT(text, HasSubstr(std::string(what.name())));
            EXPECT_THAT(text, Not(HasSubstr("s3cret")));
        }
        EXPECT_TRUE(on->idle());
    });
}

// ---- bounds ----

TEST_F(RedisConnection, RefusesMoreCommandsThanMayBeInFlight) {
    inside([&]() -> task<void> {
        auto on = co_await opened({.pending_max = 3});
        int answered = 0;
        for (int i = 0; i < 3; ++i)
            spawn([&]() -> task<void> {
                co_await on->run(command("PING"), soon());
                ++answered;
            });
        co_await yield_now();
        EXPECT_EQ(on->pending(), 3u);
        const auto text = co_await text_of(on->run(command("PING"), soon()));
        EXPECT_THAT(text, HasSubstr("persistence.redis_test asked for 1, 3 of 3"));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return answered == 3; }));
        EXPECT_EQ(co_await code_of(on->run(command("PING"), soon())), "");
    });
}

TEST_F(RedisConnection, RefusesMoreBytesThanMayWaitToBeSent) {
    private_redis own;
    inside([&]() -> task<void> {
        auto on = co_await opened_at(at(own), {.unsent_bytes_max = 10 << 20});
        own.freeze();
        const std::string large(4 << 20, 'x');
        std::vector<std::string> ends;
        for (int i = 0; i < 3; ++i)
            spawn([&]() -> task<void> {
                ends.push_back(co_await code_of(on->run(command("SET", "k", large), soon())));
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 1; }));
        EXPECT_EQ(ends.at(0), "refused");
        EXPECT_LE(on->unsent_bytes(), 10u << 20);
        EXPECT_THAT(co_await text_of(on->run(command("SET", "k", large), soon())),
                    HasSubstr("bytes wait to be sent, at most 10485760"));
        own.thaw();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 3; }));
        EXPECT_EQ(ends.at(2), "");
        // A single command may be larger than that, when nothing waits.
        EXPECT_EQ(co_await code_of(on->run(command("SET", "k", std::string(12 << 20, 'y')),
                                           soon())),
                  "");
    });
}

TEST_F(RedisConnection, AnAnswerBeyondItsBoundEndsTheConnection) {
    inside([&]() -> task<void> {
        auto on = co_await opened({.answers = {.text_bytes_max = 1000}});
        co_await on->run(command("SET", "big", std::string(1001, 'x')), soon());
        EXPECT_THAT(co_await text_of(on->run(command("GET", "big"), soon())),
                    HasSubstr("a text of an answer has more than 1000 bytes"));
        EXPECT_EQ(on->is(), connection::state::lost);
    });
}

// ---- deadlines ----

TEST_F(RedisConnection, AnAbandonedCommandsAnswerIsNobodyElses) {
    inside([&]() -> task<void> {
        auto on = co_await opened({.abandon_grace_ms = 5000ms});
        auto other = co_await opened();
        EXPECT_EQ(co_await code_of(on->run(command("BLPOP", "none", 0), deadline::after(20ms))),
                  "late");
        std::string mine;
        spawn([&]() -> task<void> {
            mine = (co_await on->run(command("ECHO", "mine"), soon())).text();
        });
        co_await other->run(command("RPUSH", "none", "late answer"), soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !mine.empty(); }));
        EXPECT_EQ(mine, "mine");
        EXPECT_TRUE(on->idle());
    });
}

TEST_F(RedisConnection, AServerThatFallsSilentIsFound) {
    private_redis own;
    inside([&]() -> task<void> {
        auto on = co_await opened_at(at(own), {.abandon_grace_ms = 100ms});
        std::string why;
        on->on_lost([&](const std::string& text) { why = text; });
        own.freeze();
        std::vector<std::string> ends;
        spawn([&]() -> task<void> {
            ends.push_back(co_await code_of(on->run(command("PING"), soon())));
        });
        EXPECT_EQ(co_await code_of(on->run(command("PING"), deadline::after(50ms))), "late");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 1; }));
        EXPECT_EQ(ends.at(0), "lost");
        EXPECT_EQ(why, "the server has fallen silent");
        EXPECT_EQ(ledger.held(), 1u);  // its close is not known
        own.thaw();
    });
}

TEST_F(RedisConnection, OpeningEndsAtItsDeadline) {
    private_redis own;
    inside([&]() -> task<void> {
        own.freeze();
        auto on = make();
        EXPECT_EQ(co_await code_of(on->open(at(own), deadline::after(50ms))), "late");
        EXPECT_EQ(on->is(), connection::state::lost);
        own.thaw();
    });
}

// ---- lost connections ----

TEST_F(RedisConnection, TellsWhetherACommandMayHaveRun) {
    private_redis own;
    inside([&]() -> task<void> {
        auto on = co_await opened_at(at(own));
        own.freeze();
        std::vector<std::string> ends;
        const std::string large(8 << 20, 'x');
        spawn([&]() -> task<void> {  // all of it in the socket's buffer
            ends.push_back("small " + co_await code_of(on->run(command("INCR", "n"), soon())));
        });
        spawn([&]() -> task<void> {  // a part of it
            const auto how = co_await code_of(on->run(command("SET", "k", large), soon()));
            ends.push_back("large " + how);
        });
        spawn([&]() -> task<void> {  // nothing
            ends.push_back("behind " + co_await code_of(on->run(command("INCR", "n"), soon())));
        });
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return on->pending() == 3 && on->unsent_bytes() < large.size(); }));
        own.crash();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 3; }));
        EXPECT_THAT(ends, ::testing::ElementsAre("small lost", "large never sent",
                                                 "behind never sent"));
        EXPECT_EQ(co_await code_of(on->run(command("PING"), soon())), "never sent");
    });
}

TEST_F(RedisConnection, ClientKillIsALoss) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        auto other = co_await opened();
        bool told = false;
        on->on_lost([&](const std::string&) { told = true; });
        co_await other->run(command("CLIENT", "KILL", "ID", on->client_id()), soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return told; }));
        EXPECT_EQ(on->is(), connection::state::lost);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
    });
}

TEST_F(RedisConnection, MayBeDestroyedWithCommandsInFlight) {
    inside([&]() -> task<void> {
        std::vector<std::string> ends;
        {
            auto on = co_await opened();
            for (int i = 0; i < 10; ++i)
                spawn([&, of = on.get()]() -> task<void> {
                    ends.push_back(co_await code_of(of->run(command("BLPOP", "q", 0), soon())));
                });
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 10; }));
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ends.size() == 10; }));
        EXPECT_EQ(ends.front(), "lost");
    });
}

TEST_F(RedisConnection, DrainWaitsForWhatIsInFlight) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        EXPECT_TRUE(co_await on->drain(soon()));
        spawn([&]() -> task<void> {
            (void)co_await code_of(on->run(command("BLPOP", "q", "0.1"), soon()));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 1; }));
        EXPECT_FALSE(co_await on->drain(deadline::after(20ms)));
        EXPECT_TRUE(co_await on->drain(soon()));
    });
}

// ---- the law: open sockets <= leases, and what the server shows is what is leased ----

TEST_F(RedisConnection, EveryClientOfTheServerIsALease) {
    inside([&]() -> task<void> {
        std::vector<std::unique_ptr<connection>> all;
        for (int i = 0; i < 7; ++i) all.push_back(co_await opened({.name = "census"}));
        EXPECT_EQ(shown(server(), "census"), 7u);
        EXPECT_EQ(ledger.held(), 7u);
        for (int i = 0; i < 3; ++i) {
            co_await all.back()->close(soon());
            all.pop_back();
        }
        EXPECT_EQ(shown(server(), "census"), 4u);
        EXPECT_EQ(ledger.held(), 4u);
    });
    EXPECT_EQ(shown(server(), "census"), 0u);
}

TEST_F(RedisConnection, ClosingIsKnownBeforeTheUnitIsBack) {
    // A server that is full takes the next one each time, without one refusal.
    inside([&]() -> task<void> {
        std::vector<std::unique_ptr<connection>> all;
        while (true) {
            auto next = make();
            if (const auto code = co_await code_of(next->open(at(server()), soon())); code != "") {
                EXPECT_EQ(code, "ERR");
                break;
            }
            all.push_back(std::move(next));
        }
        EXPECT_EQ(all.size(), 20u);
        for (int i = 0; i < 300; ++i) {
            co_await all.back()->close(soon());
            all.back() = co_await opened();
        }
    });
}

TEST_F(RedisConnection, SaysThatTheServerIsFull) {
    private_redis own({{"maxclients", "1"}});
    inside([&]() -> task<void> {
        auto first = co_await opened_at(at(own));
        for (const auto& to : {at(own), at_port(own.port())}) {
            auto second = make();
            try {
                co_await second->open(to, soon());
                ADD_FAILURE() << "one too many";
            } catch (const server_error& why) {
                EXPECT_TRUE(why.is_full()) << why.what();
            }
        }
    });
}

TEST_F(RedisConnection, NobodyListeningIsALossAndHoldsNothing) {
    inside([&]() -> task<void> {
        auto on = make();
        EXPECT_EQ(co_await text_of(on->open(at_port(testing::free_port()), soon())),
                  "Connection refused");
        EXPECT_EQ(ledger.held(), 0u);
        auto other = make();
        EXPECT_EQ(co_await text_of(other->open(
                      parse_connect_info("unix:///nowhere/redis.sock").value(), soon())),
                  "No such file or directory");
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST_F(RedisConnection, EndsWithItsReactor) {
    auto on_thread = std::make_unique<testing::test_reactor>();
    std::unique_ptr<connection> on;
    on_thread->run_blocking([&]() -> task<void> {
        on = co_await opened({.name = "ends"});
        on_thread->spawn([&]() -> task<void> {
            co_await on->run(command("BLPOP", "q", 0), soon());
            ADD_FAILURE() << "nobody pushes";
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 1; }));
    });
    on_thread->stop();
    on.reset();
    on_thread.reset();
    EXPECT_EQ(ledger.held(), 0u);
    EXPECT_TRUE(testing::eventually([&] { return shown(server(), "ends") == 0; }));
}

// ---- a connection that blocks ----

TEST_F(RedisConnection, ABlockingReadIsEndedEarlyFromAnotherConnection) {
    inside([&]() -> task<void> {
        auto reader = co_await opened();
        auto other = co_await opened();
        co_await other->run(command("XGROUP", "CREATE", "stream", "g", "0", "MKSTREAM"), soon());
        std::optional<value> said;
        spawn([&]() -> task<void> {
            said = co_await reader->run(
                command("XREADGROUP", "GROUP", "g", "c", "BLOCK", 5000, "STREAMS", "stream", ">"),
                deadline::after(6000ms));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return reader->pending() == 1; }));
        std::int64_t unblocked = 0;
        while (unblocked == 0) {  // until the server has begun to block
            const auto answer = co_await other->run(
                command("CLIENT", "UNBLOCK", reader->client_id()), soon());
            unblocked = answer.number();
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return said.has_value(); }));
        EXPECT_TRUE(said->is_nothing());
        EXPECT_TRUE(reader->idle());
        co_await other->run(command("XADD", "stream", "*", "f", "v"), soon());
        const auto batch = co_await reader->run(
            command("XREADGROUP", "GROUP", "g", "c", "BLOCK", 5000, "STREAMS", "stream", ">"),
            soon());
        EXPECT_EQ(batch.find("stream").value()[0][1][1].text(), "v");
        co_await other->run(command("DEL", "stream"), soon());
    });
}

}  // namespace
}  // namespace headroom::redis
