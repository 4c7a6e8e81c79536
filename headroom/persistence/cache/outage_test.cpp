#include "headroom/persistence/cache/cache_fixture.hpp"

namespace headroom::cache {
namespace {

class CacheOutage : public cache_fixture {
protected:
    static settings impatient() {
        auto with = usual();
        with.redis_ms_max = 300ms;
        return with;
    }
    /// Changed where Redis cannot be told.
    void change_unheard(caching_process& by, view<std::string>& of) {
        known.text = "new";
        by.run([&]() -> task<void> { EXPECT_FALSE(co_await of.changed({"k"}, soon())); });
    }
};

TEST_F(CacheOutage, NeitherFailsNorLoadsTwice) {
    caching_process one(server, impatient());
    view<std::string> texts(one.cache, "text");
    server.stop();
    std::atomic<int> right = 0;
    slow_truth slow(known);
    for (int i = 0; i < 200; ++i)
        one.spawn([&]() -> task<void> {
            right += *co_await texts.get_or_load("k", slow.loader(), soon()) == "old" ? 1 : 0;
        });
    EXPECT_TRUE(eventually([&] { return one.cache.now().joined == 199; }));
    slow.may_end = true;
    EXPECT_TRUE(eventually([&] { return right == 200; }));
    EXPECT_EQ(known.loads, 1);
    one.run([&]() -> task<void> {
        EXPECT_EQ(co_await texts.get("k", soon()), nullptr);
        EXPECT_FALSE(co_await texts.set("k", "v", soon()));
        EXPECT_EQ(co_await one.cache.increment("n", 1, 1s, soon()), std::nullopt);
    });
    EXPECT_GT(one.cache.now().degraded, 0u);
    EXPECT_EQ(one.cache.now().entries, 0u);
}

TEST_F(CacheOutage, FromTheStartIsOverWhenRedisComes) {
    server.stop();
    caching_process one(server, impatient());
    view<std::string> texts(one.cache, "text");
    EXPECT_EQ(given(one, texts, known), "old");
    server.start();
    EXPECT_TRUE(eventually([&] {
        given(one, texts, known);
        return one.cache.now().local_hits > 0;
    }));
}

TEST_F(CacheOutage, OfAServerThatHangsIsNotWaitedForByEveryRequest) {
    caching_process one(server, impatient());
    view<std::string> texts(one.cache, "text");
    server.freeze();
    const auto begun = deadline::clock::now();
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(given(one, texts, known, std::to_string(i)), "old");
    // A wait each would be 30 s.
    EXPECT_LT(deadline::clock::now() - begun, 15s);
    server.thaw();
    EXPECT_TRUE(eventually([&] {
        given(one, texts, known);
        return one.cache.now().local_hits > 0;
    }));
}

TEST_F(CacheOutage, OfAServerThatHangsEndsTheBeliefInWhatIsHere) {
    auto with = impatient();
    with.trust_ms = 300ms;
    caching_process one(server, with);
    view<std::string> texts(one.cache, "text");
    EXPECT_EQ(given(one, texts, known), "old");
    server.freeze();
    known.text = "new";
    EXPECT_TRUE(eventually([&] { return given(one, texts, known) == "new"; }, 5s));
    server.thaw();
}

TEST_F(CacheOutage, WhatItWasNotToldIsToldAfterwards) {
    caching_process one(server, impatient()), two(server, impatient());
    view<std::string> ours(one.cache, "text"), theirs(two.cache, "text");
    EXPECT_EQ(given(two, theirs, known), "old");
    server.freeze();
    change_unheard(one, ours);
    EXPECT_EQ(one.cache.now().owed, 1u);
    server.thaw();
    EXPECT_TRUE(eventually([&] { return one.cache.now().owed == 0; }));
    EXPECT_TRUE(eventually([&] { return given(two, theirs, known) == "new"; }));
}

TEST_F(CacheOutage, ARestartForgetsValuesAndNoInvalidation) {
    caching_process one(server, impatient()), two(server, impatient());
    view<std::string> ours(one.cache, "text"), theirs(two.cache, "text");
    EXPECT_EQ(given(one, ours, known), "old");
    EXPECT_EQ(given(two, theirs, known), "old");
    server.stop();
    EXPECT_TRUE(eventually([&] { return two.cache.now().entries == 0; }));
    known.text = "new";
    server.start();
    EXPECT_EQ(given(two, theirs, known), "new");
    EXPECT_TRUE(eventually([&] { return given(one, ours, known) == "new"; }));
    EXPECT_TRUE(eventually([&] {
        given(two, theirs, known);
        return two.cache.now().local_hits > 0;
    }));
}

TEST_F(CacheOutage, ALostConnectionDropsWhatIsHereUntilItListensAgain) {
    caching_process one(server, impatient()), two(server, impatient());
    view<std::string> ours(one.cache, "text"), theirs(two.cache, "text");
    for (int round = 0; round < 5; ++round) {
        known.text = round % 2 == 0 ? "even" : "odd";
        const std::string text = known.text.load();
        one.run([&]() -> task<void> { co_await ours.changed({"k"}, soon()); });
        EXPECT_TRUE(eventually([&] { return given(two, theirs, known) == text; }));
        const auto gaps = two.cache.now().gaps;
        ask(server, {"CLIENT", "KILL", "TYPE", "pubsub"});
        EXPECT_TRUE(eventually([&] { return two.cache.now().gaps >= gaps + 2; }));
        EXPECT_EQ(given(two, theirs, known), text);
    }
}

}  // namespace
}  // namespace headroom::cache
