#include "headroom/http/detail/client_patience.hpp"

#include <gtest/gtest.h>

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;

constexpr deadline::clock::time_point any_time{1h};

TEST(ClientPatience, IsUsedUpBySmallPieces) {
    client_patience of(20s, 1000);
    of.took(10, 15s);
    EXPECT_EQ(of.due(any_time, 0).at(), any_time + 5200ms);
    of.took(10, 7s);
    EXPECT_EQ(of.due(any_time, 0).at(), any_time);
    EXPECT_EQ(of.due(any_time, 10).at(), any_time + 200ms) << "no more than its bytes earn";
}

TEST(ClientPatience, IsEarnedByWhatIsTaken) {
    client_patience of(20s, 1000);
    of.took(0, 20s);
    for (int i = 0; i < 100; ++i) of.took(10, 100ms);
    EXPECT_EQ(of.due(any_time, 0).at(), any_time + 10s);
}

TEST(ClientPatience, IsNeverMoreThanOneWait) {
    client_patience of(20s, 1000);
    of.took(1'000'000, 0s);
    EXPECT_EQ(of.due(any_time, 1'000'000).at(), any_time + 20s);
}

}  // namespace
}  // namespace headroom::http::detail
