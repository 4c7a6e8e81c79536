#include "headroom/persistence/read_server_facts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/persistence/server_room.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::Field;
using ::testing::IsEmpty;

using testing::soon;

/// Connections that hold slots until they are destroyed, and a look at what is left.
class ServerFacts : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one({.settings = {{"max_connections", "20"}}});
        return one;
    }
    void SetUp() override {
        server().create_role("app");
        server().create_role("watch", "LOGIN IN ROLE pg_monitor");
        database = server().create_database();
    }
    std::unique_ptr<connection> make() {
        connection_options options;
        options.application_name = "test";
        options.statement_cache_max = 0;
        return std::make_unique<connection>(*reactor::current(), grant.take().value(), options);
    }
    task<std::unique_ptr<connection>> connect(std::string role) {
        auto made = make();
        const auto url = server().url(role, database);
        co_await made->open(parse_connect_info(url).value(), soon());
        co_return made;
    }
    /// The facts as `role` reads them while `inside` holds its connections.
    server_facts look(std::string role, unsigned others = 0, std::string as = "app") {
        server_facts facts;
        testing::run([&]() -> task<void> {
            std::vector<std::unique_ptr<connection>> held;
            for (unsigned i = 0; i < others; ++i) held.push_back(co_await connect(as));
            auto reader = co_await connect(role);
            facts = co_await read_server_facts(*reader, soon());
            held.push_back(std::move(reader));
            for (auto& each : held) co_await each->close(soon());
        });
        return facts;
    }
    /// How many connections of a role the server admits, and what it says to the next.
    std::pair<unsigned, std::string> fill(std::string role) {
        std::pair<unsigned, std::string> admitted{0, ""};
        testing::run([&]() -> task<void> {
            std::vector<std::unique_ptr<connection>> held;
            try {
                for (;; ++admitted.first) held.push_back(co_await connect(role));
            } catch (const server_error& refused) {
                admitted.second = refused.sqlstate();
            }
            for (auto& each : held) co_await each->close(soon());
        });
        return admitted;
    }

    budget::ledger ledger{"postgres", 40};
    budget::grant grant = ledger.open({"test", 40, 0}).value();
    std::string database;
};

TEST_F(ServerFacts, ReadsLimitsWithTheirOriginAsARoleThatMayOnlyConnect) {
    const auto facts = look("app");
    EXPECT_EQ(facts.number("max_connections"), 20u);
    EXPECT_EQ(facts.setting("max_connections")->source, "configuration file");
    EXPECT_EQ(room_for(facts).usable, 17u);
    EXPECT_EQ(facts.through, route::direct);
    EXPECT_FALSE(facts.reader.superuser);
    EXPECT_FALSE(facts.system_identifier.empty());
    EXPECT_EQ(facts.timeline, 1u);
    EXPECT_THAT(facts.unread, IsEmpty());
}

TEST_F(ServerFacts, CountsSessionsOfOthersEvenWithoutPgMonitor) {
    const auto facts = look("watch", 3);
    EXPECT_TRUE(facts.reader.sees_everyone);
    EXPECT_EQ(facts.backends.size(), 4u);
    EXPECT_EQ(room_for(facts).free, 14u);
    const auto blind = look("app", 3, "watch");
    EXPECT_FALSE(blind.reader.sees_everyone);
    EXPECT_EQ(blind.backends.size(), 4u);
    EXPECT_EQ(blind.backends.front().seen, blind.backends.front().role == "app");
}

TEST_F(ServerFacts, FreeIsWhatTheServerReallyAdmits) {
    EXPECT_EQ(fill("app"), std::pair(17u, std::string(sqlstate::too_many_connections)));
    EXPECT_EQ(room_for(look("app")).free, 17u);
}

TEST_F(ServerFacts, SuperusersWhoCameFirstTakeOrdinarySlots) {
    const auto facts = look("app", 2, "postgres");
    EXPECT_EQ(room_for(facts).usable, 17u);
    EXPECT_EQ(room_for(facts).free, 15u);
}

TEST_F(ServerFacts, ARolesLimitOfTwoAdmitsTwo) {
    server().create_role("two", "LOGIN CONNECTION LIMIT 2");
    EXPECT_EQ(fill("two"), std::pair(2u, std::string(sqlstate::too_many_connections)));
    const auto room = room_for(look("two"));
    EXPECT_EQ(room.usable, 2u);
    EXPECT_EQ(room.binding()->name, "role two");
}

TEST_F(ServerFacts, ADatabasesLimitBindsAndCountsSuperusers) {
    server().sql("alter database " + database + " connection limit 3");
    const auto room = room_for(look("app", 2, "postgres"));
    EXPECT_EQ(room.usable, 3u);
    EXPECT_EQ(room.free, 1u);
    EXPECT_EQ(room.binding_now()->name, "database " + database);
}

TEST_F(ServerFacts, AMissingRightCostsOneFact) {
    server().sql("revoke execute on function pg_control_system() from public", database);
    const auto facts = look("app");
    EXPECT_THAT(facts.system_identifier, IsEmpty());
    EXPECT_EQ(facts.number("max_connections"), 20u);
    EXPECT_THAT(facts.unread, Contains(Field(&unread_fact::name, "system identifier")));
}

TEST_F(ServerFacts, NoticesAPoolerInTheWay) {
    testing::private_pgbouncer pooler(server());
    server_facts facts;
    testing::run([&]() -> task<void> {
        auto through = make();
        const auto url = pooler.url("app", database);
        co_await through->open(parse_connect_info(url).value(), soon());
        facts = co_await read_server_facts(*through, soon());
        co_await through->close(soon());
    });
    EXPECT_EQ(facts.through, route::pooled);
}

}  // namespace
}  // namespace headroom::persistence
