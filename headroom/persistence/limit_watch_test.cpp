#include "headroom/persistence/limit_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

using ::testing::HasSubstr;

/// A process with floors of 9 and a ceiling of 12 on a server of 20.
class LimitWatch : public ::testing::Test {
protected:
    LimitWatch() {
        facts.reader.role = "app";
        facts.settings.push_back({"max_connections", "20", {}, {}, {}});
        facts.settings.push_back({"superuser_reserved_connections", "3", {}, {}, {}});
    }
    static budget::plan plan() {
        budget::plan one;
        one.resources.push_back({"postgres", {}, 0, 3});
        budget::consumer all;
        all.name = "all";
        all.resource = "postgres";
        all.pool = 9;
        all.overflow.kind = budget::overflow_kind::shared;
        one.consumers.push_back(all);
        return one;
    }
    std::optional<limit_watch::change> look(const char* max_connections) {
        facts.settings[0].value = max_connections;
        return watch.look(facts);
    }
    server_facts facts;
    limit_watch watch{plan(), "postgres", 9, 12};
};

TEST_F(LimitWatch, SaysNothingWhileNothingChanges) {
    EXPECT_FALSE(look("20"));
    EXPECT_FALSE(look("20"));
}

TEST_F(LimitWatch, TakesTheCeilingDownToWhatIsUsableAndUpAgain) {
    EXPECT_FALSE(look("20"));
    const auto smaller = look("14");
    ASSERT_TRUE(smaller);
    EXPECT_TRUE(smaller->worse);
    EXPECT_EQ(smaller->ceiling, 11u);
    EXPECT_THAT(smaller->line, HasSubstr("usable changed from 17 to 11"));
    EXPECT_THAT(smaller->line, HasSubstr("RED"));
    EXPECT_EQ(look("100")->ceiling, 12u);
}

TEST_F(LimitWatch, NeverTakesTheCeilingBelowTheFloors) {
    EXPECT_FALSE(look("20"));
    EXPECT_EQ(look("8")->ceiling, 9u);
}

TEST_F(LimitWatch, NoticesALimitOfTheRole) {
    EXPECT_FALSE(look("20"));
    facts.roles.push_back({"app", 10});
    const auto bound = look("20");
    ASSERT_TRUE(bound);
    EXPECT_THAT(bound->line, HasSubstr("role app"));
}

TEST_F(LimitWatch, SaysNothingWhenTheLimitsCannotBeRead) {
    EXPECT_FALSE(look("20"));
    facts.settings.clear();
    EXPECT_FALSE(watch.look(facts));
}

}  // namespace
}  // namespace headroom::persistence
