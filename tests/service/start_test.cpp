// What the service does before it listens: the sum, the server's limits, and the policy.
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/datagram_protocol.hpp>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::Test;

constexpr auto short_wait = "2s";

class Start : public Test {
protected:
    static served_database& small() {  // 17 usable
        static served_database* const database =
            served_database::migrated({{"max_connections", "20"}});
        return *database;
    }

    variables with(variables more = {}) {
        auto all = small().addresses();
        all["HEADROOM_START_TIMEOUT"] = short_wait;
        for (auto& [name, value] : more) all[name] = value;
        return all;
    }
};

bool mentions(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_F(Start, TheDefaultPlanFitsASmallServer) {
    running_service service(with());
    ASSERT_TRUE(service.ready()) << service.errors();
    EXPECT_TRUE(mentions(service.errors(), "max_connections 20 - 3"));
}

TEST_F(Start, ItsServiceManagerHearsWhenItServesAndWhenItStops) {
    using boost::asio::local::datagram_protocol;
    const testing::temp_directory in;
    boost::asio::io_context here;
    datagram_protocol::socket manager(here, datagram_protocol::endpoint(in.file("notify")));
    const auto heard = [&] {
        std::array<char, 64> bytes{};
        return std::string(bytes.data(), manager.receive(boost::asio::buffer(bytes)));
    };
    running_service service(with({{"NOTIFY_SOCKET", in.file("notify")}}));
    ASSERT_TRUE(service.ready()) << service.errors();
    EXPECT_EQ(heard(), "READY=1");
    EXPECT_EQ(service.get("/readyz").status, 200U);
    service.process().signal(SIGTERM);
    EXPECT_EQ(heard(), "STOPPING=1");
    EXPECT_EQ(service.process().wait(), testing::exit_status{});
}

TEST_F(Start, RefuseExits78BeforeListeningAndNamesSumLimitAndHolders) {
    const auto refused = run_service(with({{"DATABASE_ASYNC_POOL_SIZE", "30"}}), {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "40")) << refused.errors;
    EXPECT_TRUE(mentions(refused.errors, "17 usable"));
    EXPECT_TRUE(mentions(refused.errors, "persistence.sessions"));
    EXPECT_FALSE(mentions(refused.errors, "\"ready\""));
}

TEST_F(Start, WarnServesAndSaysThatNoBoundIsPromised) {
    running_service service(with({{"DATABASE_ASYNC_POOL_SIZE", "14"},
                                  {"HEADROOM_BUDGET_POLICY", "warn"}}));
    ASSERT_TRUE(service.ready()) << service.errors();
    EXPECT_TRUE(mentions(service.errors(), "exceeds 17 usable"));
}

TEST_F(Start, ClampServesWithinWhatIsUsable) {
    running_service service(with({{"DATABASE_ASYNC_POOL_SIZE", "30"},
                                  {"HEADROOM_BUDGET_POLICY", "clamp"}}));
    ASSERT_TRUE(service.ready()) << service.errors();
    EXPECT_LE(small().server().backends().size(), 17U);
    const auto budget = service.get_json("/budget");
    EXPECT_LE(budget.at_pointer("/resources/0/ceiling").to_number<unsigned>(), 17U);
}

TEST_F(Start, AWrongPasswordIsRefusedWithoutBeingShown) {
    served_database locked({}, "scram-sha-256");
    locked.server().sql("alter role app password 'right-0a1b'");
    auto where = locked.addresses();
    where["DATABASE_URL"].replace(where["DATABASE_URL"].find("app@"), 4, "app:wrong-2c3d@");
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "28P01")) << refused.errors;
    EXPECT_FALSE(mentions(refused.errors, "wrong-2c3d"));
}

TEST_F(Start, AProxyThatIsNoneIsNamedWithoutItsPassword) {
    const auto refused =
        run_service(with({{"https_proxy", "socks5://joe:proxy-4e5f@one:1"}}), {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "https_proxy (environment): ")) << refused.errors;
    EXPECT_FALSE(mentions(refused.errors + refused.output, "proxy-4e5f"));
    const auto lost = run_service(with({{"no_proxy_FILE", "/nowhere/proxies"}}), {"serve"});
    EXPECT_EQ(lost.code, 78);
    EXPECT_TRUE(mentions(lost.errors, "no_proxy_FILE (environment): ")) << lost.errors;
}

TEST_F(Start, AnUnknownRoleIsRefusedByName) {
    const auto where = with({{"DATABASE_URL", small().url("nosuchrole")}});
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "nosuchrole")) << refused.errors;
}

TEST_F(Start, AMissingServerIsWaitedForThen75) {
    const auto started = std::chrono::steady_clock::now();
    const auto gave_up = run_service(
        with({{"DATABASE_URL", "postgresql://app@127.0.0.1:1/shop"}}), {"serve"});
    EXPECT_EQ(gave_up.code, 75);
    EXPECT_GE(std::chrono::steady_clock::now() - started, std::chrono::seconds(1));
    EXPECT_TRUE(mentions(gave_up.errors, "127.0.0.1:1")) << gave_up.errors;
}

/// Sleeping sessions of strangers in every one of the server's `slots`. Nobody else looks in
/// meanwhile: a probe's own session may take the last slot, or still be leaving it.
std::vector<std::unique_ptr<testing::child_process>> fill(served_database& full,
                                                          std::size_t slots) {
    testing::program sleeper;
    sleeper.arguments = {"psql", "-qAt", full.url("app"), "-c", "select 'in'", "-c",
                         "select pg_sleep(60)"};
    std::vector<std::unique_ptr<testing::child_process>> visitors;
    for (int tries = 0; visitors.size() < slots && tries < 40; ++tries) {
        auto next = std::make_unique<testing::child_process>(sleeper);
        testing::eventually([&] { return !next->output().empty() || !next->running(); });
        if (next->running()) visitors.push_back(std::move(next));
    }
    EXPECT_EQ(visitors.size(), slots);
    return visitors;
}

TEST_F(Start, AFullServerIsWaitedForThen75) {
    served_database full({{"max_connections", "17"}});
    full.migrate();
    auto where = full.addresses();
    where["HEADROOM_START_TIMEOUT"] = short_wait;
    const auto visitors = fill(full, 14);
    const auto gave_up = run_service(where, {"serve"});
    EXPECT_EQ(gave_up.code, 75);
    EXPECT_TRUE(mentions(gave_up.errors, "53300")) << gave_up.errors;
    const auto sleeping = full.server().backends();
    for (std::size_t i = 0; i < 12; ++i) full.server().terminate(sleeping.at(i).pid);
    running_service service(where);
    EXPECT_TRUE(service.ready()) << service.errors();
}

TEST_F(Start, ARoleLimitIsNamed) {
    small().server().sql(
        "create role narrow login connection limit 3; grant headroom_app to narrow");
    auto where = with({{"DATABASE_URL", small().url("narrow")}});
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "role narrow")) << refused.errors;
}

TEST_F(Start, ADatabaseLimitIsNamed) {
    served_database tight;
    tight.server().sql("alter database shop connection limit 4");
    tight.migrate();
    const auto refused = run_service(tight.addresses(), {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "database shop")) << refused.errors;
}

TEST_F(Start, AnOldSchemaIsRefusedWithTheCommandThatMendsIt) {
    served_database fresh;
    const auto refused = run_service(fresh.addresses(), {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "migrate")) << refused.errors;
}

TEST_F(Start, AnOwnerMayServeInDevelopmentWithAWarningAndNotInProduction) {
    served_database roomy;
    roomy.migrate();
    auto where = roomy.addresses();
    where["DATABASE_URL"] = roomy.url("migrator");
    {
        running_service service(where);
        ASSERT_TRUE(service.ready()) << service.errors();
        EXPECT_TRUE(mentions(service.errors(), "migrator"));
    }
    where["HEADROOM_PROFILE"] = "production";
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "migrator")) << refused.errors;
}

TEST_F(Start, WithoutAProjectorsLoginTheVariableIsNamed) {
    auto where = with();
    where.erase("HEADROOM_PROJECTOR_URL");
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "set HEADROOM_PROJECTOR_URL")) << refused.errors;
    where["MAX_PROJECTION_RUNNERS"] = "0";
    running_service service(where);
    EXPECT_TRUE(service.ready()) << service.errors();
}

TEST_F(Start, AProjectorsLoginThatLacksItsRoleIsNamed) {
    const auto refused =
        run_service(with({{"HEADROOM_PROJECTOR_URL", small().url("app")}}), {"project"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "role app may not become headroom_projector"))
        << refused.errors;
}

TEST_F(Start, AnAppThatIsTheProjectorTooIsWarnedInDevelopmentAndRefusedInProduction) {
    served_database roomy;
    roomy.migrate();
    roomy.server().sql(
        "create role two_hats login; grant headroom_app, headroom_projector to two_hats");
    auto where = roomy.addresses();
    where["DATABASE_URL"] = roomy.url("two_hats");
    where.erase("HEADROOM_PROJECTOR_URL");
    {
        running_service service(where);
        ASSERT_TRUE(service.ready()) << service.errors();
        EXPECT_TRUE(mentions(service.errors(), "inherits headroom_projector"));
    }
    where["HEADROOM_PROFILE"] = "production";
    const auto refused = run_service(where, {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "inherits headroom_projector")) << refused.errors;
}

TEST_F(Start, AProjectionTooManyIsRefusedByName) {
    for (const auto* role : {"serve", "project"}) {
        const auto refused = run_service(with({{"MAX_PROJECTION_RUNNERS", "3"}}), {role});
        EXPECT_EQ(refused.code, 78) << role;
        EXPECT_TRUE(mentions(refused.errors, "identity.api_keys is one projection too many: "
                                             "there are 4, and MAX_PROJECTION_RUNNERS is 3"))
            << refused.errors;
    }
}

TEST_F(Start, EveryFaultySettingIsReportedAtOnce) {
    const auto refused = run_service(with({{"DATABASE_ASYNC_POOL_SIZE", "-1"},
                                           {"HEADROOM_HTTP_LISTEN", "nowhere"},
                                           {"HEADROOM_BUDGET_POLICI", "warn"}}),
                                     {"serve"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "DATABASE_ASYNC_POOL_SIZE=-1"));
    EXPECT_TRUE(mentions(refused.errors, "HEADROOM_HTTP_LISTEN=nowhere"));
    EXPECT_TRUE(mentions(refused.errors, "HEADROOM_BUDGET_POLICY"));  // did you mean
}

TEST_F(Start, AServerThatComesBackIsWaitedFor) {
    served_database restarting;
    restarting.migrate();
    restarting.server().stop();
    auto where = restarting.addresses();
    where["HEADROOM_START_TIMEOUT"] = "20s";
    running_service service(where);
    EXPECT_FALSE(service.ready(std::chrono::milliseconds(500)));
    restarting.server().start();
    EXPECT_TRUE(service.ready()) << service.errors();
}

TEST_F(Start, AReserveBelowNothingIsRefused) {
    const auto refused = run_service(with({{"HEADROOM_BUDGET_POSTGRES", "2"}}), {"plan"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_TRUE(mentions(refused.errors, "HEADROOM_BUDGET_POSTGRES")) << refused.errors;
}

}  // namespace
}  // namespace headroom::service
