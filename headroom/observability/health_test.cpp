#include "headroom/observability/health.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/observability/budget_snapshot.hpp"
#include "headroom/observability/health_json.hpp"

namespace headroom::observability {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

class Health : public ::testing::Test {
protected:
    std::size_t declare(bool for_readiness, unsigned failures = 2, unsigned passes = 1) {
        return health_.declare(
            {"postgres:connections", for_readiness, failures, passes, seconds(30)});
    }
    void report(std::size_t check, health_status status, std::string detail = "") {
        health_.report(check, {status, 7, "connections", std::move(detail)}, now_, wall_);
    }
    json::object details() {
        health_facts facts;
        facts.version = "1";
        facts.threads = 6;
        facts.ledgers = book_;
        return json::parse(healthz(health_, now_, wall_, facts, hiding_, true).body).as_object();
    }

    health health_;
    health::instant now_{seconds(1000)};
    std::chrono::system_clock::time_point wall_{seconds(1'769'846'949)};
    redactor hiding_;
    std::vector<budget::ledger_snapshot> book_;
};

constexpr auto pass = health_status::pass, warn = health_status::warn, fail = health_status::fail;

TEST_F(Health, IsNotReadyBeforeItsStartNorWhileItDrains) {
    EXPECT_FALSE(health_.ready(now_));
    EXPECT_EQ(readyz(health_, now_).body, R"({"status":"fail","reasons":["starting"]})");
    health_.started();
    EXPECT_TRUE(readyz(health_, now_).up);
    health_.draining();
    EXPECT_EQ(readyz(health_, now_).body, R"({"status":"fail","reasons":["draining"]})");
}

TEST_F(Health, WaitsForTheFirstResultOfWhatReadinessNeeds) {
    const auto check = declare(true);
    health_.started();
    EXPECT_EQ(readyz(health_, now_).body,
              R"({"status":"fail","reasons":["postgres:connections"]})");
    report(check, pass);
    EXPECT_TRUE(health_.ready(now_));
}

TEST_F(Health, DoesNotFlipOnOneFailure) {
    const auto check = declare(true);
    health_.started();
    report(check, pass);
    report(check, fail);
    EXPECT_TRUE(health_.ready(now_));
    EXPECT_EQ(health_.status(now_), warn);
    report(check, fail);
    EXPECT_FALSE(health_.ready(now_));
    EXPECT_EQ(health_.status(now_), fail);
}

TEST_F(Health, DoesNotCountFailuresThatAreNotInARow) {
    const auto check = declare(true);
    health_.started();
    for (int i = 0; i < 10; ++i) report(check, i % 2 == 0 ? pass : fail);
    EXPECT_TRUE(health_.ready(now_));
}

TEST_F(Health, ComesBackAfterEnoughPasses) {
    const auto check = declare(true, 1, 2);
    health_.started();
    report(check, fail);
    report(check, pass);
    EXPECT_FALSE(health_.ready(now_));
    report(check, pass);
    EXPECT_TRUE(health_.ready(now_));
}

TEST_F(Health, TakesAnOldResultForAFailure) {
    const auto check = declare(true);
    health_.started();
    report(check, pass);
    now_ += seconds(30);
    EXPECT_TRUE(health_.ready(now_));
    now_ += milliseconds(1);
    EXPECT_FALSE(health_.ready(now_));
    EXPECT_EQ(details().at("checks").at("postgres:connections").at(0).at("output"), "too old");
}

TEST_F(Health, IsDegradedByACheckThatReadinessDoesNotNeed) {
    const auto check = declare(false);
    health_.started();
    report(check, fail);
    EXPECT_TRUE(health_.ready(now_));
    EXPECT_EQ(health_.status(now_), warn);
    EXPECT_TRUE(healthz(health_, now_, wall_, {}, hiding_, false).up);
}

TEST_F(Health, LivesWhateverItsChecksSay) {
    declare(true);
    EXPECT_TRUE(livez().up);
    EXPECT_EQ(livez().body, R"({"status":"pass"})");
}

TEST_F(Health, ShowsDetailsToTheAuthorisedOnly) {
    const auto check = declare(true);
    health_.started();
    report(check, warn, "host db-7 is slow");
    EXPECT_EQ(healthz(health_, now_, wall_, {}, hiding_, false).body, R"({"status":"warn"})");
    now_ += seconds(2);
    EXPECT_EQ(json::serialize(details().at("checks").at("postgres:connections").at(0)),
              R"({"status":"warn","observedValue":7,"observedUnit":"connections",)"
              R"("time":"2026-01-31T08:09:09.000000000Z","affectsReadiness":true,"ageMs":2000,)"
              R"("output":"host db-7 is slow"})");
}

TEST_F(Health, GivesBudgetAndThreadsAsNumbers) {
    health_.started();
    budget::ledger_snapshot postgres;
    postgres.resource = "postgres";
    postgres.ceiling = 12;
    postgres.held = 5;
    postgres.accounts.push_back({{"persistence.lanes", 1, 3, false}, 2, 0, 1, 2, 0, false});
    book_ = {postgres};
    const auto checks = details().at("checks").as_object();
    EXPECT_EQ(checks.at("budget:postgres").at(0).at("observedValue"), 5);
    EXPECT_EQ(checks.at("budget:postgres").at(0).at("limit"), 12U);
    EXPECT_EQ(checks.at("budget:postgres").at(0).at("consumers").at(0).at("held"), 2U);
    EXPECT_EQ(checks.at("process:threads").at(0).at("observedValue"), 6);
}

TEST_F(Health, NeverShowsASecret) {
    hiding_.learn(secret("c4n4ry-1"));
    const auto check = declare(true);
    health_.started();
    report(check, fail, "cannot reach postgres://u:c4@h with c4n4ry-1 or YzRuNHJ5LTE=");
    const auto text = json::serialize(details());
    EXPECT_EQ(text.find("c4"), std::string::npos) << text;
    EXPECT_EQ(text.find("YzRuNHJ5LT"), std::string::npos) << text;
}

TEST_F(Health, BoundsAnExplanation) {
    const auto check = declare(true);
    report(check, fail, std::string(10'000, 'x'));
    EXPECT_EQ(health_.checks(now_).at(0).last.detail.size(), health_detail_max);
}

TEST(BudgetSnapshot, ShowsHoldersBesideTheVerdict) {
    budget::book book;
    book.declare(budget::resource{"postgres", 20, 3, 1});
    budget::consumer lanes;
    lanes.name = "persistence.lanes";
    lanes.resource = "postgres";
    lanes.pool = 2;
    lanes.overflow = {budget::overflow_kind::shared, 0};
    auto grant = book.take(book.declare(lanes)).value();
    auto held = grant.take().value();
    const auto text = budget_snapshot(book.snapshot(), budget::make_report(book.planned()), {});
    const auto all = json::parse(text).as_object();
    EXPECT_EQ(all.at("verdict"), "GREEN");
    const auto postgres = all.at("resources").at(0).as_object();
    EXPECT_EQ(postgres.at("usable"), 17);
    EXPECT_EQ(postgres.at("ceiling"), 3);
    EXPECT_EQ(postgres.at("held"), 1);
    EXPECT_EQ(postgres.at("headroom"), 2);
    EXPECT_EQ(json::serialize(postgres.at("consumers").at(0)),
              R"({"name":"persistence.lanes","floor":2,"burst":1,"held":1,"closing":0,)"
              R"("borrowed":0,"held_max":1,"denied":0,"waiting":false})");
}

}  // namespace
}  // namespace headroom::observability
