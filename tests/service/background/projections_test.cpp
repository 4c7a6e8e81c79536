// `project` and `projections`: read models in a process of their own, and what an operator does.
#include <fmt/format.h>
#include <signal.h>

#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr auto idle_bursts = 45s;  // what a burst borrowed goes back after 30 s

class Projections : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        service_.emplace(database_.addresses());
        ASSERT_TRUE(service_->ready()) << service_->errors();
        service_->make_tenant("acme");
    }

    testing::outcome operate(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "projections");
        return run_service(database_.addresses(), std::move(arguments));
    }
    json::object entry(const std::string& name) {
        const auto listed = json::parse(operate({"list", "--json"}).output);
        for (const auto& each : listed.at("projections").as_array())
            if (each.at("name").as_string() == name) return each.as_object();
        return {};
    }
    std::string tenants() {
        return database_.server().value(
            "select coalesce(string_agg(slug, ' ' order by slug), '') from tenants",
            database_.name());
    }

    served_database database_;
    std::optional<running_service> service_;
};

TEST_F(Projections, AllFourAreListedWithTheirOwner) {
    const auto listed = operate({"list"});
    EXPECT_EQ(listed.code, 0) << listed.errors;
    for (const auto* name : {"tenancy.tenants", "tenancy.configuration", "identity.user_profiles",
                             "identity.api_keys"})
        EXPECT_NE(listed.output.find(name), std::string::npos) << listed.output;
    EXPECT_NE(listed.output.find("/serve/"), std::string::npos) << listed.output;
}

TEST_F(Projections, APausedOneStandsStillUntilItIsResumed) {
    ASSERT_EQ(operate({"pause", "tenancy.tenants"}).code, 0);
    EXPECT_TRUE(entry("tenancy.tenants").at("paused").as_bool());
    service_->post("/v1/tenants", R"({"slug":"later","name":"Later"})");
    EXPECT_EQ(tenants(), "acme");
    EXPECT_TRUE(testing::eventually([&] {
        return service_->get("/healthz").body.find("paused") != std::string::npos;
    }));
    ASSERT_EQ(operate({"resume", "tenancy.tenants"}).code, 0);
    EXPECT_TRUE(testing::eventually([&] { return tenants() == "acme later"; }));
}

TEST_F(Projections, ARewindBuildsTheReadModelAnew) {
    database_.server().sql("update tenants set name = 'spoiled'", database_.name());
    const auto done = operate({"rewind", "tenancy.tenants"});
    EXPECT_EQ(done.code, 0) << done.errors;
    EXPECT_TRUE(testing::eventually([&] {
        return database_.server().value("select name from tenants", database_.name()) == "acme";
    }));
}

TEST_F(Projections, MistakesAreNamed) {
    const auto unknown = operate({"pause", "tenancy.tenant"});
    EXPECT_EQ(unknown.code, 64);
    EXPECT_NE(unknown.errors.find("tenancy.tenants"), std::string::npos) << unknown.errors;
    EXPECT_EQ(operate({"replay", "tenancy.tenants", "--stream", "x"}).code, 64);
    EXPECT_EQ(operate({"rewind", "tenancy.tenants", "--to", "999999"}).code, 78);
    EXPECT_EQ(operate({}).code, 64);
    auto where = database_.addresses();
    where["HEADROOM_PROJECTOR_URL"] = database_.url("app");
    EXPECT_EQ(run_service(where, {"projections", "list"}).code, 78);
}

TEST_F(Projections, AProcessOfTheirOwnTakesOverAndHoldsWhatItPlanned) {
    running_service alone(database_.addresses(), "project");
    ASSERT_TRUE(alone.ready()) << alone.errors();
    service_->process().signal(SIGTERM);
    ASSERT_TRUE(service_->process().wait(10s));
    EXPECT_TRUE(testing::eventually([&] {
        return std::string(entry("tenancy.tenants")["owner"].as_string()).find("/project/") !=
               std::string::npos;
    }));
    EXPECT_TRUE(testing::eventually([&] { return database_.server().backends().size() == 5; },
                                    idle_bursts));
    EXPECT_EQ(alone.get("/v1/tenants").status, 404U);
}

TEST_F(Projections, MetricsShowThemTheFeedAndTheStore) {
    const auto text = service_->get("/metrics").body;
    for (const auto* each : {"headroom_store_appends_total 2", "headroom_feed_head_position",
                             "headroom_projection_lag_events{projection=\"tenancy.tenants\"} 0"})
        EXPECT_NE(text.find(each), std::string::npos) << each;
}

TEST_F(Projections, TheLiveCensusIsTheDocumentsPlan) {
    const auto document = run_service({}, {"plan", "--format", "markdown"}).output;
    ASSERT_TRUE(testing::eventually([&] { return database_.server().backends().size() == 9; },
                                    idle_bursts));
    std::map<std::string, unsigned> open;
    for (const auto& each : database_.server().backends())
        ++open[each.application_name.substr(each.application_name.rfind('/') + 1)];
    const auto budget = service_->get_json("/budget");
    for (const auto& [consumer, count] : open)
        EXPECT_NE(document.find(fmt::format("| {} | {} | {} |", consumer,
                                            consumer.substr(0, consumer.find('.')), count)),
                  std::string::npos)
            << consumer << " " << count;
    EXPECT_EQ(budget.at_pointer("/resources/0/ceiling").to_number<unsigned>(), 12U);
    EXPECT_NE(document.find("(4 projections) | 1 + 1 + 1 + 1 + 2 + 1 + 2 + 3 = 12 | 12 |"),
              std::string::npos)
        << document;
}

}  // namespace
}  // namespace headroom::service
