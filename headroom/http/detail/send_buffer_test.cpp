#include "headroom/http/detail/send_buffer.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace headroom::http::detail {
namespace {

TEST(SendBuffer, SendsInOrderWhatWasAppended) {
    send_buffer out;
    EXPECT_TRUE(out.empty());
    out.text() += "first, ";
    out.take(3);
    out.text() += "second";
    EXPECT_EQ(out.unsent(), "st, second");
    out.take(10);
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(out.unsent(), "");
}

// A client of a WebSocket that pings as fast as it reads: its pongs never leave all at once.
TEST(SendBuffer, KeepsNothingThatASlowClientHasTaken) {
    send_buffer out;
    const std::string piece(1'000, 'p');
    for (int i = 0; i < 64; ++i) out.text() += piece;
    const auto waiting = out.unsent().size();
    for (int i = 0; i < 12'000; ++i) {
        out.text() += piece;
        out.take(piece.size());
        ASSERT_EQ(out.unsent().size(), waiting);
        ASSERT_LE(out.text().size(), 2 * (waiting + send_buffer::taken_bytes_max));
    }
    EXPECT_LE(out.capacity(), 4 * (waiting + send_buffer::taken_bytes_max));
}

TEST(SendBuffer, GoesOnWhereItWasWhenItForgets) {
    send_buffer out;
    std::string told;
    for (int i = 0; i < 20'000; ++i) {
        out.text() += std::to_string(i) + " ";
        if (i % 2 == 0) continue;
        told += out.unsent().substr(0, 9);
        out.take(std::min<std::size_t>(9, out.unsent().size()));
    }
    told += out.unsent();
    std::string all;
    for (int i = 0; i < 20'000; ++i) all += std::to_string(i) + " ";
    EXPECT_EQ(told, all);
}

TEST(SendBuffer, GivesTheMemoryOfALargeAnswerBack) {
    send_buffer out;
    out.text().assign(1'000'000, 'a');
    out.take(1'000'000);
    EXPECT_LE(out.capacity(), send_buffer::taken_bytes_max);
}

}  // namespace
}  // namespace headroom::http::detail
