#include "headroom/auth/brief_cache.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/manual_clock.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

class BriefCache : public ::testing::Test {
protected:
    void put(const std::string& key, int value) { kept.put(key, value, kept.ticket()); }

    testing::manual_clock clock;
    brief_cache<int> kept{2, 5s, clock.source()};
};

TEST_F(BriefCache, RemembersUntilTheTimeIsOver) {
    put("a", 1);
    clock.advance(4999ms);
    EXPECT_EQ(kept.find("a"), 1);
    clock.advance(1ms);
    EXPECT_FALSE(kept.find("a"));
}

TEST_F(BriefCache, GivesUpWhatCameFirst) {
    put("a", 1);
    put("b", 2);
    put("c", 3);
    EXPECT_FALSE(kept.find("a"));
    EXPECT_EQ(kept.find("b"), 2);
    EXPECT_EQ(kept.find("c"), 3);
    EXPECT_EQ(kept.figures().evictions, 1U);
    EXPECT_EQ(kept.figures().entries, 2U);
}

TEST_F(BriefCache, ReplacesWhatIsThere) {
    put("a", 1);
    put("a", 2);
    EXPECT_EQ(kept.find("a"), 2);
    EXPECT_EQ(kept.figures().entries, 1U);
}

TEST_F(BriefCache, ForgetsByNameAndByValue) {
    put("a", 1);
    put("b", 2);
    kept.forget("a");
    EXPECT_FALSE(kept.find("a"));
    kept.forget_if([](int value) { return value == 2; });
    EXPECT_FALSE(kept.find("b"));
    kept.forget("never there");
}

TEST_F(BriefCache, AnAnswerFromBeforeAChangeIsNotKept) {
    const auto asked = kept.ticket();
    kept.forget("a");
    kept.put("a", 1, asked);
    EXPECT_FALSE(kept.find("a"));
    put("a", 2);
    EXPECT_EQ(kept.find("a"), 2);
}

TEST_F(BriefCache, KeepsNothingWhereNothingMayBeKept) {
    brief_cache<int> none(0, 5s, clock.source());
    none.put("a", 1, none.ticket());
    EXPECT_FALSE(none.find("a"));
}

}  // namespace
}  // namespace headroom::auth
