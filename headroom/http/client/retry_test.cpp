#include "headroom/http/client/retry.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

using namespace std::chrono_literals;

TEST(Retry, WhatWasNotSentIsSentAgainWhateverItIs) {
    EXPECT_TRUE(worth_repeating({.sent = false}, false));
    EXPECT_TRUE(worth_repeating({.sent = false}, true));
}

TEST(Retry, WhatTheServerMayHaveDoneIsRepeatedOnlyWhereThatMeansTheSame) {
    EXPECT_TRUE(worth_repeating({.sent = true}, true));
    EXPECT_FALSE(worth_repeating({.sent = true}, false));
    for (const unsigned status : {429U, 502U, 503U, 504U}) {
        EXPECT_TRUE(worth_repeating({.sent = true, .status = status}, true)) << status;
        EXPECT_FALSE(worth_repeating({.sent = true, .status = status}, false)) << status;
    }
    for (const unsigned status : {200U, 304U, 400U, 401U, 404U, 500U, 501U, 505U})
        EXPECT_FALSE(worth_repeating({.sent = true, .status = status}, true)) << status;
}

TEST(Retry, PostPatchAndConnectAreNotIdempotent) {
    for (const auto each : {method::post, method::patch, method::connect, method::other})
        EXPECT_FALSE(is_idempotent(each));
    for (const auto each : {method::get, method::head, method::put, method::del, method::options})
        EXPECT_TRUE(is_idempotent(each));
}

TEST(Retry, RetryAfterIsReadInSeconds) {
    EXPECT_EQ(read_retry_after("120"), 120s);
    EXPECT_EQ(read_retry_after("0"), 0s);
    for (const auto* each : {"", "-1", "1.5", "1 ", "Fri, 27 Nov 2026 00:00:00 GMT", "86401",
                             "99999999999999999999"})
        EXPECT_FALSE(read_retry_after(each)) << each;
}

}  // namespace
}  // namespace headroom::http
