// What is remembered for moments, asked and forgotten by many threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include "headroom/auth/api_key_uses.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

constexpr unsigned asking_threads = 4;
constexpr int turns = 2'000, names = 20;

TEST(BriefCacheThreads, AnAnswerIsItsNamesAndTheBoundHolds) {
    brief_cache<int> kept(names / 2, 1h);
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> all;
        for (unsigned i = 0; i < asking_threads; ++i)
            all.emplace_back([&, i] {
                for (int turn = 0; turn < turns; ++turn) {
                    const int name = (turn + static_cast<int>(i)) % names;
                    const auto key = std::to_string(name);
                    const auto ticket = kept.ticket();
                    if (const auto found = kept.find(key); found && *found != name) ++wrong;
                    kept.put(key, name, ticket);
                    if (turn % 10 == 0) kept.forget_if([&](int is) { return is == name; });
                }
            });
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(kept.figures().entries, static_cast<std::size_t>(names / 2));
}

TEST(ApiKeyUsesThreads, TheLastUseIsTakenByOneOfThem) {
    api_key_uses uses;
    registered_api_key key;
    key.id = "AAAAAAAA";
    key.who = std::make_shared<const principal>();
    std::mutex mutex;
    wall_time last{};  // guarded by mutex
    const auto take = [&] {
        for (const auto& each : uses.take()) {
            const std::scoped_lock lock(mutex);
            last = std::max(last, each.last);
        }
    };
    {
        std::vector<std::jthread> all;
        for (unsigned i = 0; i < asking_threads; ++i)
            all.emplace_back([&] {
                for (int turn = 1; turn <= turns; ++turn) {
                    uses.note(key, wall_time(std::chrono::microseconds(turn)));
                    take();
                }
            });
    }
    take();
    EXPECT_EQ(last, wall_time(std::chrono::microseconds(turns)));
    EXPECT_EQ(uses.dropped(), 0U);
}

}  // namespace
}  // namespace headroom::auth
