#include "headroom/eventsourcing/event.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "headroom/testing/run.hpp"

namespace headroom::eventsourcing {
namespace {

std::int64_t milliseconds_in(const uuid& of) {
    std::int64_t ms = 0;
    for (std::size_t i = 0; i < 6; ++i) ms = ms << 8 | of.bytes[i];
    return ms;
}

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

TEST(Uuid, ANewOneSaysItsVersionItsVariantAndItsTime) {
    const auto before = now_ms();
    const auto made = new_uuid();
    EXPECT_EQ(made.bytes[6] >> 4, 7);
    EXPECT_EQ(made.bytes[8] >> 6, 2);
    EXPECT_GE(milliseconds_in(made), before);
    EXPECT_LE(milliseconds_in(made), now_ms() + 1);
}

TEST(Uuid, NewOnesOnlyGrow) {
    auto last = new_uuid();
    for (int i = 0; i < 100'000; ++i) {
        const auto next = new_uuid();
        ASSERT_LT(last, next) << to_string(last) << " " << to_string(next);
        last = next;
    }
}

TEST(Uuid, ThreadsNeverMakeTheSameOne) {
    constexpr std::size_t threads = 4, each = 20'000;
    std::vector<std::vector<uuid>> made(threads);
    testing::thread_budget budget(threads);
    {
        std::vector<leased_thread> running;
        for (auto& mine : made)
            running.emplace_back(budget.one(), "uuid", [&mine] {
                for (std::size_t i = 0; i < each; ++i) mine.push_back(new_uuid());
            });
    }
    std::set<uuid> all;
    for (const auto& mine : made) {
        EXPECT_TRUE(std::ranges::is_sorted(mine));
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), threads * each);
}

TEST(Uuid, ItsTextIsTheCanonicalOne) {
    const uuid one{{0x01, 0x90, 0xb0, 0xc4, 0x7d, 0x5e, 0x7c, 0x3a, 0x9a, 0x51, 0x0f, 0x2b, 0x6d,
                    0x3e, 0x4c, 0x5d}};
    EXPECT_EQ(to_string(one), "0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d");
    EXPECT_EQ(parse_uuid("0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d"), one);
    EXPECT_EQ(parse_uuid("0190B0C4-7D5E-7C3A-9A51-0F2B6D3E4C5D"), one);
}

TEST(Uuid, NoOtherTextIsOne) {
    for (const auto* text :
         {"", "0190b0c47d5e7c3a9a510f2b6d3e4c5d", "{0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d}",
          "0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5", "0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d0",
          "0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5g", "0190b0c47-d5e-7c3a-9a51-0f2b6d3e4c5d",
          "0190b0c4-7d5e-7c3a-9a51_0f2b6d3e4c5d", " 190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d"})
        EXPECT_EQ(parse_uuid(text), std::nullopt) << text;
}

}  // namespace
}  // namespace headroom::eventsourcing
