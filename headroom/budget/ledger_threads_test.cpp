#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "headroom/budget/ledger.hpp"

namespace headroom::budget {
namespace {

constexpr unsigned rounds = 10'000;

/// Runs `work` on `threads` threads at once and waits for them.
void together(unsigned threads, const std::function<void(unsigned)>& work) {
    std::vector<std::jthread> all;
    for (unsigned i = 0; i < threads; ++i) all.emplace_back(work, i);
}

TEST(LedgerThreads, NeverHoldMoreThanTheCeilingAndAlwaysFindTheirFloor) {
    ledger book("postgres", 6);
    std::vector<grant> grants;
    for (const char* name : {"a", "b", "c", "d"}) grants.push_back(book.open({name, 1, 6}).value());
    std::atomic<unsigned> open{0}, open_max{0}, unmet_floors{0};
    together(4, [&](unsigned own) {
        for (unsigned i = 0; i < rounds; ++i) {
            auto first = grants[own].take();
            if (!first) ++unmet_floors;
            auto second = grants[own].take();
            const auto now = open += 1 + second.has_value();
            for (auto seen = open_max.load();
                 now > seen && !open_max.compare_exchange_weak(seen, now);) {
            }
            open -= 1 + second.has_value();
        }
    });
    EXPECT_EQ(unmet_floors, 0u);
    EXPECT_LE(open_max, 6u);
    EXPECT_EQ(book.held(), 0u);
}

TEST(LedgerThreads, ServeEveryWishWhenUnitsCirculate) {
    ledger book("postgres", 2);
    std::vector<grant> grants;
    for (const char* name : {"a", "b", "c", "d"}) grants.push_back(book.open({name, 0, 2}).value());
    std::atomic<unsigned> served{0};
    together(4, [&](unsigned own) {
        for (unsigned i = 0; i < rounds; ++i) {
            std::atomic<bool> done{false};
            grants[own].want([&](lease) {
                ++served;
                done = true;
                done.notify_one();
            });
            done.wait(false);
            while (grants[own].held() > 0) std::this_thread::yield();
        }
    });
    EXPECT_EQ(served, 4 * rounds);
    EXPECT_EQ(book.held(), 0u);
}

TEST(LedgerThreads, LetAGrantEndWhileOthersRecallAndForget) {
    ledger book("postgres", 2);
    std::atomic<unsigned> recalls{0};
    together(4, [&](unsigned own) {
        for (unsigned i = 0; i < rounds; ++i) {
            auto mine = book.open({std::string(1, static_cast<char>('a' + own)), 0, 2}).value();
            mine.on_recall([&] { ++recalls; });
            auto held = mine.take();
            if (held) continue;
            std::atomic<bool> done{false};
            mine.want([&](lease) {
                done = true;
                done.notify_one();
            });
            if (!mine.forget()) done.wait(false);
            while (mine.held() > 0) std::this_thread::yield();
        }
    });
    EXPECT_EQ(book.held(), 0u);
    EXPECT_TRUE(book.snapshot().accounts.empty());
}

TEST(LedgerThreads, MayResizeAndLookWhileUnitsAreTaken) {
    ledger book("postgres", 8);
    auto one = book.open({"one", 1, 8}).value(), two = book.open({"two", 1, 8}).value();
    std::atomic<bool> over{false};
    together(4, [&](unsigned own) {
        for (unsigned i = 0; i < rounds; ++i) {
            if (own == 0) {
                EXPECT_TRUE(book.resize(2 + i % 7));
            } else if (own == 1) {
                const auto now = book.snapshot();
                over = over || now.accounts[0].held + now.accounts[1].held != now.held;
            } else {
                auto a = (own == 2 ? one : two).take(), b = (own == 2 ? one : two).take();
                if (b) b->begin_closing();
            }
        }
    });
    EXPECT_FALSE(over) << "a snapshot is one moment";
    EXPECT_EQ(book.held(), 0u);
    EXPECT_LE(book.snapshot().held_max, 8u);
}

}  // namespace
}  // namespace headroom::budget
