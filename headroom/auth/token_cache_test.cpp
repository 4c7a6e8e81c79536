#include "headroom/auth/token_cache.hpp"

#include <gtest/gtest.h>

#include <string>

namespace headroom::auth {
namespace {

wall_time second(long of) { return wall_time(std::chrono::seconds(of)); }

/// An entry until second 10.
verified_token entry(std::string subject) {
    principal who{"issuer", std::move(subject), {}, {}, {}, second(10), ""};
    return {std::make_shared<const principal>(std::move(who)), {}, second(10)};
}

token_digest digest(int of) { return token_cache::digest_of(std::to_string(of)); }

TEST(TokenCache, FindsWhatWasPutUntilItsEnd) {
    token_cache cache(16);
    cache.put(digest(1), entry("a"));
    EXPECT_EQ(cache.find(digest(1), second(9))->who->subject, "a");
    EXPECT_FALSE(cache.find(digest(2), second(9)));
    EXPECT_FALSE(cache.find(digest(1), second(10)));
    EXPECT_EQ(cache.figures().entries, 0U);
    EXPECT_EQ(cache.figures().hits, 1U);
    EXPECT_EQ(cache.figures().misses, 2U);
}

TEST(TokenCache, HoldsNoMoreThanItsBound) {
    for (const std::size_t most : {0U, 1U, 5U, 16U, 100U}) {
        token_cache cache(most);
        for (int i = 0; i < 1000; ++i) cache.put(digest(i), entry("a"));
        EXPECT_LE(cache.figures().entries, most);
        if (most >= 16) {
            EXPECT_EQ(cache.figures().entries, most);
        }
    }
}

TEST(TokenCache, WhatWasUsedStaysLonger) {
    token_cache cache(32);  // two a shard
    cache.put(digest(0), entry("used"));
    for (int i = 1; i < 1000; ++i) {
        cache.put(digest(i), entry("other"));
        ASSERT_TRUE(cache.find(digest(0), second(0))) << i;
    }
    EXPECT_GT(cache.figures().evictions, 900U);
}

TEST(TokenCache, PutAgainReplaces) {
    token_cache cache(16);
    cache.put(digest(1), entry("a"));
    cache.put(digest(1), entry("b"));
    EXPECT_EQ(cache.find(digest(1), second(0))->who->subject, "b");
    EXPECT_EQ(cache.figures().entries, 1U);
    cache.erase(digest(1));
    cache.erase(digest(1));
    EXPECT_FALSE(cache.find(digest(1), second(0)));
}

TEST(TokenCache, ADigestIsSha256) {
    const auto made = token_cache::digest_of("abc");
    EXPECT_EQ(made[0], 0xba);
    EXPECT_EQ(made[31], 0xad);
}

}  // namespace
}  // namespace headroom::auth
