#include "headroom/persistence/redis/subscriptions.hpp"

#include "headroom/persistence/redis/redis_fixture.hpp"

namespace headroom::redis {
namespace {

class RedisSubscriptions : public redis_fixture {
protected:
    budget::grant share = ledger.open({"persistence.redis_push", 1, 1}).value();
    private_redis own;
    std::vector<std::string> heard;
    int gaps = 0;

    static push_terms quick() {
        push_terms with;
        with.options.name = "push";
        with.ping_idle_ms = 100ms;
        with.ping_ms_max = 200ms;
        with.connect_ms_max = 500ms;
        return with;
    }
    void with_push(push_terms with, std::function<task<void>(subscriptions&)> body) {
        door through(at(own));
        inside([&]() -> task<void> {
            subscriptions push(*reactor::current(), std::move(share), through, std::move(with));
            push.start();
            co_await testing::and_at_last([&] { return body(push); },
                                          [&] { return push.stop(soon()); });
        });
    }
    void with_push(std::function<task<void>(subscriptions&)> body) {
        with_push(quick(), std::move(body));
    }
    channel_listener into_heard() {
        return {[this](std::string_view channel, std::string_view message) {
                    heard.push_back(fmt::format("{}: {}", channel, message));
                },
                [this] { ++gaps; }};
    }
    task<bool> hears(std::size_t count) {
        return eventually_on_reactor([this, count] { return heard.size() >= count; });
    }
    /// How many listened.
    std::string publish(const std::string& channel, const std::string& message) {
        return own.ask({"PUBLISH", channel, message}).substr(0, 1);
    }
};

TEST_F(RedisSubscriptions, HearsWhatIsPublishedOnceConfirmed) {
    with_push([&](subscriptions& push) -> task<void> {
        const auto orders = co_await push.subscribe("orders", into_heard(), soon());
        EXPECT_EQ(publish("orders", "a b"), "1");
        EXPECT_EQ(publish("others", "c"), "0");
        EXPECT_TRUE(co_await hears(1));
        EXPECT_THAT(heard, ::testing::ElementsAre("orders: a b"));
        EXPECT_EQ(ledger.held(), 1u);
        EXPECT_EQ(push.figures().messages, 1u);
    });
}

TEST_F(RedisSubscriptions, ListenersOfOneChannelShareIt) {
    with_push([&](subscriptions& push) -> task<void> {
        auto one = co_await push.subscribe("c", into_heard(), soon());
        auto two = co_await push.subscribe("c", into_heard(), soon());
        EXPECT_EQ(push.figures().channels, 1u);
        EXPECT_EQ(publish("c", "x"), "1");
        EXPECT_TRUE(co_await hears(2));
        one.end();
        EXPECT_EQ(publish("c", "y"), "1");
        EXPECT_TRUE(co_await hears(3));
        two.end();
        EXPECT_EQ(push.figures().channels, 0u);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return publish("c", "z") == "0"; }));
        EXPECT_EQ(heard.size(), 3u);
        const auto again = co_await push.subscribe("c", into_heard(), soon());
        EXPECT_EQ(publish("c", "w"), "1");
        EXPECT_TRUE(co_await hears(4));
    });
}

TEST_F(RedisSubscriptions, AListenerMayEndItselfAndOthers) {
    with_push([&](subscriptions& push) -> task<void> {
        subscription other;
        subscription self = co_await push.subscribe(
            "c",
            {[&](std::string_view, std::string_view message) {
                heard.emplace_back(message);
                other.end();
                self.end();
            }},
            soon());
        other = co_await push.subscribe("c", into_heard(), soon());
        publish("c", "x");
        publish("c", "y");
        EXPECT_TRUE(co_await hears(1));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return publish("c", "z") == "0"; }));
        EXPECT_THAT(heard, ::testing::ElementsAre("x"));
    });
}

TEST_F(RedisSubscriptions, SubscribesAgainAfterALossAndTellsOfTheGap) {
    with_push([&](subscriptions& push) -> task<void> {
        std::vector<subscription> all;
        for (int i = 0; i < 600; ++i)  // more than one command's worth
            all.push_back(co_await push.subscribe(fmt::format("c{}", i), into_heard(), soon()));
        own.crash();
        own.stop();
        own.start();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return gaps == 600; }));
        EXPECT_EQ(publish("c0", "x"), "1");
        EXPECT_EQ(publish("c599", "y"), "1");
        EXPECT_TRUE(co_await hears(2));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 1; }));
        EXPECT_EQ(push.figures().gaps, 600u);
    });
}

TEST_F(RedisSubscriptions, OneThatComesWhileTheServerIsAwayIsConfirmedOnItsReturn) {
    own.stop();
    with_push([&](subscriptions& push) -> task<void> {
        EXPECT_THAT(
            co_await text_of(push.subscribe("c", into_heard(), deadline::after(600ms))),
            HasSubstr("No such file or directory"));
        EXPECT_EQ(push.figures().channels, 0u);
        own.start();
        const auto told = co_await push.subscribe("c", into_heard(), soon());
        EXPECT_EQ(publish("c", "x"), "1");
        EXPECT_TRUE(co_await hears(1));
        EXPECT_EQ(gaps, 0);
    });
}

TEST_F(RedisSubscriptions, FindsAServerThatFellSilent) {
    with_push([&](subscriptions& push) -> task<void> {
        const auto told = co_await push.subscribe("c", into_heard(), soon());
        own.freeze();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !push.figures().connected; }));
        own.thaw();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return gaps == 1; }));
        EXPECT_EQ(publish("c", "x"), "1");
        EXPECT_TRUE(co_await hears(1));
    });
}

TEST_F(RedisSubscriptions, AChannelTheAccessListForbidsIsRefused) {
    own.ask({"ACL", "SETUSER", "default", "resetchannels", "&public:*"});
    with_push([&](subscriptions& push) -> task<void> {
        EXPECT_EQ(co_await code_of(push.subscribe("private", into_heard(), soon())),
                  code::no_permission);
        const auto told = co_await push.subscribe("public:a", into_heard(), soon());
        EXPECT_EQ(publish("public:a", "x"), "1");
        EXPECT_TRUE(co_await hears(1));
        EXPECT_EQ(push.figures().channels, 1u);
        EXPECT_EQ(push.figures().connects, 1u);
        // One that is forbidden later costs the others nothing.
        const auto b = co_await push.subscribe("public:b", into_heard(), soon());
        own.ask({"ACL", "SETUSER", "default", "resetchannels", "&public:a"});
        own.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return push.figures().connects > 1 && push.figures().connected; }));
        EXPECT_EQ(publish("public:a", "y"), "1");
        EXPECT_TRUE(co_await hears(2));
    });
}

TEST_F(RedisSubscriptions, ChannelsAreBounded) {
    auto with = quick();
    with.channels_max = 2;
    with_push(with, [&](subscriptions& push) -> task<void> {
        const auto a = co_await push.subscribe("a", into_heard(), soon());
        const auto b = co_await push.subscribe("b", into_heard(), soon());
        const auto c = co_await push.subscribe("b", into_heard(), soon());
        EXPECT_THAT(co_await text_of(push.subscribe("c", into_heard(), soon())),
                    HasSubstr("2 channels at most"));
    });
}

TEST_F(RedisSubscriptions, HandsOtherPushesOn) {
    door through(at(own));
    inside([&]() -> task<void> {
        subscriptions push(*reactor::current(), std::move(share), through, quick());
        std::vector<std::string> invalid;
        std::int64_t id = 0;
        push.on_push([&](const value& said) {
            if (said[0].text() == "invalidate") invalid.emplace_back(said[1][0].text());
        });
        push.on_connected([&] { id = push.client_id(); });
        push.start();
        co_await push.up(soon());
        EXPECT_NE(id, 0);
        auto reader = co_await opened_at(at(own));
        co_await reader->run(command("CLIENT", "TRACKING", "ON", "REDIRECT", id), soon());
        co_await reader->run(command("GET", "tracked"), soon());
        own.ask({"SET", "tracked", "x"});
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return invalid.size() == 1; }));
        EXPECT_EQ(invalid.at(0), "tracked");
        co_await push.stop(soon());
    });
}

TEST_F(RedisSubscriptions, OutlivesNobodyWhoHoldsASubscription) {
    door through(at(own));
    inside([&]() -> task<void> {
        subscription kept;
        {
            subscriptions push(*reactor::current(), std::move(share), through, quick());
            push.start();
            kept = co_await push.subscribe("c", into_heard(), soon());
            co_await push.stop(soon());
            EXPECT_EQ(co_await code_of(push.subscribe("d", into_heard(), soon())), "refused");
        }
        kept.end();
    });
}

/// Subscriptions on the connection of a mux.
class RedisRider : public RedisSubscriptions {
protected:
    int lost = 0;

    void with_rider(std::function<task<void>(mux&, subscriptions&)> body) {
        door through(at(own));
        inside([&]() -> task<void> {
            mux shared(*reactor::current(), std::move(share), through, mux_like());
            shared.start();
            co_await shared.up(soon());
            subscriptions push(shared);
            co_await testing::and_at_last([&] { return body(shared, push); },
                                          [&] { return both_stopped(push, shared); });
        });
    }
    static mux_terms mux_like() {
        mux_terms with;
        with.options.name = "push";
        with.ping_idle_ms = 100ms;
        with.ping_ms_max = 200ms;
        with.connect_ms_max = 500ms;
        return with;
    }
    static task<void> both_stopped(subscriptions& push, mux& shared) {
        co_await push.stop(soon());
        co_await shared.stop(soon());
    }
};

TEST_F(RedisRider, HearsBetweenAnswersOnOneConnection) {
    with_rider([&](mux& shared, subscriptions& push) -> task<void> {
        const auto told = co_await push.subscribe("c", into_heard(), soon());
        for (int i = 0; i < 100; ++i) {
            const auto text = std::to_string(i);
            (void)co_await shared.run(command("PUBLISH", "c", text), soon());
            EXPECT_EQ((co_await shared.run(command("ECHO", text), soon())).text(), text);
        }
        EXPECT_TRUE(co_await hears(100));
        EXPECT_EQ(heard.at(42), "c: 42");
        EXPECT_EQ(ledger.held(), 1u);
        EXPECT_EQ(shown(own, "push"), 1u);
    });
}

TEST_F(RedisRider, ListensAgainBeforeAnythingIsAskedOnTheNextConnection) {
    with_rider([&](mux& shared, subscriptions& push) -> task<void> {
        auto ears = into_heard();
        ears.on_lost = [&] { ++lost; };
        const auto told = co_await push.subscribe("c", ears, soon());
        own.ask({"CLIENT", "KILL", "TYPE", "pubsub"});
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return lost == 1; }));
        const auto listeners = co_await shared.run(command("PUBLISH", "c", "x"), soon());
        EXPECT_EQ(listeners.number(), 1);
        EXPECT_EQ(gaps, 1);
        EXPECT_TRUE(co_await hears(1));
    });
}

TEST_F(RedisRider, LeavesTheConnectionToItsOwner) {
    with_rider([&](mux& shared, subscriptions& push) -> task<void> {
        auto told = co_await push.subscribe("c", into_heard(), soon());
        told.end();
        co_await push.stop(soon());
        EXPECT_EQ((co_await shared.run(command("ECHO", "x"), soon())).text(), "x");
        EXPECT_EQ(co_await code_of(push.subscribe("d", into_heard(), soon())), "refused");
    });
}

}  // namespace
}  // namespace headroom::redis
