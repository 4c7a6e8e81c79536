#include "headroom/observability/id_source.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace headroom::observability {
namespace {

std::string digits(id_source& from, std::size_t count) {
    std::string out(count, '?');
    from.write_hex(out);
    return out;
}

// The generator's published first outputs for the seed 1234567.
TEST(IdSource, IsSplitmix64) {
    id_source from(1234567);
    EXPECT_EQ(from.next(), 6457827717110365317U);
    EXPECT_EQ(from.next(), 3203168211198807973U);
    EXPECT_EQ(from.next(), 9817491932198370423U);
}

TEST(IdSource, WritesDistinctHexadecimalDigits) {
    id_source from(7);
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto made = digits(from, 32);
        EXPECT_EQ(made.find_first_not_of("0123456789abcdef"), std::string::npos) << made;
        EXPECT_TRUE(seen.insert(made).second);
    }
}

// The finaliser is a bijection that keeps 0, so that this state comes next.
TEST(IdSource, IsNeverAllZero) {
    id_source from(0 - 0x9e3779b97f4a7c15U);
    EXPECT_NE(digits(from, 16), std::string(16, '0'));
}

TEST(IdSource, IsSeededByTheSystem) {
    id_source one, other;
    EXPECT_NE(digits(one, 32), digits(other, 32));
}

}  // namespace
}  // namespace headroom::observability
