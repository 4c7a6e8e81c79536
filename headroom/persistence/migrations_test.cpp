#include "headroom/persistence/migrations.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using testing::soon;

/// A database of its own for each test, and migrators on connections of their own.
class Migrations : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one;
        return one;
    }
    void SetUp() override { database = server().create_database(); }

    task<std::unique_ptr<connection>> connect(std::string role = "postgres") {
        connection_options options;
        options.application_name = "test";
        options.statement_cache_max = 0;
        auto made =
            std::make_unique<connection>(*reactor::current(), grant.take().value(), options);
        const auto url = server().url(role, database);
        co_await made->open(parse_connect_info(url).value(), soon());
        co_return made;
    }
    /// Runs one migrator to its end and returns what it threw, or "".
    std::string run(std::vector<migration_file> files, migration_outcome* outcome = nullptr,
                    deadline until = soon()) {
        std::string said;
        const auto list = migrations_of(files).value();
        testing::run([&]() -> task<void> {
            auto on = co_await connect();
            try {
                auto done = co_await migrate(*on, list, until);
                if (outcome != nullptr) *outcome = std::move(done);
            } catch (const std::exception& failed) {
                said = failed.what();
            }
            co_await on->close(soon());
        });
        return said;
    }
    std::string value(const std::string& sql) { return server().value(sql, database); }
    std::string versions() {
        return value(
            "select coalesce(string_agg(version::text, ',' order by version), '') from "
            "headroom_migrations");
    }

    budget::ledger ledger{"postgres", 40};
    budget::grant grant = ledger.open({"persistence.migrations", 40, 0}).value();
    std::string database;
    const migration_file tables{"0001_tables.sql", "create table a (); create table b ();"};
    const migration_file views{"0002_views.sql", "create view v as select 1 as one;"};
};

TEST_F(Migrations, AppliesEveryFileOnce) {
    migration_outcome first, second;
    EXPECT_EQ(run({tables, views}, &first), "");
    EXPECT_THAT(first.applied, ElementsAre("0001_tables.sql", "0002_views.sql"));
    EXPECT_EQ(run({tables, views}, &second), "");
    EXPECT_THAT(second.applied, IsEmpty());
    EXPECT_EQ(versions(), "1,2");
}

TEST_F(Migrations, TakesUpWhereAnOlderProgramStopped) {
    migration_outcome outcome;
    EXPECT_EQ(run({tables}), "");
    EXPECT_EQ(run({tables, views}, &outcome), "");
    EXPECT_EQ(outcome.from, 1);
    EXPECT_EQ(outcome.to, 2);
}

TEST_F(Migrations, AFailedFileLeavesNothingAndIsNamedWithItsLine) {
    const migration_file broken{"0002_broken.sql",
                                "create table half ();\n\nselect * from nowhere;"};
    EXPECT_THAT(run({tables, broken}), HasSubstr("0002_broken.sql:3: 42P01"));
    EXPECT_EQ(versions(), "1");
    EXPECT_EQ(value("select to_regclass('half') is null"), "t");
}

TEST_F(Migrations, RefusesAFileThatChangedAfterItWasApplied) {
    EXPECT_EQ(run({tables}), "");
    EXPECT_THAT(run({{tables.name, "create table other ();"}}), HasSubstr("was changed after"));
    EXPECT_EQ(value("select to_regclass('other') is null"), "t");
}

TEST_F(Migrations, RefusesADatabaseThatIsNewer) {
    EXPECT_EQ(run({tables, views}), "");
    EXPECT_THAT(run({tables}), HasSubstr("the database is newer"));
}

TEST_F(Migrations, RefusesAProcedureThatCommitsByItself) {
    const migration_file sly{"0001_sly.sql", "create table s (); do $$ begin commit; end $$;"};
    EXPECT_THAT(run({sly}), HasSubstr("2D000"));
    EXPECT_EQ(value("select to_regclass('s') is null"), "t");
}

TEST_F(Migrations, EightMigratorsAtOnceDoTheWorkOnce) {
    const auto list = migrations_of(std::vector{tables, views}).value();
    std::vector<std::string> applied;
    int finished = 0;
    testing::run([&]() -> task<void> {
        for (int i = 0; i < 8; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                auto on = co_await connect();
                const auto outcome = co_await migrate(*on, list, soon());
                for (const auto& each : outcome.applied) applied.push_back(each);
                co_await on->close(soon());
                ++finished;
            });
        EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return finished == 8; }));
    });
    EXPECT_THAT(applied, SizeIs(2));
    EXPECT_EQ(versions(), "1,2");
}

TEST_F(Migrations, AMigratorThatIsKilledMidwayLeavesNothingAndTheNextGoesOn) {
    const migration_file slow{"0002_slow.sql", "create table half (); select pg_sleep(30);"};
    const auto list = migrations_of(std::vector{tables, slow}).value();
    std::string said;
    testing::run([&]() -> task<void> {
        bool ended = false;
        reactor::current()->spawn([&]() -> task<void> {
            auto on = co_await connect();
            try {
                co_await migrate(*on, list, deadline::after(20s));
            } catch (const std::exception& lost) {
                said = lost.what();
            }
            ended = true;
        });
        const std::string sleeping =
            "select coalesce(max(pid), 0) from pg_stat_activity where query ~ 'pg_sleep' and state "
            "= 'active' and pid <> pg_backend_pid()";
        EXPECT_TRUE(
            co_await testing::eventually_on_reactor([&] { return value(sleeping) != "0"; }));
        server().terminate(std::stoi(value(sleeping)));
        EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return ended; }));
    });
    EXPECT_NE(said, "");
    EXPECT_EQ(versions(), "1");
    EXPECT_EQ(value("select to_regclass('half') is null"), "t");
    EXPECT_EQ(run({tables, {"0002_slow.sql", "create table half ();"}}), "");
    EXPECT_EQ(versions(), "1,2");
}

TEST_F(Migrations, SaysThatAnotherIsAtWorkWhenItWaitedInVain) {
    const auto list = migrations_of(std::vector{tables}).value();
    testing::run([&]() -> task<void> {
        static constexpr statement begin{"begin"};
        static constexpr statement lock{"select pg_advisory_xact_lock(1213333505, 0)"};
        auto other = co_await connect();
        co_await other->run(begin, {}, soon());
        co_await other->run(lock, {}, soon());
        auto on = co_await connect();
        bool busy = false;
        try {
            co_await migrate(*on, list, deadline::after(500ms));
        } catch (const migration_busy&) {
            busy = true;
        }
        EXPECT_TRUE(busy);
        co_await on->close(soon());
        co_await other->close(soon());
    });
}

TEST_F(Migrations, TellServeWhetherTheSchemaWillDo) {
    EXPECT_EQ(run({tables}), "");
    server().create_role("app");
    testing::run([&]() -> task<void> {
        auto on = co_await connect("app");
        EXPECT_EQ(co_await check_schema(*on, 1, soon()), "");
        EXPECT_THAT(co_await check_schema(*on, 2, soon()), HasSubstr("needs 2: run"));
        co_await on->close(soon());
    });
    EXPECT_EQ(schema_fault(3, 2), "");
}

}  // namespace
}  // namespace headroom::persistence
