// `headroom-service migrate` as a deploy runs it: twice at once, killed, and started again.
#include <gmock/gmock.h>
#include <signal.h>

#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;

class Migrate : public ::testing::Test {
protected:
    testing::child_process begin_migrate(variables with = {}) {
        testing::program one{.arguments = {HEADROOM_SERVICE, "migrate"}};
        one.environment = database_.addresses();
        one.environment.merge(with);
        return testing::child_process(one);
    }
    /// Somebody creates the service's table and does not commit: whoever creates it too has to
    /// wait.
    testing::child_process stand_in_the_way() {
        return testing::child_process(
            {.arguments = {"psql", "-q", database_.url("migrator"), "-c",
                           "begin; create table tenant_configuration (); select pg_sleep(60)"}});
    }
    bool obstructed() {
        return testing::eventually([&] {
            return value(
                       "select count(*) from pg_stat_activity where query ~ 'pg_sleep' and pid "
                       "<> pg_backend_pid()") == "1";
        });
    }
    std::string value(const std::string& sql) {
        return database_.server().value(sql, database_.name());
    }
    unsigned waiting() {
        return static_cast<unsigned>(std::stoul(
            value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")));
    }
    std::string versions() {
        return value(
            "select string_agg(version::text, ',' order by version) from "
            "headroom_migrations");
    }

    served_database database_;
};

TEST_F(Migrate, StartedTwiceAtOnceDoesTheWorkOnce) {
    auto one = begin_migrate(), other = begin_migrate();
    EXPECT_EQ(one.wait()->code, 0) << one.errors();
    EXPECT_EQ(other.wait()->code, 0) << other.errors();
    EXPECT_EQ(versions(), "1,2,3,4,5,6,7,8,9,10,11,12,13,14");
}

TEST_F(Migrate, KilledInTheMiddleOfAFileLeavesNothingOfItAndTheNextGoesOn) {
    auto obstacle = stand_in_the_way();
    ASSERT_TRUE(obstructed());
    auto victim = begin_migrate();
    ASSERT_TRUE(testing::eventually([&] { return waiting() == 1; }));
    victim.signal(SIGKILL);
    ASSERT_TRUE(victim.wait());
    obstacle.signal(SIGINT);  // psql cancels, and its transaction is rolled back
    ASSERT_TRUE(obstacle.wait());
    EXPECT_EQ(versions(), "1");
    const auto next = run_service(database_.addresses(), {"migrate"});
    EXPECT_EQ(next.code, 0) << next.errors;
    EXPECT_EQ(versions(), "1,2,3,4,5,6,7,8,9,10,11,12,13,14");
}

TEST_F(Migrate, ItsFilesHaveATimeOfTheirOwnBeyondTheStarts) {
    auto obstacle = stand_in_the_way();
    ASSERT_TRUE(obstructed());
    auto slow = begin_migrate({{"HEADROOM_START_TIMEOUT", "1s"}});
    ASSERT_TRUE(testing::eventually([&] { return waiting() == 1; }));
    const auto begun = std::chrono::steady_clock::now();
    ASSERT_FALSE(slow.wait(1500ms)) << slow.errors();
    obstacle.signal(SIGINT);
    EXPECT_EQ(slow.wait()->code, 0) << slow.errors();
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 1500ms);
    EXPECT_EQ(versions(), "1,2,3,4,5,6,7,8,9,10,11,12,13,14");
}

TEST_F(Migrate, RollsBackWhatIsNotDoneWhenItsTimeHasPassed) {
    auto obstacle = stand_in_the_way();
    ASSERT_TRUE(obstructed());
    auto late = begin_migrate({{"HEADROOM_MIGRATE_TIMEOUT", "1s"}});
    EXPECT_EQ(late.wait()->code, 75);
    EXPECT_THAT(late.errors(), HasSubstr("HEADROOM_MIGRATE_TIMEOUT has passed: 0002"));
    EXPECT_EQ(versions(), "1");
    EXPECT_EQ(waiting(), 0U) << "the server has ended the statement too";
}

TEST_F(Migrate, EndsSoonAfterASignal) {
    auto obstacle = stand_in_the_way();
    ASSERT_TRUE(obstructed());
    auto stopped = begin_migrate();
    ASSERT_TRUE(testing::eventually([&] { return waiting() == 1; }));
    stopped.signal(SIGTERM);
    const auto how = stopped.wait(2s);
    ASSERT_TRUE(how);
    EXPECT_EQ(how->code, 75);
    EXPECT_THAT(stopped.errors(), HasSubstr("stopped by a signal"));
}

TEST_F(Migrate, ReportsWithoutChangingAnything) {
    const auto dry = run_service(database_.addresses(), {"migrate", "--dry-run"});
    EXPECT_EQ(dry.code, 0) << dry.errors;
    EXPECT_THAT(dry.output, HasSubstr("0001_roles.sql"));
    EXPECT_EQ(value("select to_regclass('headroom_migrations') is null"), "t");
    database_.migrate();
    const auto status = run_service(database_.addresses(), {"migrate", "--status"});
    EXPECT_THAT(status.output, HasSubstr("the schema is at version 14 of 14"));
}

TEST_F(Migrate, RefusesASchemaWhoseFileWasChanged) {
    database_.migrate();
    value(
        "update headroom_migrations set checksum = repeat('0', 64) where version = 1 "
        "returning 1");
    const auto drifted = run_service(database_.addresses(), {"migrate"});
    EXPECT_EQ(drifted.code, 78);
    EXPECT_THAT(drifted.errors, HasSubstr("was changed after it was applied"));
}

}  // namespace
}  // namespace headroom::service
