// Tenants, users and agents over HTTP: commands, conflicts, and reading what one wrote.
#include <fmt/format.h>

#include <set>

#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

namespace json = boost::json;

class Api : public ::testing::Test {
protected:
    static served_database& database() {
        static served_database* const one = [] {
            auto* made = new served_database;
            made->migrate();
            return made;
        }();
        return *one;
    }
    static running_service& service() {
        static running_service* const one = new running_service(database().addresses());
        return *one;
    }
    void SetUp() override { ASSERT_TRUE(service().ready()) << service().errors(); }

    /// A slug no other test has.
    static std::string tenant() {
        static int made = 0;
        auto slug = fmt::format("api-{}", ++made);
        service().make_tenant(slug);
        return slug;
    }
    static json::value body(const running_service::answer& of) { return json::parse(of.body); }
    static std::string text(const running_service::answer& of, const char* pointer) {
        return std::string(body(of).at_pointer(pointer).as_string());
    }
    /// Asks for what is at least as new as the answer.
    static running_service::answer get_after(const running_service::answer& before,
                                             const std::string& path) {
        return service().send("GET", path, "",
                              fmt::format("Headroom-Position: {}\r\n",
                                          header_of(before, "Headroom-Position")));
    }
};

TEST_F(Api, ATenantLivesFromProvisionToDecommission) {
    const auto made = service().post(
        "/v1/tenants", R"({"slug":"life","name":"Life","metadata":{"plan":"gold"}})");
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(header_of(made, "Location"), "/v1/tenants/life");
    EXPECT_EQ(text(get_after(made, "/v1/tenants/life"), "/status"), "PROVISIONING");
    const auto step = [&](const char* verb, const char* with) {
        const auto done = service().post(fmt::format("/v1/tenants/life/{}", verb), with);
        EXPECT_EQ(done.status, 200U) << verb << done.body;
        return text(get_after(done, "/v1/tenants/life"), "/status");
    };
    EXPECT_EQ(step("activate", ""), "ACTIVE");
    EXPECT_EQ(step("suspend", R"({"reason":"late","category":"billing_hold"})"), "SUSPENDED");
    EXPECT_EQ(step("reactivate", ""), "ACTIVE");
    EXPECT_EQ(step("decommission", R"({"reason":"gone"})"), "DECOMMISSIONED");
    EXPECT_EQ(service().post("/v1/tenants/life/activate").status, 409U);
    EXPECT_EQ(service().post("/v1/tenants", R"({"slug":"life","name":"Again"})").status, 409U);
}

TEST_F(Api, EveryFaultOfABodyHasAPointer) {
    const auto refused = service().post("/v1/tenants", R"({"name":7,"a/b":1,"metadata":[]})");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_NE(refused.head.find("application/problem+json"), std::string::npos);
    std::set<std::string> pointers;
    const auto problem = body(refused);
    for (const auto& each : problem.at("errors").as_array())
        pointers.emplace(each.at("pointer").as_string());
    EXPECT_EQ(pointers, (std::set<std::string>{"#/slug", "#/name", "#/metadata", "#/a~1b"}));
    const auto slug = service().post("/v1/tenants", R"({"slug":"Not A Slug","name":"x"})");
    EXPECT_EQ(slug.status, 422U);
    EXPECT_EQ(text(slug, "/errors/0/pointer"), "#/slug");
    EXPECT_EQ(service().post("/v1/tenants", "[]").status, 422U);
    EXPECT_EQ(service().post("/v1/tenants", "{").status, 400U);
}

TEST_F(Api, AStaleVersionIsAConflictWithBothFigures) {
    const auto slug = tenant();  // version 2
    const auto path = "/v1/tenants/" + slug + "/suspend";
    for (const auto& [headers, with] :
         {std::pair("If-Match: \"1\"\r\n", R"({"reason":"x"})"),
          std::pair("", R"({"reason":"x","expected_version":1})")}) {
        const auto refused = service().send("POST", path, with, headers);
        EXPECT_EQ(refused.status, 409U) << refused.body;
        EXPECT_EQ(text(refused, "/context/expected_version"), "1");
        EXPECT_EQ(text(refused, "/context/actual_version"), "2");
    }
    const auto done = service().send("POST", path, R"({"reason":"x"})", "If-Match: \"2\"\r\n");
    EXPECT_EQ(done.status, 200U) << done.body;
    EXPECT_EQ(header_of(done, "ETag"), "\"3\"");
    EXPECT_EQ(service().send("POST", path, "", "If-Match: x\r\n").status, 400U);
}

TEST_F(Api, TenantsAreListedByStatusPageByPage) {
    for (int i = 0; i < 5; ++i) tenant();
    std::set<std::string> seen;
    std::string after;
    for (int pages = 0; pages < 50; ++pages) {
        const auto page =
            service().get_json("/v1/tenants?status=ACTIVE&limit=2&after=" + after);
        for (const auto& each : page.at("items").as_array()) {
            EXPECT_EQ(each.at("status").as_string(), "ACTIVE");
            EXPECT_TRUE(seen.emplace(each.at("slug").as_string()).second);
        }
        if (!page.as_object().contains("next")) break;
        after = std::string(page.at("next").as_string());
    }
    EXPECT_GE(seen.size(), 5U);
    EXPECT_EQ(service().get("/v1/tenants?status=active").status, 400U);
    EXPECT_EQ(service().get("/v1/tenants?limit=201").status, 400U);
}

TEST_F(Api, WaitingForAPositionNobodyReachedAnswersWithTheFigures) {
    const auto late = service().send("GET", "/v1/tenants/none", "",
                                     "Headroom-Position: 999999999\r\n");
    EXPECT_EQ(late.status, 503U);
    EXPECT_EQ(body(late).at("asked_position").to_number<std::int64_t>(), 999999999);
    EXPECT_GE(body(late).at("waited_ms").to_number<std::int64_t>(), 4000);
    EXPECT_EQ(service().send("GET", "/v1/tenants/none", "", "Headroom-Position: -1\r\n").status,
              400U);
}

TEST_F(Api, AUserIsProvisionedOnceAndKeepsToItsTenant) {
    const auto slug = tenant(), other = tenant();
    const auto who = fmt::format(
        R"({{"issuer":"https://id.example","subject":"{}","email":"ada@x.y"}})", slug);
    const auto made = service().post("/v1/tenants/" + slug + "/users", who);
    ASSERT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(service().post("/v1/tenants/" + slug + "/users", who).status, 200U);
    EXPECT_EQ(service().post("/v1/tenants/" + other + "/users", who).status, 409U);
    const auto path = header_of(made, "Location");
    EXPECT_EQ(text(get_after(made, path), "/display_name"), "ada");
    const auto named = service().put(path + "/profile", R"({"display_name":"Ada L."})");
    EXPECT_EQ(text(get_after(named, path), "/display_name"), "Ada L.");
    const auto liked = service().put(path + "/preferences", R"({"preferences":{"theme":"dark"}})");
    EXPECT_EQ(text(get_after(liked, path), "/preferences/theme"), "dark");
    const auto id = path.substr(path.rfind('/'));
    EXPECT_EQ(service().get("/v1/tenants/" + other + "/users" + id).status, 404U);
}

TEST_F(Api, AnAgentsKeysAreShownOnceAndASuspendedOneGetsNone) {
    const auto slug = tenant();
    const auto agents = "/v1/tenants/" + slug + "/agents";
    const auto made = service().post(agents, R"({"agent_type":"robot","display_name":"R2"})");
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto path = agents + "/" + text(made, "/agent_id");
    const auto key = service().send("POST", path + "/keys", "", "Prefer: wait\r\n");
    ASSERT_EQ(key.status, 201U) << key.body;
    EXPECT_EQ(text(key, "/key").substr(0, 11), "pk_" + text(key, "/key_id"));
    const auto next = service().send("POST", path + "/keys/rotate", "", "Prefer: wait\r\n");
    ASSERT_EQ(next.status, 201U) << next.body;
    const auto status = [&](const std::string& id) {
        return database().server().value(
            "select status from agent_api_key_registry where key_id = '" + id + "'",
            database().name());
    };
    EXPECT_EQ(status(text(key, "/key_id")), "revoked");
    EXPECT_EQ(status(text(next, "/key_id")), "active");
    EXPECT_EQ(service().post(path + "/suspend", R"({"reason":"odd"})").status, 200U);
    EXPECT_EQ(service().post(path + "/keys").status, 422U);
}

TEST_F(Api, NobodyWorksForATenantThatIsNotActive) {
    const auto slug = tenant();
    service().post("/v1/tenants/" + slug + "/suspend", R"({"reason":"x"})");
    EXPECT_EQ(service().post("/v1/tenants/" + slug + "/agents",
                             R"({"agent_type":"robot","display_name":"R2"})").status,
              403U);
    EXPECT_EQ(service().put("/v1/tenants/" + slug + "/configuration/k",
                            R"({"type":"boolean","value":true})").status,
              409U);
    EXPECT_EQ(service().post("/v1/tenants/nobody/agents",
                             R"({"agent_type":"robot","display_name":"R2"})").status,
              404U);
}

TEST_F(Api, AProcessWithoutProjectionsStillWaitsForThoseOfOthers) {
    auto where = database().addresses();
    where["MAX_PROJECTION_RUNNERS"] = "0";
    running_service plain(where);
    ASSERT_TRUE(plain.ready()) << plain.errors();
    plain.make_tenant("elsewhere");
    EXPECT_EQ(plain.put("/v1/tenants/elsewhere/configuration/k",
                        R"({"type":"boolean","value":true})").status,
              200U);
}

}  // namespace
}  // namespace headroom::service
