// Two routes and two ledgers: queries through PgBouncer's transaction pooling, control beside it.
#include <fmt/format.h>

#include <algorithm>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

constexpr unsigned pool_size = 3;
constexpr unsigned direct_floors = 4;  // control, the feed, two writers
constexpr unsigned reserve = 3;        // of each ledger, by default

class Pooled : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        // What a lane says of itself elsewhere the role says behind a pooler.
        database_.server().sql("alter role app set statement_timeout = '5s'");
    }

    std::string pooler_url() const { return pooler_.url("app", database_.name()); }
    variables two_routes() const { return database_.through(pooler_url()); }
    unsigned of_resource(const running_service& in, std::string_view name, const char* figure) {
        for (const auto& each : in.get_json("/budget").at("resources").as_array())
            if (each.at("name").as_string() == name) return each.at(figure).to_number<unsigned>();
        ADD_FAILURE() << "no resource " << name;
        return 0;
    }

    served_database database_;
    testing::private_pgbouncer pooler_{
        database_.server(),
        {{"default_pool_size", std::to_string(pool_size)}, {"ignore_startup_parameters", ""}}};
};

TEST_F(Pooled, QueriesShareThePoolersServersAndControlHasItsOwnWay) {
    running_service service(two_routes());
    ASSERT_TRUE(service.ready()) << service.errors();
    {
        load busy(service, 12);
        served_database::app_backends most;
        EXPECT_TRUE(testing::eventually([&] {
            const auto now = database_.backends();
            most = {std::max(most.pooled, now.pooled), std::max(most.direct, now.direct)};
            return busy.good() > 400;
        })) << busy.first_wrong();
        busy.stop();
        EXPECT_EQ(busy.wrong() + busy.broken() + busy.unavailable(), 0U) << busy.first_wrong();
        EXPECT_LE(most.direct, direct_floors + reserve);
        EXPECT_GE(most.pooled, 1U);
        EXPECT_LE(most.pooled, pool_size);
    }
    EXPECT_EQ(of_resource(service, "postgres", "ceiling"), direct_floors + reserve);
    EXPECT_EQ(of_resource(service, "postgres:pooler", "ceiling"), 5 + reserve);
    EXPECT_GE(of_resource(service, "postgres:pooler", "held"), 5U);
}

TEST_F(Pooled, TheFleetCountsThePoolersServersAsOthers) {
    running_service service(two_routes());
    ASSERT_TRUE(service.ready()) << service.errors();
    service.make_tenant("acme");
    EXPECT_EQ(database_.server().value("select sum(reservation) from headroom_fleet.member",
                                       database_.name()),
              std::to_string(direct_floors + reserve));
    EXPECT_GE(database_.backends().pooled, 1U);
    EXPECT_EQ(database_.server().value("select count(*) from headroom_fleet.sessions_v1() "
                                       "where application like '%/pooled/%' and number is not null",
                                       database_.name()),
              "0");
}

TEST_F(Pooled, WithThePoolerGoneItIsNotReadyAndComesBack) {
    running_service service(two_routes());
    ASSERT_TRUE(service.ready()) << service.errors();
    service.make_tenant("acme");
    pooler_.stop();
    EXPECT_TRUE(testing::eventually([&] { return service.get("/readyz").status == 503; }));
    EXPECT_EQ(database_.server().value("select count(*) from pg_stat_activity where"
                                       " application_name like '%/persistence.control'"),
              "1");
    pooler_.start();
    EXPECT_TRUE(testing::eventually([&] { return service.get("/readyz").status == 200; }));
    service.make_tenant("after");
}

TEST_F(Pooled, ThePoolersLimitIsStatedOrItsVerdictIsUnknownWithTheRemedy) {
    auto where = two_routes();
    const auto verdict = [&] {
        const auto report = run_service(where, {"plan", "--format", "json"});
        EXPECT_EQ(report.code, 0) << report.errors;
        for (const auto& each : boost::json::parse(report.output).at("resources").as_array())
            if (each.at("name").as_string() == "postgres:pooler")
                return fmt::format("{}: {}", std::string_view(each.at("verdict").as_string()),
                                   std::string_view(each.at("reason").as_string()));
        return std::string("none");
    };
    EXPECT_EQ(verdict(), "UNKNOWN: the limit is not known: set HEADROOM_POOLER_LIMIT");
    where["HEADROOM_POOLER_LIMIT"] = "40";
    EXPECT_EQ(verdict(), "GREEN: peak 8 is within 80 % of 40 usable (32)");
    running_service service(where);
    ASSERT_TRUE(service.ready()) << service.errors();
    EXPECT_NE(service.errors().find("peak 8 is within 80 % of 40 usable"), std::string::npos);
}

TEST_F(Pooled, MoreThanThePoolerLetsInIsRefusedBeforeItListens) {
    auto where = two_routes();
    where["HEADROOM_POOLER_LIMIT"] = "7";
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_NE(refused.errors.find("postgres:pooler: the plan's sum of 8 exceeds 7 usable by 1 "
                                  "(postgres:pooler: HEADROOM_POOLER_LIMIT)"),
              std::string::npos)
        << refused.errors;
}

testing::outcome start_behind(const served_database& on, const std::string& pooler) {
    auto alone = on.addresses();
    alone["DATABASE_URL"] = pooler;
    alone["HEADROOM_START_TIMEOUT"] = "2s";
    return run_service(alone, {"serve"});
}

TEST_F(Pooled, APoolerAloneIsRefusedWithTheRemedy) {
    const testing::private_pgbouncer lenient(
        database_.server(), {{"ignore_startup_parameters", "extra_float_digits,options"}});
    const auto refused = start_behind(database_, lenient.url("app", database_.name()));
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_NE(refused.errors.find("is a pooler"), std::string::npos) << refused.errors;
    EXPECT_NE(refused.errors.find("HEADROOM_DIRECT_URL"), std::string::npos) << refused.errors;
}

// As PgBouncer comes it takes no options at all: what its refusal means cannot be known for sure.
TEST_F(Pooled, APoolerThatTakesNoOptionsIsNamedAsWell) {
    const auto refused = start_behind(database_, pooler_url());
    EXPECT_EQ(refused.code, 75) << refused.errors;
    EXPECT_NE(refused.errors.find("HEADROOM_DIRECT_URL"), std::string::npos) << refused.errors;
}

}  // namespace
}  // namespace headroom::service
