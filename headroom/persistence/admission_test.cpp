#include "headroom/persistence/admission.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/name_resolver.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Servers with 17 usable slots, and a service that wants to start on them.
class Admission : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one({.settings = {{"max_connections", "20"}}});
        return one;
    }
    static testing::private_postgres& guarded_server() {
        static testing::private_postgres one(
            {.settings = {{"max_connections", "20"}}, .authentication = "scram-sha-256"});
        return one;
    }
    void SetUp() override {
        server().create_role("app");
        declare("persistence.control", 1, {budget::overflow_kind::shared, 1});
        declare("persistence.sessions", 8, {budget::overflow_kind::shared, 0});
    }
    void declare(std::string name, unsigned floor, budget::overflow_terms overflow) {
        budget::consumer one;
        one.name = name;
        one.resource = "postgres";
        one.pool = floor;
        one.overflow = overflow;
        one.settings = {"DATABASE_ASYNC_POOL_SIZE"};
        wanted.push_back(one);
    }
    void sessions(unsigned floor) { wanted[1].pool = floor; }

    /// Starts once and drains; `meanwhile` runs beside the start.
    admission start(std::string url, std::chrono::milliseconds timeout = 5s,
                    std::function<task<void>()> meanwhile = {}) {
        budget::book book;
        book.declare(budget::resource{"postgres", {}, 0, 3});
        for (const auto& each : wanted) book.declare(each);
        book.restrict("postgres", 1);
        admission answer;
        testing::run([&]() -> task<void> {
            door way(parse_connect_info(url).value());
            control_terms terms;
            terms.through = &way;
            terms.application_name = "test/serve/00000001/persistence.control";
            control on(*reactor::current(), book.take("persistence.control").value(), terms);
            if (meanwhile) reactor::current()->spawn([&] { return meanwhile(); });
            admission_terms how{policy, "postgres", way.target().describe(), "test", {}, {}};
            how.on_wait = [&](const std::string& why) { waits.push_back(why); };
            answer = co_await admit(on, book, how, deadline::after(timeout));
            ceiling = book.of("postgres").ceiling();
            co_await on.stop(deadline::after(5s));
        });
        return answer;
    }
    admission start() { return start(server().url("app")); }

    std::vector<budget::consumer> wanted;
    budget_policy policy = budget_policy::refuse;
    std::vector<std::string> waits;
    unsigned ceiling = 0;
};

TEST_F(Admission, StartsTheDefaultPlanAndOpensTheLedger) {
    const auto answer = start();
    EXPECT_TRUE(answer.starts()) << answer.decision.reason;
    EXPECT_EQ(ceiling, 12u);
    EXPECT_EQ(answer.decision.plan.find_resource("postgres")->usable(), 17u);
    EXPECT_THAT(waits, IsEmpty());
}

TEST_F(Admission, RefusesAPlanThatIsTooLargeAndKeepsTheLedgerAtOne) {
    sessions(29);
    const auto answer = start();
    EXPECT_EQ(answer.decision.exit_code, 78);
    EXPECT_THAT(answer.decision.reason, HasSubstr("33 exceeds 17 usable by 16"));
    EXPECT_THAT(answer.decision.reason, HasSubstr("largest: persistence.sessions 29"));
    EXPECT_EQ(ceiling, 1u);
}

TEST_F(Admission, ClampServesWithinWhatIsUsable) {
    sessions(29);
    policy = budget_policy::clamp;
    EXPECT_TRUE(start().starts());
    EXPECT_EQ(ceiling, 17u);
}

TEST_F(Admission, WarnStartsAndPromisesNothing) {
    sessions(29);
    policy = budget_policy::warn;
    const auto answer = start();
    EXPECT_TRUE(answer.starts());
    EXPECT_THAT(answer.decision.warnings, ElementsAre(HasSubstr("no bound is promised")));
    EXPECT_EQ(ceiling, 33u);
}

TEST_F(Admission, RefusesOnARolesLimitAndOnADatabases) {
    server().create_role("small", "LOGIN CONNECTION LIMIT 5");
    EXPECT_THAT(start(server().url("small")).decision.reason, HasSubstr("exceeds 5 usable by 7"));
    const auto database = server().create_database();
    server().sql("alter database " + database + " connection limit 6");
    const auto answer = start(server().url("app", database));
    EXPECT_EQ(answer.decision.exit_code, 78);
    EXPECT_THAT(answer.decision.reason, HasSubstr("raise the limit of database " + database));
}

TEST_F(Admission, WaitsForAServerThatIsDownAndStartsWhenItIsBack) {
    testing::private_postgres late({.settings = {{"max_connections", "20"}}});
    late.create_role("app");
    late.stop();
    const auto answer = start(late.url("app"), 20s, [&]() -> task<void> {
        co_await testing::eventually_on_reactor([&] { return !waits.empty(); });
        late.start();
    });
    EXPECT_TRUE(answer.starts()) << answer.decision.reason;
    EXPECT_THAT(waits.front(), HasSubstr("not reachable"));
}

TEST_F(Admission, EndsWithUnavailableWhenTheServerStaysDown) {
    const auto answer = start("postgresql://app@127.0.0.1:1/postgres", 700ms);
    EXPECT_FALSE(answer.starts());
    EXPECT_EQ(answer.decision.exit_code, 75);
    EXPECT_THAT(answer.decision.reason, HasSubstr("not reachable"));
    EXPECT_GE(answer.attempts, 2u);
}

TEST_F(Admission, EndsWithUnavailableOnAFullServerAndNamesTheCure) {
    auto others = std::make_unique<budget::ledger>("postgres", 20);
    auto grant = std::make_unique<budget::grant>(others->open({"test", 20, 0}).value());
    admission answer;
    testing::run([&]() -> task<void> {
        std::vector<std::unique_ptr<connection>> held;
        connection_options options;
        options.application_name = "hog";
        const auto target = parse_connect_info(server().url("app")).value();
        for (int i = 0; i < 17; ++i) {
            held.push_back(
                std::make_unique<connection>(*reactor::current(), grant->take().value(), options));
            co_await held.back()->open(target, deadline::after(5s));
        }
        answer = start(server().url("app"), 700ms);
        for (auto& each : held) co_await each->close(deadline::after(5s));
    });
    EXPECT_EQ(answer.decision.exit_code, 75);
    EXPECT_THAT(answer.decision.reason, HasSubstr("53300"));
    EXPECT_THAT(answer.decision.reason, HasSubstr("headroom audit"));
}

TEST_F(Admission, RefusesAWrongPasswordRoleDatabaseOrMissingRightAtOnce) {
    guarded_server().create_role("app", "LOGIN PASSWORD 'right'");
    const auto at = [&](std::string url) {
        if (const auto host = url.find("app@"); host != std::string::npos)
            url.replace(host, 4, "app:wr0ng@");
        return start(url).decision;
    };
    const auto wrong = at(guarded_server().url("app"));
    EXPECT_EQ(wrong.exit_code, 78);
    EXPECT_THAT(wrong.reason, HasSubstr("28P01"));
    EXPECT_THAT(wrong.reason, Not(HasSubstr("wr0ng")));
    EXPECT_EQ(start(server().url("nobody")).decision.exit_code, 78);
    EXPECT_THAT(start(server().url("app", "nowhere")).decision.reason, HasSubstr("3D000"));
    const auto closed = server().create_database();
    server().sql("revoke connect on database " + closed + " from public");
    EXPECT_THAT(start(server().url("app", closed)).decision.reason, HasSubstr("42501"));
}

TEST_F(Admission, WaitsForANameThatIsNotKnownYet) {
    const auto why = explain(std::make_exception_ptr(resolve_error("db", "try again")), "app@db");
    EXPECT_EQ(why.act, start_action::wait);
    EXPECT_EQ(why.exit_code, 75);
    EXPECT_THAT(why.line, HasSubstr("try again"));
}

TEST_F(Admission, GivesUpWhenItIsToldTo) {
    budget::book book;
    book.declare(budget::resource{"postgres", {}, 0, 0});
    book.declare(wanted[0]);
    testing::run([&]() -> task<void> {
        door way(parse_connect_info("postgresql://app@127.0.0.1:1/postgres").value());
        control_terms terms;
        terms.through = &way;
        terms.application_name = "test";
        control on(*reactor::current(), book.take("persistence.control").value(), terms);
        admission_terms how;
        how.give_up = [] { return true; };
        const auto answer = co_await admit(on, book, how, deadline::after(1h));
        EXPECT_FALSE(answer.starts());
        EXPECT_EQ(answer.decision.exit_code, 0);
    });
}

TEST_F(Admission, RecordsTablesLimitsAndFactsWithTheirOrigin) {
    const auto answer = start();
    const auto text = as_text(answer);
    for (const auto* each : {"persistence.sessions", "max_connections 20 - 3", "RLIMIT_NOFILE",
                             "pg_settings", "starts (policy refuse)"})
        EXPECT_THAT(text, HasSubstr(each));
    EXPECT_EQ(as_fields(answer).front(), std::pair(std::string("decision"), std::string("start")));
}

}  // namespace
}  // namespace headroom::persistence
