#include "headroom/persistence/roles.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using testing::soon;

class Roles : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one;
        return one;
    }
    void SetUp() override {
        database = server().create_database();
        server().create_role("owner");
        server().create_role("app");
        server().create_role("deputy", "LOGIN IN ROLE owner");
        server().create_role("seer", "LOGIN BYPASSRLS");
        server().create_role("headroom_projector", "NOLOGIN");
        server().create_role("both", "LOGIN IN ROLE headroom_projector");
        server().create_role("asking", "LOGIN NOINHERIT IN ROLE headroom_projector");
        server().sql(
            "create table rows (tenant_id text); alter table rows owner to owner;"
            "create table other (id int); alter table other owner to app",
            database);
    }
    role_standing standing(std::string role) {
        role_standing found;
        testing::run([&]() -> task<void> {
            connection_options options;
            options.application_name = "test";
            connection on(*reactor::current(), grant.take().value(), options);
            const auto url = server().url(role, database);
            co_await on.open(parse_connect_info(url).value(), soon());
            found = co_await read_role_standing(on, soon());
            co_await on.close(soon());
        });
        return found;
    }
    budget::ledger ledger{"postgres", 2};
    budget::grant grant = ledger.open({"test", 2, 0}).value();
    std::string database;
};

TEST_F(Roles, AnAppThatOwnsNoTenantTableMayServe) {
    const auto judged = judge_role(standing("app"), profile::production);
    EXPECT_THAT(judged.faults, IsEmpty());
    EXPECT_THAT(judged.warnings, IsEmpty());
}

TEST_F(Roles, TheOwnerMayNotServeInProductionAndIsWarnedInDevelopment) {
    const auto found = standing("owner");
    EXPECT_THAT(judge_role(found, profile::production).faults,
                ElementsAre(HasSubstr("role owner owns 1 of the tables it serves (public.rows)")));
    EXPECT_THAT(judge_role(found, profile::dev).faults, IsEmpty());
    EXPECT_THAT(judge_role(found, profile::dev).warnings, ElementsAre(HasSubstr("owns 1")));
}

TEST_F(Roles, AMemberOfTheOwnerCountsAsTheOwner) { EXPECT_EQ(standing("deputy").owned, 1); }

TEST_F(Roles, BypassRlsAndSuperuserAreFaults) {
    EXPECT_THAT(judge_role(standing("seer"), profile::production).faults,
                ElementsAre(HasSubstr("BYPASSRLS")));
    EXPECT_THAT(judge_role(standing("postgres"), profile::production).faults,
                ElementsAre(HasSubstr("is a superuser")));
}

TEST_F(Roles, AnAppThatInheritsTheProjectorIsWarnedAndRefusedInProduction) {
    const auto found = standing("both");
    EXPECT_THAT(judge_role(found, profile::production).faults,
                ElementsAre(HasSubstr("role both inherits headroom_projector")));
    EXPECT_THAT(judge_role(found, profile::dev).warnings,
                ElementsAre(HasSubstr("HEADROOM_PROJECTOR_URL")));
    EXPECT_FALSE(standing("asking").inherits_projector);
    EXPECT_FALSE(standing("postgres").inherits_projector);
}

}  // namespace
}  // namespace headroom::persistence
