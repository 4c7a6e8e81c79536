#include "headroom/persistence/cache/two_level.hpp"

#include <boost/describe.hpp>

#include "headroom/persistence/cache/cache_fixture.hpp"

namespace headroom::cache {
namespace {

struct profile {
    std::string name;
    int age = 0;
    std::vector<std::string> tags;
    bool operator==(const profile&) const = default;
};
BOOST_DESCRIBE_STRUCT(profile, (), (name, age, tags))

class TwoLevel : public cache_fixture {
protected:
    caching_process one{server, usual()};
    view<std::string> texts{one.cache, "text"};
};

TEST_F(TwoLevel, KeepsTypedValuesAndBytes) {
    view<profile> profiles(one.cache, "profile");
    one.run([&]() -> task<void> {
        const profile ada{"Ada", 36, {"first"}};
        EXPECT_TRUE(co_await profiles.set("7", ada, soon()));
        EXPECT_EQ(*co_await profiles.get("7", soon()), ada);
        EXPECT_EQ(co_await profiles.get("8", soon()), nullptr);
        const std::string bytes("a\0b", 3);
        EXPECT_TRUE(co_await texts.set("7", bytes, soon()));
        EXPECT_EQ(*co_await texts.get("7", soon()), bytes);
        EXPECT_TRUE(co_await texts.erase("7", soon()));
        EXPECT_EQ(co_await texts.get("7", soon()), nullptr);
    });
    EXPECT_EQ(one.connections(), 1u);
}

TEST_F(TwoLevel, EndsValuesAfterTheirTimeWithinTheJitter) {
    one.random = 0.0;
    one.run([&]() -> task<void> {
        EXPECT_TRUE(co_await texts.set("short", "v", {100s, 100s}, soon()));
        EXPECT_TRUE(co_await one.cache.increment("n", 1, 100s, soon()) == 1);
    });
    for (const std::string key : {"shop:text:short", "shop:count:n"}) {
        const auto left = std::stol(ask(server, {"PTTL", key}));
        EXPECT_LE(left, 90'000) << key;
        EXPECT_GT(left, 60'000) << key;
    }
}

TEST_F(TwoLevel, CountsUpAndKeepsTheFirstEnd) {
    one.run([&]() -> task<void> {
        EXPECT_EQ(co_await one.cache.increment("n", 2, 100s, soon()), 2);
        EXPECT_EQ(co_await one.cache.increment("n", 3, 900s, soon()), 5);
        EXPECT_EQ(co_await one.cache.increment("n", -5, 900s, soon()), 0);
    });
    EXPECT_LE(std::stol(ask(server, {"PTTL", "shop:count:n"})), 100'000);
}

TEST_F(TwoLevel, RefusesKeysAndValuesBeyondTheirBounds) {
    auto with = usual();
    with.value_bytes_max = 100;
    caching_process small(server, with);
    view<std::string> all(small.cache, "text");
    small.run([&]() -> task<void> {
        EXPECT_THROW(co_await all.get(std::string(600, 'k'), soon()), std::length_error);
        EXPECT_FALSE(co_await all.set("k", std::string(101, 'v'), soon()));
        const auto large = co_await all.get_or_load(
            "k", [](deadline) -> task<std::string> { co_return std::string(101, 'v'); }, soon());
        EXPECT_EQ(large->size(), 101u);
        EXPECT_EQ(co_await all.get("k", soon()), nullptr);
    });
    EXPECT_EQ(small.cache.now().too_large, 2u);
}

TEST_F(TwoLevel, LoadsOnceForAThousandWhoMiss) {
    slow_truth slow(known);
    std::atomic<int> given = 0;
    for (int i = 0; i < 1'000; ++i)
        one.spawn([&]() -> task<void> {
            given += *co_await texts.get_or_load("k", slow.loader(), soon()) == "old" ? 1 : 0;
        });
    EXPECT_TRUE(eventually([&] { return one.cache.now().joined == 999; }));
    slow.may_end = true;
    EXPECT_TRUE(eventually([&] { return given == 1'000; }));
    EXPECT_EQ(known.loads, 1);
}

TEST_F(TwoLevel, LoadsOnceForThreadsToo) {
    slow_truth slow(known);
    testing::test_reactor others[3];
    std::atomic<int> given = 0;
    for (auto& each : others)
        for (int i = 0; i < 100; ++i)
            each.spawn([&]() -> task<void> {
                given += *co_await texts.get_or_load("k", slow.loader(), soon()) == "old" ? 1 : 0;
            });
    EXPECT_TRUE(eventually([&] { return one.cache.now().joined == 299; }));
    slow.may_end = true;
    EXPECT_TRUE(eventually([&] { return given == 300; }));
    EXPECT_EQ(known.loads, 1);
}

TEST_F(TwoLevel, ASecondLookIsAnsweredHere) {
    EXPECT_EQ(given(one, texts, known), "old");
    EXPECT_TRUE(eventually([&] { return one.cache.now().entries == 1; }));
    EXPECT_EQ(given(one, texts, known), "old");
    EXPECT_EQ(given(one, texts, known), "old");
    const auto now = one.cache.now();
    EXPECT_EQ(now.misses, 1u);
    EXPECT_EQ(now.local_hits, 2u);
}

TEST_F(TwoLevel, AnotherProcessIsAnsweredByRedis) {
    EXPECT_EQ(given(one, texts, known), "old");
    EXPECT_TRUE(eventually([&] { return one.cache.now().entries == 1; }));
    caching_process two(server, usual());
    view<std::string> theirs(two.cache, "text");
    two.run([&]() -> task<void> { co_await theirs.get_or_load("k", known.loader(), soon()); });
    EXPECT_EQ(known.loads, 1);
    EXPECT_EQ(two.cache.now().redis_hits, 1u);
}

TEST_F(TwoLevel, AServiceOfAnotherPrefixSeesNothing) {
    auto with = usual();
    with.prefix = "warehouse";
    caching_process other(server, with);
    view<std::string> theirs(other.cache, "text");
    one.run([&]() -> task<void> { co_await texts.set("k", "ours", soon()); });
    other.run([&]() -> task<void> {
        EXPECT_EQ(co_await theirs.get("k", soon()), nullptr);
        EXPECT_TRUE(co_await theirs.erase("k", soon()));
    });
    one.run([&]() -> task<void> { EXPECT_EQ(*co_await texts.get("k", soon()), "ours"); });
    EXPECT_EQ(one.cache.now().invalidations, 1u);  // its own
}

TEST_F(TwoLevel, AFailureIsSharedAndNotKept) {
    std::atomic<int> tries = 0, failed = 0;
    const view<std::string>::loader fails = [&](deadline) -> task<std::string> {
        ++tries;
        co_await yield_now();
        throw std::runtime_error("the truth is away");
    };
    for (int i = 0; i < 50; ++i)
        one.spawn([&]() -> task<void> {
            try {
                co_await texts.get_or_load("k", fails, soon());
            } catch (const std::runtime_error&) {
                ++failed;
            }
        });
    EXPECT_TRUE(eventually([&] { return failed == 50; }));
    EXPECT_EQ(tries, 1);
    one.run([&]() -> task<void> {
        EXPECT_EQ(*co_await texts.get_or_load("k", known.loader(), soon()), "old");
    });
    EXPECT_EQ(one.cache.now().load_failures, 1u);
}

TEST_F(TwoLevel, WhatIsKeptAndDoesNotSufficeIsLoaded) {
    one.run([&]() -> task<void> {
        co_await texts.get_or_load("k", known.loader(), soon());
        known.text = "new";
        const auto is_new = [](const std::string& text) { return text == "new"; };
        EXPECT_EQ(*co_await texts.get_or_load("k", known.loader(), soon(), is_new), "new");
        EXPECT_EQ(*co_await texts.get_or_load("k", known.loader(), soon()), "new");
    });
    EXPECT_EQ(known.loads, 2);
}

TEST_F(TwoLevel, StaleIsGivenAndLoadedAnewOnce) {
    auto with = usual();
    with.values = {50ms, 100s};
    caching_process two(server, with);
    view<std::string> theirs(two.cache, "text");
    EXPECT_EQ(given(two, theirs, known), "old");
    known.text = "new";
    EXPECT_TRUE(eventually([&] { return given(two, theirs, known) == "new"; }));
    const auto now = two.cache.now();
    EXPECT_GE(now.refreshes, 1u);
    EXPECT_EQ(now.misses, 1u);  // nobody waited for the second load
}

TEST_F(TwoLevel, ATextOfAnotherProgramIsAMiss) {
    view<profile> profiles(one.cache, "profile");
    ask(server, {"SET", "shop:profile:1", "{\"name\":\"not of ours\"}"});
    one.run([&]() -> task<void> {
        EXPECT_EQ(co_await profiles.get("1", soon()), nullptr);
        co_await texts.set("2", "not a profile", soon());
    });
    ask(server, {"COPY", "shop:text:2", "shop:profile:2"});
    one.run([&]() -> task<void> {
        EXPECT_EQ(co_await profiles.get("2", soon()), nullptr);
        for (const std::string key : {"1", "2"}) {
            const auto found = co_await profiles.get_or_load(
                key, [](deadline) -> task<profile> { co_return profile{"Ada", 36, {}}; }, soon());
            EXPECT_EQ(found->name, "Ada");
        }
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one.cache.now().entries == 2; }));
    });
}

}  // namespace
}  // namespace headroom::cache
