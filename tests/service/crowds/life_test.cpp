// A running service: what it holds, what it answers, how it survives its server and how it ends.
#include <fmt/format.h>
#include <signal.h>

#include <set>

#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;

// Control, lanes, sessions, sync engine, 2 of the event store, feed, 2 writers; a reserve of 3.
constexpr unsigned floors = 9, plan_ceiling = 12;

class Life : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        service_.emplace(database_.addresses());
        ASSERT_TRUE(service_->ready()) << service_->errors();
    }

    std::set<int> of_consumer(const std::string& name) {
        std::set<int> found;
        for (const auto& each : database_.server().backends())
            if (each.application_name.ends_with("/" + name)) found.insert(each.pid);
        return found;
    }
    /// A lower limit, which control reads when it has come back.
    void limit_role_to(unsigned connections) {
        database_.server().sql(fmt::format("alter role app connection limit {}", connections));
        for (const auto& each : of_consumer("persistence.control"))
            database_.server().terminate(each);
    }
    std::size_t backends() { return database_.server().backends().size(); }
    unsigned held() {
        return service_->get_json("/budget").at_pointer("/resources/0/held").to_number<unsigned>();
    }

    served_database database_;
    std::optional<running_service> service_;
};

TEST_F(Life, AtRestBackendsLeasesAndThreadsAreWhatThePlanSays) {
    EXPECT_TRUE(testing::eventually([&] { return backends() == floors && held() == floors; }));
    EXPECT_EQ(service_->threads(), 6U);
    const auto log = service_->errors();
    const auto ready = log.find("\"ready\"");
    ASSERT_NE(ready, std::string::npos);
    const auto line = log.substr(ready, log.find('\n', ready) - ready);
    for (const auto* part : {"\"projections\":4", "\"threads\":6", "\"threads_planned\":6"})
        EXPECT_NE(line.find(part), std::string::npos) << part << " in " << line;
    const auto health = service_->get_json("/healthz");
    EXPECT_EQ(health.at_pointer("/checks/process:threads/0/observedValue").to_number<unsigned>(),
              6U);
}

TEST_F(Life, UnderLoadBackendsNeverExceedTheCeiling) {
    load busy(*service_, 32);
    std::size_t most = 0;
    const auto until = std::chrono::steady_clock::now() + 2s;
    while (std::chrono::steady_clock::now() < until) most = std::max(most, backends());
    busy.stop();
    EXPECT_LE(most, plan_ceiling);
    EXPECT_GT(busy.good(), 100U);
    EXPECT_EQ(busy.wrong() + busy.broken() + busy.unavailable(), 0U);
    EXPECT_EQ(service_->threads(), 6U);
}

TEST_F(Life, TenantsReadTheirOwnValues) {
    service_->make_tenant("acme");
    const auto path = "/v1/tenants/acme/configuration/feature.dark_mode";
    EXPECT_EQ(service_->get(path).status, 404U);
    EXPECT_EQ(service_->put(path, R"({"type":"boolean","value":true})").status, 200U);
    const auto found = service_->get_json(path);
    EXPECT_EQ(found.at_pointer("/value/value").as_bool(), true);
    EXPECT_EQ(service_->get("/v1/tenants/other/configuration/feature.dark_mode").status, 404U);
    const auto list = service_->get_json("/v1/tenants/acme/configuration");
    EXPECT_EQ(list.at("items").as_array().size(), 1U);
}

TEST_F(Life, AListGoesOnWhereItsPageEnded) {
    service_->make_tenant("pages");
    for (int i = 0; i < 5; ++i)
        service_->put(fmt::format("/v1/tenants/pages/configuration/key-{}", i),
                      R"({"type":"integer","value":1})");
    const auto first = service_->get_json("/v1/tenants/pages/configuration?limit=3");
    EXPECT_EQ(first.at("items").as_array().size(), 3U);
    const std::string next(first.at("next").as_string());
    const auto second =
        service_->get_json("/v1/tenants/pages/configuration?limit=3&after=" + next);
    EXPECT_EQ(second.at("items").as_array().size(), 2U);
    EXPECT_FALSE(second.as_object().contains("next"));
}

TEST_F(Life, BadRequestsAreProblemsWithAllTheirFaults) {
    const auto path = "/v1/tenants/acme/configuration/key";
    const auto refused = service_->put(path, R"({"type":"integer","value":"x","min":"y"})");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_NE(refused.head.find("application/problem+json"), std::string::npos);
    const auto problem = boost::json::parse(refused.body);
    EXPECT_EQ(problem.at("errors").as_array().size(), 2U);
    EXPECT_EQ(service_->put(path, "{").status, 400U);
    EXPECT_EQ(service_->get("/v1/tenants/ACME/configuration/key").status, 404U);
    EXPECT_EQ(service_->get("/v1/tenants/acme/configuration?limit=0").status, 422U);
    EXPECT_EQ(service_->get("/nowhere").status, 404U);
}

TEST_F(Life, MetricsShowTheBudget) {
    const auto text = service_->get("/metrics").body;
    EXPECT_NE(text.find("headroom_budget_ceiling{resource=\"postgres\"} 12"), std::string::npos)
        << text.substr(0, 2000);
    EXPECT_NE(text.find("http_server_request_duration_seconds_bucket"), std::string::npos);
    for (const auto* pool : {"lanes", "sessions", "sync_engine"})
        EXPECT_NE(text.find("db_client_connection_wait_time_seconds_bucket{pool_name="
                            "\"persistence." +
                            std::string(pool) + "\""),
                  std::string::npos)
            << pool;
}

TEST_F(Life, ARestartUnderLoadLosesNobodysAnswerAndServiceResumesWithinASecond) {
    load busy(*service_, 16);
    ASSERT_TRUE(testing::eventually([&] { return busy.good() > 50; }));
    database_.server().restart(testing::stop_mode::immediate);
    const auto back = std::chrono::steady_clock::now();
    const auto before = busy.good();
    EXPECT_TRUE(testing::eventually([&] { return busy.good() > before; }));
    EXPECT_LE(std::chrono::steady_clock::now() - back, 1s);
    EXPECT_TRUE(testing::eventually([&] { return backends() >= floors; }));
    busy.stop();
    EXPECT_EQ(busy.wrong() + busy.broken(), 0U) << busy.first_wrong();
    EXPECT_LE(backends(), plan_ceiling);
}

TEST_F(Life, KilledBackendsAreReplacedAndNoAnswerIsSwapped) {
    load busy(*service_, 16);
    for (int round = 0; round < 20; ++round) {
        ASSERT_TRUE(testing::eventually([&, had = busy.good()] { return busy.good() > had + 20; }));
        const auto living = database_.server().backends();
        if (!living.empty()) {
            const auto& one = living[static_cast<std::size_t>(round) % living.size()];
            database_.server().terminate(one.pid);
        }
        EXPECT_LE(backends(), plan_ceiling);
    }
    busy.stop();
    EXPECT_EQ(busy.wrong() + busy.broken(), 0U) << busy.first_wrong();
    // What was borrowed from the reserve stays a while.
    EXPECT_TRUE(testing::eventually([&] { return backends() >= floors && backends() == held(); }));
    EXPECT_LE(backends(), plan_ceiling);
}

TEST_F(Life, ProbesAnswerWhileTheServerIsGone) {
    database_.server().freeze();
    for (int i = 0; i < 20; ++i) EXPECT_EQ(service_->get("/livez").status, 200U);
    database_.server().thaw();
    EXPECT_TRUE(service_->ready());
}

TEST_F(Life, ADrainFinishesWhatIsInFlightGivesEverythingBackAndExitsZero) {
    load busy(*service_, 8);
    ASSERT_TRUE(testing::eventually([&] { return busy.good() > 50; }));
    const auto before = busy.good();
    service_->process().signal(SIGTERM);
    const auto ended = service_->process().wait(10s);
    busy.stop();
    ASSERT_TRUE(ended);
    EXPECT_EQ(*ended, (testing::exit_status{0, 0})) << service_->errors();
    EXPECT_GE(busy.good(), before);
    EXPECT_EQ(busy.wrong(), 0U) << busy.first_wrong();
    EXPECT_TRUE(testing::eventually([&] { return backends() == 0; }));
}

TEST_F(Life, EchoLogsStatementsWithoutTheirValues) {
    auto where = database_.addresses();
    where["DATABASE_ECHO"] = "true";
    running_service service(where);
    ASSERT_TRUE(service.ready()) << service.errors();
    service.make_tenant("acme");
    service.put("/v1/tenants/acme/configuration/key", R"({"type":"string","value":"canary-77"})");
    EXPECT_NE(service.errors().find("insert into headroom_events"), std::string::npos);
    EXPECT_EQ(service.errors().find("canary-77"), std::string::npos);
}

TEST_F(Life, ALowerLimitLowersTheCeilingWhileItRuns) {
    database_.server().restart_with({{"max_connections", "14"}});  // 11 usable
    EXPECT_TRUE(testing::eventually([&] {
        return service_->get("/metrics").body.find(
                   "headroom_budget_ceiling{resource=\"postgres\"} 11") != std::string::npos;
    })) << service_->errors();
}

TEST_F(Life, NoSecretIsEverWritten) {
    auto where = database_.addresses();
    auto& url = where["DATABASE_URL"];
    url.replace(url.find("app@"), 4, "app:canary-8f2b@");
    running_service service(where);
    ASSERT_TRUE(service.ready()) << service.errors();
    const auto all = service.errors() + service.get("/healthz").body +
                     service.get("/metrics").body +
                     service.get("/budget").body + run_service(where, {"settings"}).output +
                     run_service(where, {"plan"}).output;
    EXPECT_EQ(all.find("canary-8f2b"), std::string::npos);
}

TEST_F(Life, ASmallerLimitOfTheRoleTakesTheCeilingDownWhileItRuns) {
    const auto ceiling = [&] {
        return service_->get_json("/budget")
            .at_pointer("/resources/0/ceiling")
            .to_number<unsigned>();
    };
    EXPECT_EQ(ceiling(), plan_ceiling);
    limit_role_to(10);
    EXPECT_TRUE(testing::eventually([&] { return ceiling() == 10; }));
    EXPECT_NE(service_->errors().find("limits changed"), std::string::npos);
}

// Under load, so that what was borrowed has to come back from whoever has it.
TEST_F(Life, ASmallerLimitReachesEveryPoolUnderLoad) {
    load busy(*service_, 16);
    ASSERT_TRUE(testing::eventually([&] { return backends() > floors; }));
    limit_role_to(10);
    EXPECT_TRUE(testing::eventually([&] { return held() <= 10 && backends() <= 10; }))
        << held() << " held, " << backends() << " open";
    const auto before = busy.good();
    EXPECT_TRUE(testing::eventually([&] { return busy.good() > before + 20; }))
        << busy.unavailable() << " unavailable";
    busy.stop();
    EXPECT_EQ(busy.wrong() + busy.broken(), 0U) << busy.first_wrong();
}

// Seven of the floors are the app's, control among them, and the visits to the fleet's ledger take
// one more: with its loans open there is no room for control to come back, and only control can
// learn of the limit.
TEST_F(Life, ALimitThatLeavesNoRoomForControlBringsTheLoansBack) {
    load busy(*service_, 16);
    ASSERT_TRUE(testing::eventually([&] { return backends() > floors; }));
    limit_role_to(8);
    EXPECT_TRUE(testing::eventually(
        [&] { return of_consumer("persistence.control").size() == 1 && backends() == floors; }));
    const auto before = busy.good();
    EXPECT_TRUE(testing::eventually([&] { return busy.good() > before + 100; }))
        << busy.unavailable() << " unavailable";
    // A member below its ceiling keeps a unit to visit the ledger with.
    EXPECT_TRUE(testing::eventually([&] { return held() == floors + 1; })) << held();
    busy.stop();
    EXPECT_EQ(busy.wrong() + busy.broken(), 0U) << busy.first_wrong();
}

}  // namespace
}  // namespace headroom::service
