#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "headroom/persistence/cache/cache_fixture.hpp"

namespace headroom::cache {
namespace {

using ::testing::StartsWith;

class CacheInvalidation : public cache_fixture {
protected:
    caching_process one{server, usual()}, two{server, usual()};
    view<std::string> ours{one.cache, "text"}, theirs{two.cache, "text"};
    slow_truth slow{known};
    std::string late;                // written before it came
    std::atomic<bool> came = false;

    void change(const char* to) {
        known.text = to;
        one.run([&]() -> task<void> { EXPECT_TRUE(co_await ours.changed({"k"}, soon())); });
    }
    /// In the second process: it has read the old truth, and not kept it yet.
    void begin_slow_load() {
        two.spawn([this]() -> task<void> {
            late = *co_await theirs.get_or_load("k", slow.loader(), soon());
            came = true;
        });
        ASSERT_TRUE(eventually([&] { return slow.begun == 1; }));
    }
    void end_slow_load() {
        slow.may_end = true;
        EXPECT_TRUE(eventually([&] { return came.load(); }));
        EXPECT_EQ(late, "old");
        EXPECT_TRUE(eventually([&] { return two.cache.now().outdated == 1; }));
    }
};

TEST_F(CacheInvalidation, ReachesEveryProcess) {
    EXPECT_EQ(given(one, ours, known), "old");
    // Nothing is kept before invalidations are heard.
    EXPECT_TRUE(eventually([&] {
        return given(two, theirs, known) == "old" && two.cache.now().entries == 1;
    }));
    const int before = known.loads;
    change("new");
    EXPECT_EQ(given(one, ours, known), "new");
    EXPECT_TRUE(eventually([&] { return given(two, theirs, known) == "new"; }));
    EXPECT_EQ(known.loads, before + 1);
}

TEST_F(CacheInvalidation, ComesBeforeWhatIsAskedAfterItsAnswer) {
    for (int i = 0; i < 100; ++i) {
        const auto text = std::to_string(i);
        known.text = text.c_str();
        one.run([&]() -> task<void> { co_await ours.changed({"k"}, soon()); });
        const auto heard = [&] { return two.cache.now().invalidations > std::uint64_t(i); };
        EXPECT_TRUE(eventually(heard));
        EXPECT_EQ(given(two, theirs, known), text);
        EXPECT_EQ(given(one, ours, known), text);
    }
}

TEST_F(CacheInvalidation, WhatWasLoadedBeforeItIsKeptByNobody) {
    begin_slow_load();
    change("new");
    end_slow_load();
    EXPECT_EQ(given(two, theirs, known), "new");
    EXPECT_EQ(given(one, ours, known), "new");
}

TEST_F(CacheInvalidation, WhoAsksAfterItDoesNotWaitForALoadFromBefore) {
    begin_slow_load();
    change("new");
    EXPECT_TRUE(eventually([&] { return two.cache.now().invalidations == 1; }));
    EXPECT_EQ(given(two, theirs, known), "new");  // while the old one is still on its way
    end_slow_load();
    EXPECT_EQ(given(two, theirs, known), "new");
}

TEST_F(CacheInvalidation, IsKnownToRedisWhereItsMessageIsNot) {
    begin_slow_load();
    ask(server, {"EVAL", "redis.call('SET', KEYS[1], 'O12345678' .. string.rep(' ', 8))", "1",
                 "shop:text:k"});
    known.text = "new";
    end_slow_load();
    EXPECT_THAT(ask(server, {"GET", "shop:text:k"}), StartsWith("O12345678"));
    EXPECT_EQ(given(two, theirs, known), "new");
}

TEST_F(CacheInvalidation, BetweenItsTwoHalvesNobodyKeepsAnything) {
    EXPECT_EQ(given(two, theirs, known), "old");
    EXPECT_TRUE(eventually([&] { return two.cache.now().entries == 1; }));
    one.run([&]() -> task<void> { co_await ours.changing({"k"}, soon()); });
    EXPECT_TRUE(eventually([&] { return two.cache.now().entries == 0; }));
    EXPECT_EQ(given(two, theirs, known), "old");
    known.text = "new";
    EXPECT_EQ(given(two, theirs, known), "new");
    EXPECT_EQ(given(two, theirs, known), "new");
    EXPECT_EQ(known.loads, 4);
    change("new");
    EXPECT_TRUE(eventually([&] {
        given(two, theirs, known);
        return two.cache.now().local_hits > 0;
    }));
}

TEST_F(CacheInvalidation, BetweenItsTwoHalvesNobodyWaitsForALoadFromBefore) {
    one.run([&]() -> task<void> { co_await ours.changing({"k"}, soon()); });
    begin_slow_load();
    known.text = "new";
    EXPECT_EQ(given(two, theirs, known), "new");
    slow.may_end = true;
    EXPECT_TRUE(eventually([&] { return came && late == "old"; }));
}

TEST_F(CacheInvalidation, WhoseEndIsNeverToldIsOverAfterItsTime) {
    auto with = usual();
    with.trust_ms = 100ms;
    with.barred_ms = 200ms;
    caching_process short_of_breath(server, with);
    view<std::string> its(short_of_breath.cache, "text");
    short_of_breath.run([&]() -> task<void> { co_await its.changing({"k"}, soon()); });
    EXPECT_EQ(given(two, theirs, known), "old");
    EXPECT_TRUE(eventually([&] {
        given(two, theirs, known);
        return two.cache.now().entries == 1;
    }));
}

TEST_F(CacheInvalidation, OfManyKeysIsOneWalkToRedis) {
    std::vector<std::string> keys;
    for (int i = 0; i < 1'200; ++i) keys.push_back(std::to_string(i));
    one.run([&]() -> task<void> { EXPECT_TRUE(co_await ours.changed(keys, soon())); });
    EXPECT_TRUE(eventually([&] { return two.cache.now().invalidations == 1'200; }));
}

TEST_F(CacheInvalidation, FlushingRedisLosesNoTruth) {
    EXPECT_EQ(given(one, ours, known), "old");
    ask(server, {"FLUSHDB"});
    EXPECT_EQ(given(two, theirs, known), "old");
    change("new");
    ask(server, {"FLUSHDB"});
    EXPECT_EQ(given(one, ours, known), "new");
    EXPECT_TRUE(eventually([&] { return given(two, theirs, known) == "new"; }));
}

TEST_F(CacheInvalidation, AWaiterThatLeavesLeavesAlone) {
    begin_slow_load();
    two.run([&]() -> task<void> {
        bool thrown = false;
        try {
            co_await theirs.get_or_load("k", known.loader(), deadline::after(5ms));
        } catch (const persistence::deadline_passed&) {
            thrown = true;
        }
        EXPECT_TRUE(thrown);
    });
    slow.may_end = true;
    EXPECT_TRUE(eventually([&] { return came && late == "old"; }));
    EXPECT_EQ(known.loads, 1);
}

TEST_F(CacheInvalidation, ACancelledWaiterDoesNotCancelTheFlight) {
    namespace asio = boost::asio;
    asio::cancellation_signal cancel;
    bool ended = false, cancelled = false;
    two.run([&]() -> task<void> {
        asio::co_spawn(reactor::current()->get_executor(),
                       [&]() -> task<void> {
                           co_await theirs.get_or_load("k", slow.loader(), soon());
                       },
                       asio::bind_cancellation_slot(cancel.slot(),
                                                    [&](std::exception_ptr why) {
                                                        cancelled = why != nullptr;
                                                        ended = true;
                                                    }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return slow.begun == 1; }));
        cancel.emit(asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended; }));
        EXPECT_TRUE(cancelled);
        slow.may_end = true;
        EXPECT_EQ(*co_await theirs.get_or_load("k", known.loader(), soon()), "old");
    });
    EXPECT_EQ(known.loads, 1);
}

}  // namespace
}  // namespace headroom::cache
