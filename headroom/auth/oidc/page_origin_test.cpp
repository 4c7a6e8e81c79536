#include "headroom/auth/oidc/page_origin.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

bool is_sent_by_us(const own_pages& us, std::vector<http::field> fields) {
    budget::holder who;
    http::request of(who, deadline::after(std::chrono::seconds(1)));
    of.headers = http::fields(fields);
    return us.sent(of);
}

bool changes(http::method verb, std::vector<http::field> fields = {}) {
    budget::holder who;
    http::request of(who, deadline::after(std::chrono::seconds(1)));
    of.method = verb;
    of.headers = http::fields(fields);
    return may_change(of);
}

TEST(PageOrigin, IsWrittenAsBrowsersWriteIt) {
    EXPECT_EQ(origin_of("https://App.example/auth/callback"), "https://app.example");
    EXPECT_EQ(origin_of("https://app.example:443/x?y"), "https://app.example");
    EXPECT_EQ(origin_of("http://localhost:8000/auth/callback"), "http://localhost:8000");
    EXPECT_EQ(origin_of("http://app.example:80"), "http://app.example");
    EXPECT_EQ(origin_of("http://app.example:443/"), "http://app.example:443");
    EXPECT_EQ(origin_of("http://[::1]:8000/"), "http://[::1]:8000");
    for (const auto* none : {"", "app.example", "ftp://app.example/", "https://"})
        EXPECT_EQ(origin_of(none), "") << none;
}

TEST(PageOrigin, OursAndThoseLetInMaySend) {
    const own_pages us("https://app.example/auth/callback", {"https://admin.example"});
    for (const auto* good : {"https://app.example", "https://admin.example"}) {
        EXPECT_TRUE(is_sent_by_us(us, {{"Origin", good}})) << good;
        EXPECT_TRUE(is_sent_by_us(us, {{"origin", good}, {"Sec-Fetch-Site", "same-site"}}));
    }
    EXPECT_TRUE(is_sent_by_us(us, {{"Sec-Fetch-Site", "same-origin"}}));
}

TEST(PageOrigin, NobodyElseMay) {
    const own_pages us("https://app.example/auth/callback");
    for (const auto* bad :
         {"null", "", "*", "https://evil.example", "http://app.example", "https://app.example:8443",
          "https://app.example.evil.example", "https://evil.app.example", "https://app.example/",
          "https://app.example, https://app.example"}) {
        EXPECT_FALSE(is_sent_by_us(us, {{"Origin", bad}})) << bad;
        EXPECT_FALSE(is_sent_by_us(us, {{"Origin", bad}, {"Sec-Fetch-Site", "same-origin"}}))
            << bad;
    }
    EXPECT_FALSE(is_sent_by_us(us, {}));
    for (const auto* bad : {"cross-site", "same-site", "none", "", "Same-Origin"})
        EXPECT_FALSE(is_sent_by_us(us, {{"Sec-Fetch-Site", bad}})) << bad;
    EXPECT_FALSE(is_sent_by_us(us, {{"Origin", "https://app.example"},
                                    {"Origin", "https://app.example"}}));
    EXPECT_FALSE(is_sent_by_us(own_pages("no url"), {{"Origin", ""}}));
}

TEST(PageOrigin, WhatReadsNeedsNoProofUnlessItLeavesHttp) {
    using enum http::method;
    for (const auto verb : {get, head, options}) EXPECT_FALSE(changes(verb));
    for (const auto verb : {post, put, patch, del}) EXPECT_TRUE(changes(verb));
    EXPECT_TRUE(changes(get, {{"Upgrade", "websocket"}}));
}

}  // namespace
}  // namespace headroom::auth
