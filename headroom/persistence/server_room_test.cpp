#include "headroom/persistence/server_room.hpp"

#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

/// A server as PostgreSQL would describe it, built a sentence at a time.
class ServerRoom : public ::testing::Test {
protected:
    ServerRoom() {
        facts.reader.role = "app";
        facts.reader.database = "service";
        set("max_connections", "20");
        set("superuser_reserved_connections", "3");
    }
    void set(std::string name, std::string value) {
        facts.settings.push_back({std::move(name), std::move(value), {}, {}, {}});
    }
    void limit_role(std::string name, std::uint64_t limit) { facts.roles.push_back({name, limit}); }
    void limit_database(std::string name, std::uint64_t limit) {
        facts.databases.push_back({name, limit});
    }
    void connect(int times, std::string role, std::string database = "service") {
        for (int i = 0; i < times; ++i) {
            backend one;
            one.role = role;
            one.database = database;
            one.superuser = role == "postgres";
            facts.backends.push_back(one);
        }
    }
    room look() const { return room_for(facts); }

    server_facts facts;
};

TEST_F(ServerRoom, KeepsTheSuperusersSlotsOutOfWhatAnOrdinaryRoleCanUse) {
    EXPECT_EQ(look().usable, 17u);
    EXPECT_EQ(look().binding()->how, "max_connections 20 - 3 superuser_reserved_connections");
}

TEST_F(ServerRoom, TakesReservedConnectionsAwayFromPostgres16On) {
    set("reserved_connections", "4");
    EXPECT_EQ(look().usable, 13u);
}

TEST_F(ServerRoom, GivesReservedConnectionsToMembersOfTheRole) {
    set("reserved_connections", "4");
    facts.reader.uses_reserved_slots = true;
    EXPECT_EQ(look().usable, 17u);
}

TEST_F(ServerRoom, LosesAnOrdinarySlotToEverySuperuserSession) {
    connect(2, "postgres");
    EXPECT_EQ(look().usable, 17u);
    EXPECT_EQ(look().free, 15u);
}

TEST_F(ServerRoom, DoesNotCountTheSessionThatReads) {
    connect(3, "app");
    facts.backends.front().own = true;
    EXPECT_EQ(look().free, 15u);
}

TEST_F(ServerRoom, IsNeverNegativeWhenSuperusersSitInTheReserve) {
    connect(17, "app");
    connect(3, "postgres");
    EXPECT_EQ(look().free, 0u);
}

TEST_F(ServerRoom, IsBoundByTheRolesLimit) {
    limit_role("app", 2);
    EXPECT_EQ(look().usable, 2u);
    EXPECT_EQ(look().binding()->by, bound_by::role);
}

TEST_F(ServerRoom, IsBoundByTheDatabasesLimitAndCountsSuperusersThere) {
    limit_database("service", 3);
    connect(2, "postgres");
    EXPECT_EQ(look().usable, 3u);
    EXPECT_EQ(look().free, 1u);
    EXPECT_EQ(look().binding_now()->name, "database service");
}

TEST_F(ServerRoom, CountsARolesSessionsInEveryDatabase) {
    limit_role("app", 5);
    connect(4, "app", "another");
    EXPECT_EQ(look().free, 1u);
}

TEST_F(ServerRoom, MayBeBoundNowByAnotherInequalityThanAtRest) {
    limit_role("app", 10);
    connect(12, "reports", "reports");
    EXPECT_EQ(look().binding()->name, "role app");
    EXPECT_EQ(look().binding_now()->name, "server");
    EXPECT_EQ(look().free, 5u);
}

TEST_F(ServerRoom, ExemptsSuperusersFromAllButTheServersSlots) {
    facts.reader.role = "postgres";
    facts.roles.push_back({"postgres", 1, true});
    limit_database("service", 1);
    EXPECT_EQ(look().usable, 20u);
}

TEST_F(ServerRoom, HasNoFigureWhenTheLimitWasNotRead) {
    facts.settings.clear();
    EXPECT_FALSE(look().usable);
    EXPECT_FALSE(look().why_unknown.empty());
}

TEST_F(ServerRoom, ListsEveryFactWithItsOriginAndTheUnreadOnesWithTheReason) {
    facts.unread.push_back({"system identifier", "permission denied for pg_control_system"});
    const auto all = listed(facts);
    EXPECT_EQ(all.front().name, "max_connections");
    EXPECT_TRUE(all.front().how.starts_with("pg_settings"));
    EXPECT_FALSE(all.back().known);
    EXPECT_EQ(all.back().how, "permission denied for pg_control_system");
}

}  // namespace
}  // namespace headroom::persistence
