#include "command/overrides.hpp"

#include <gtest/gtest.h>

#include "command/manifest.hpp"

namespace headroom::command {
namespace {

/// Two consumers that read the same two variables, and one that reads none.
class Overrides : public ::testing::Test {
protected:
    budget::plan plan = read_manifest(R"(
resources: {postgres: {limit: 100, reserved: 3}}
consumers:
  - {name: events.store, resource: postgres, pool: 5, overflow: 10, settings: [SIZE, OVERFLOW]}
  - {name: events.runner, resource: postgres, pool: 5, overflow: 10, instances: 4,
     settings: [SIZE, OVERFLOW]}
  - {name: postgres, resource: postgres, pool: 40}
)")
                            .value()
                            .of;

    complaint set(std::string_view name, std::string_view value) {
        return override_figure(plan, name, value);
    }
    budget::figure sum() { return add_up(plan)[0].sum; }
};

TEST_F(Overrides, ChangeOneConsumer) {
    EXPECT_EQ(set("events.runner.pool", "1"), complaint{});
    EXPECT_EQ(set("consumers.events.runner.overflow", "2"), complaint{});
    EXPECT_EQ(sum(), 15u + 4 * 3 + 40);
}

TEST_F(Overrides, ChangeAResource) {
    EXPECT_EQ(set("postgres.limit", "500"), complaint{});
    EXPECT_EQ(set("resources.postgres.reserved", "0"), complaint{});
    EXPECT_EQ(plan.resources[0].usable(), 500u);
}

TEST_F(Overrides, TellAConsumerFromAResourceOfItsNameByTheKey) {
    EXPECT_EQ(set("postgres.pool", "1"), complaint{});
    EXPECT_EQ(plan.consumers[2].pool, 1u);
}

TEST_F(Overrides, OfASettingChangeEveryConsumerThatReadsIt) {
    EXPECT_EQ(set("SIZE", "1"), complaint{});
    EXPECT_EQ(set("OVERFLOW", "2"), complaint{});
    EXPECT_EQ(sum(), 3u + 4 * 3 + 40);
}

TEST_F(Overrides, OfTheReservesSettingChangeTheReserve) {
    plan.resources.front().reserve_setting = "RESERVE";
    EXPECT_EQ(set("RESERVE", "7"), complaint{});
    EXPECT_EQ(plan.resources.front().reserve, 7u);
    EXPECT_EQ(set("resources.postgres.reserve_setting", "X"), "unknown key 'reserve_setting'");
}

TEST_F(Overrides, RefuseWhatNobodyKnows) {
    EXPECT_EQ(set("SIZ", "1"), "no consumer reads a setting of this name (did you mean SIZE?)");
    EXPECT_EQ(set("runner.pool", "1"),
              "no consumer or resource is called 'runner' (did you mean events.runner?)");
    EXPECT_EQ(set("events.runner.limit", "1"), "unknown key 'limit'");
    EXPECT_EQ(set("events.runner.name", "1"), "unknown key 'name'");
    EXPECT_EQ(set("resources.postgres.pool", "1"), "unknown key 'pool'");
    EXPECT_EQ(set("", "1"), "no consumer reads a setting of this name");
    EXPECT_EQ(sum(), 115u);
}

TEST_F(Overrides, RefuseAValueOutOfBounds) {
    EXPECT_EQ(set("events.runner.pool", "-1"), "must not be negative ('-1', 0 to 1000000)");
    EXPECT_EQ(set("SIZE", ""), "is not a number ('', 0 to 1000000)");
}

TEST_F(Overrides, NoteWhatAVariableSharedWithOthersWouldReallyDo) {
    const auto notes = notes_on_shared_settings(
        plan, {{"events.runner.pool", "1"}, {"events.runner.overflow", "2"}});
    EXPECT_EQ(notes, (std::vector<std::string>{
                         "SIZE, OVERFLOW are read by other consumers, too: set as variables, they "
                         "give postgres a sum of 55, not 67"}));
}

TEST_F(Overrides, NoteNothingWhenTheVariableItselfIsSet) {
    EXPECT_TRUE(notes_on_shared_settings(plan, {{"SIZE", "1"}}).empty());
    EXPECT_TRUE(notes_on_shared_settings(plan, {{"postgres.pool", "1"}}).empty());
}

}  // namespace
}  // namespace headroom::command
