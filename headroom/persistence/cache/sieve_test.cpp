#include "headroom/persistence/cache/sieve.hpp"

#include <gmock/gmock.h>

namespace headroom::cache {
namespace {

using namespace std::chrono_literals;

class Sieve : public ::testing::Test {
protected:
    const sieve::time_point now{1000h};

    sieve::entry text(const std::string& of, std::chrono::milliseconds kept = 1h) const {
        return {std::make_shared<const std::string>(of), now + kept, now + kept};
    }
    bool has(sieve& in, const std::string& key) const { return in.find(key, now) != nullptr; }
};

TEST_F(Sieve, GivesWhatWasPut) {
    sieve local(10, 10'000);
    EXPECT_TRUE(local.put("a", text("one"), 3));
    const auto* found = local.find("a", now);
    ASSERT_NE(found, nullptr);
    EXPECT_EQ(*static_cast<const std::string*>(found->value.get()), "one");
    EXPECT_EQ(local.find("b", now), nullptr);
}

TEST_F(Sieve, HoldsNoMoreEntriesThanItMay) {
    sieve local(3, 100'000);
    for (int i = 0; i < 100; ++i) local.put(std::to_string(i), text("v"), 1);
    EXPECT_EQ(local.size(), 3u);
    EXPECT_EQ(local.evicted(), 97u);
}

TEST_F(Sieve, HoldsNoMoreBytesThanItMay) {
    sieve local(1'000, 10'000);
    for (int i = 0; i < 100; ++i) {
        local.put(std::to_string(i), text("v"), 1'000);
        EXPECT_LE(local.bytes(), 10'000u);
    }
    EXPECT_GE(local.size(), 8u);
    EXPECT_FALSE(local.put("huge", text("v"), 10'000));
    EXPECT_FALSE(has(local, "huge"));
}

TEST_F(Sieve, AValueInPlaceOfAnotherIsCountedOnce) {
    sieve local(10, 100'000);
    local.put("a", text("one"), 100);
    const auto bytes = local.bytes();
    local.put("a", text("two"), 100);
    EXPECT_EQ(local.bytes(), bytes);
    EXPECT_EQ(local.size(), 1u);
    local.erase("a");
    EXPECT_EQ(local.bytes(), 0u);
}

TEST_F(Sieve, KeepsWhatIsAskedForThroughAPassOverManyOthers) {
    sieve local(10, 1'000'000);
    for (int i = 0; i < 5; ++i) local.put("hot" + std::to_string(i), text("v"), 1);
    for (int i = 0; i < 1'000; ++i) {
        local.put("cold" + std::to_string(i), text("v"), 1);
        for (int hot = 0; hot < 5; ++hot) EXPECT_TRUE(has(local, "hot" + std::to_string(hot)));
    }
}

TEST_F(Sieve, ForgetsWhatIsOver) {
    sieve local(10, 10'000);
    local.put("a", text("v", 5ms), 1);
    EXPECT_NE(local.find("a", now + 4ms), nullptr);
    EXPECT_EQ(local.find("a", now + 5ms), nullptr);
    EXPECT_EQ(local.size(), 0u);
}

TEST_F(Sieve, StaysWholeWhateverIsErased) {
    sieve local(8, 1'000'000);
    for (int i = 0; i < 10'000; ++i) {
        const auto key = std::to_string(i * 7919 % 31);
        if (i % 3 == 0) local.erase(key);
        else if (i % 3 == 1) local.put(key, text("v"), 10);
        else local.find(key, now);
        ASSERT_LE(local.size(), 8u);
    }
    local.clear();
    EXPECT_EQ(local.bytes(), 0u);
    EXPECT_TRUE(local.put("again", text("v"), 1));
}

}  // namespace
}  // namespace headroom::cache
