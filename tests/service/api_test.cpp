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
    static constexpr char defaults[] = R"({"beta": {"type": "percentage", "value": 13},
        "limit.users": {"type": "integer", "value": 5},
        "policy.retention": {"type": "enum", "value": "short", "allowed_values": ["short"]}})";
    static served_database& database() {
        static served_database* const one = served_database::migrated();
        return *one;
    }
    static running_service& service() {
        static running_service* const one = [] {
            auto where = database().addresses();
            where["HEADROOM_SYSTEM_DEFAULTS"] = defaults;
            return new running_service(where);
        }();
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
    static running_service::answer set(const std::string& tenant, const std::string& key,
                                       const std::string& value) {
        return service().put("/v1/tenants/" + tenant + "/configuration/" + key, value);
    }
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

TEST_F(Api, ANumberKeepsItsValueThroughEventAndReadModel) {
    const auto made = service().post("/v1/tenants", R"({"slug":"digits","name":"Digits",)"
                                     R"("metadata":{"n":88888888888888888888880e90}})");
    ASSERT_EQ(made.status, 201U) << made.body;
    const auto found = get_after(made, "/v1/tenants/digits");
    const auto at = found.body.find("\"n\":");
    ASSERT_NE(at, std::string::npos) << found.body;
    EXPECT_EQ(std::stod(found.body.substr(at + 4)), 88888888888888888888880e90) << found.body;
    EXPECT_EQ(service().post("/v1/tenants", R"({"slug":"d","name":"D","metadata":{"n":1e400}})")
                  .status, 400U);
}

TEST_F(Api, EveryFaultOfABodyHasAPointer) {
    using pointers = std::set<std::string>;
    const auto faulty = [](const std::string& path, const char* sent) {
        const auto refused = service().post(path, sent);
        EXPECT_EQ(refused.status, 422U) << sent;
        EXPECT_NE(refused.head.find("application/problem+json"), std::string::npos);
        pointers found;
        const auto problem = body(refused);
        for (const auto& each : problem.at("errors").as_array())
            found.emplace(each.at("pointer").as_string());
        return found;
    };
    EXPECT_EQ(faulty("/v1/tenants", R"({"name":7,"a/b":1,"metadata":[]})"),
              (pointers{"#/slug", "#/name", "#/metadata", "#/a~1b"}));
    EXPECT_EQ(faulty("/v1/tenants", R"({"slug":"Not A Slug","name":"x"})"), pointers{"#/slug"});
    const auto own = "/v1/tenants/" + tenant();
    EXPECT_EQ(faulty("/v1/tenants", R"({"slug":"Not A Slug","name":""})"),
              (pointers{"#/slug", "#/name"}));
    EXPECT_EQ(faulty(own + "/users", R"({"issuer":"a b","subject":"","email":7})"),
              (pointers{"#/issuer", "#/subject", "#/email"}));
    // What the domain alone looks at comes together as well.
    EXPECT_EQ(faulty(own + "/users",
                     R"({"issuer":"a","subject":"b","email":"x","name":"\u0001"})"),
              (pointers{"#/email", "#/name"}));
    EXPECT_EQ(faulty(own + "/agents", R"({"agent_type":"R 2","display_name":""})"),
              (pointers{"#/agent_type", "#/display_name"}));
    EXPECT_EQ(service().post("/v1/tenants", "[]").status, 422U);
    EXPECT_EQ(service().post("/v1/tenants", "{").status, 400U);
    EXPECT_EQ(service().post("/v1/tenants", R"({"slug":"a","slug":"b","name":"x"})").status, 400U);
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

TEST_F(Api, ManyWhoConfigureOneTenantAtOnceAllSucceed) {
    const auto slug = tenant();
    std::atomic<unsigned> good{0};
    std::vector<std::thread> clients;
    for (int i = 0; i < 24; ++i)
        clients.emplace_back([&, i] {
            const auto done =
                set(slug, fmt::format("key-{}", i), R"({"type":"integer","value":1})");
            if (done.status == 200) ++good;
        });
    for (auto& each : clients) each.join();
    EXPECT_EQ(good, 24U);
    EXPECT_TRUE(testing::eventually([&] {
        return service().get_json("/v1/tenants/" + slug).at("version").as_int64() == 26;
    }));
}

TEST_F(Api, AQuerysVersionIsTheOneTheNextCommandNames) {
    const auto slug = tenant();
    const auto set_key = set(slug, "k", R"({"type":"boolean","value":true})");
    ASSERT_EQ(set_key.status, 200U) << set_key.body;
    const auto found = get_after(set_key, "/v1/tenants/" + slug);
    EXPECT_EQ(body(found).at("version").as_int64(), 3) << "a value is an event of its tenant";
    EXPECT_EQ(header_of(found, "ETag"), "\"3\"");
    const auto suspend = [&](const std::string& etag) {
        return service().send("POST", "/v1/tenants/" + slug + "/suspend", R"({"reason":"x"})",
                              "If-Match: " + etag + "\r\n");
    };
    EXPECT_EQ(suspend(header_of(found, "ETag")).status, 200U);
    const auto late = suspend(header_of(found, "ETag"));
    EXPECT_EQ(late.status, 409U);
    EXPECT_EQ(text(late, "/context/expected_version"), "3");
    EXPECT_EQ(text(late, "/context/actual_version"), "4");
}

TEST_F(Api, ACommandWithNothingToDoHasNoPositionAndNothingToWaitFor) {
    const auto slug = tenant();
    const auto again = service().send("POST", "/v1/tenants/" + slug + "/activate", "",
                                      "Prefer: wait\r\n");
    EXPECT_EQ(again.status, 200U) << again.body;
    EXPECT_EQ(header_of(again, "Headroom-Position"), "");
    EXPECT_FALSE(body(again).as_object().contains("position"));
    EXPECT_EQ(header_of(again, "ETag"), "\"2\"");
    EXPECT_EQ(header_of(again, "Preference-Applied"), "wait");
}

TEST_F(Api, APreferenceThatIsNotUnderstoodRefusesNothing) {
    const auto slug = tenant();
    const auto path = "/v1/tenants/" + slug + "/";
    for (const auto* prefer : {"wait=\"5\"", "WAIT = 5 ; x=y", "wait=5, respond-async"}) {
        const auto made = service().send("POST", path + "activate", "",
                                         "Prefer: " + std::string(prefer) + "\r\n");
        EXPECT_EQ(made.status, 200U) << prefer;
        EXPECT_EQ(header_of(made, "Preference-Applied"), "wait") << prefer;
    }
    for (const auto* prefer : {"wait=1.5", "wait=-1", "wait=x", "return=minimal", ";=,"}) {
        const auto made = service().send("POST", path + "activate", "",
                                         "Prefer: " + std::string(prefer) + "\r\n");
        EXPECT_EQ(made.status, 200U) << prefer << made.body;
        EXPECT_EQ(header_of(made, "Preference-Applied"), "") << prefer;
    }
    EXPECT_EQ(service().send("POST", path + "suspend", "", "If-None-Match: *\r\n").status, 400U)
        << "a condition is never passed over";
}

TEST_F(Api, WhoHasWhatIsAskedForIsSparedIt) {
    const auto path = "/v1/tenants/" + tenant();
    const auto whole = service().get(path);
    const auto tag = header_of(whole, "ETag");
    const auto known = [&](const std::string& given) {
        return service().send("GET", path, "", "If-None-Match: " + given + "\r\n");
    };
    EXPECT_EQ(known("\"0\", " + tag).status, 304U);
    EXPECT_EQ(header_of(known(tag), "ETag"), tag);
    const auto* why = R"({"reason":"x"})";
    EXPECT_EQ(service().send("POST", path + "/suspend", why, "Prefer: wait=5\r\n").status, 200U);
    EXPECT_EQ(known(tag).status, 200U) << "it is another since";
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
    const auto refused = service().get("/v1/tenants?status=active&limit=201");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(text(refused, "/errors/0/pointer"), "#/query/status");
    EXPECT_EQ(text(refused, "/errors/1/name"), "limit");
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

// An event that no read model could write would park its tenant for good.
TEST_F(Api, WhatNoJsonbHoldsIsRefusedBeforeItIsAnEvent) {
    const auto slug = tenant();
    for (const auto* each : {R"({"a":[{"b":"x\u0000"}]})", R"({"\u0000":1})"}) {
        EXPECT_EQ(service().post("/v1/tenants", fmt::format(
                      R"({{"slug":"{}x","name":"X","metadata":{}}})", slug, each)).status,
                  422U);
        EXPECT_EQ(service().send("PATCH", "/v1/tenants/" + slug + "/metadata",
                                 fmt::format(R"({{"metadata":{}}})", each)).status,
                  422U);
    }
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
    EXPECT_EQ(header_of(get_after(liked, path), "ETag"), "\"3\"");
    for (const auto* each : {R"({"preferences":{"a":[{"b":"x\u0000"}]}})",
                             R"({"preferences":{"\u0000":1}})"})
        EXPECT_EQ(service().put(path + "/preferences", each).status, 422U) << "no jsonb holds it";
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

TEST_F(Api, AnAgentIsShownByItsEvents) {
    const auto slug = tenant();
    const auto made = service().post("/v1/tenants/" + slug + "/agents",
                                     R"({"agent_type":"robot","display_name":"R2"})");
    const auto path = header_of(made, "Location");
    const auto key = service().post(path + "/keys");
    const auto found = service().get(path);
    ASSERT_EQ(found.status, 200U) << found.body;
    EXPECT_EQ(text(found, "/status"), "active");
    EXPECT_EQ(text(found, "/keys/0/key_id"), text(key, "/key_id"));
    EXPECT_EQ(body(found).at("version").as_int64(), 2);
    EXPECT_EQ(found.body.find("key_hash"), std::string::npos);
    const auto other = "/v1/tenants/" + tenant() + path.substr(path.find("/agents"));
    EXPECT_EQ(service().get(other).status, 404U);
}

TEST_F(Api, ADefaultHoldsUntilTheTenantHasAValueOfItsOwn) {
    const auto slug = tenant();
    const auto path = "/v1/tenants/" + slug + "/configuration";
    const auto by_default = service().get_json(path + "/beta");
    EXPECT_EQ(by_default.at("source").as_string(), "system_default");
    EXPECT_EQ(by_default.at_pointer("/value/value").as_int64(), 13);
    EXPECT_FALSE(by_default.as_object().contains("updated_at"));
    set(slug, "beta", R"({"type":"boolean","value":false})");
    set(slug, "limit-1", R"({"type":"integer","value":1})");
    EXPECT_EQ(service().get_json(path + "/beta").at("source").as_string(), "tenant");
    std::vector<std::string> seen;
    std::string after;
    do {
        const auto page = service().get_json(path + "?limit=1&after=" + after);
        const auto& one = page.at("items").as_array().at(0);
        seen.push_back(std::string(one.at("key").as_string()) + " " +
                       std::string(one.at("source").as_string()));
        const auto* next = page.as_object().if_contains("next");
        after = next == nullptr ? "" : std::string(next->as_string());
    } while (!after.empty());
    EXPECT_EQ(seen, (std::vector<std::string>{"beta tenant", "limit-1 tenant",
                                              "limit.users system_default",
                                              "policy.retention system_default"}));
}

TEST_F(Api, AFeatureIsOnForTheBucketsBelowItsPercentage) {
    struct known {
        const char *feature, *tenant;
        unsigned bucket;
    };
    for (const auto& each : {known{"feature.dark_mode", "acme-corp", 34},
                             {"feature.new_ui", "acme", 73},
                             {"beta", "tenant-1", 12},
                             {"beta", "tenant-2", 54}}) {
        if (service().get(fmt::format("/v1/tenants/{}", each.tenant)).status == 404)
            service().make_tenant(each.tenant);
        const auto path = fmt::format("/v1/tenants/{}/features/{}", each.tenant, each.feature);
        for (const unsigned share : {each.bucket, each.bucket + 1}) {
            set(each.tenant, each.feature,
                fmt::format(R"({{"type":"percentage","value":{}}})", share));
            const auto found = service().get_json(path);
            EXPECT_EQ(found.at("bucket").to_number<unsigned>(), each.bucket) << path;
            EXPECT_EQ(found.at("enabled").as_bool(), share > each.bucket) << path;
            EXPECT_EQ(found.at("source").as_string(), "tenant");
        }
    }
}

TEST_F(Api, AFeatureWithoutAShareHasNoBucket) {
    const auto slug = tenant();
    const auto path = "/v1/tenants/" + slug + "/features/";
    EXPECT_EQ(service().get_json(path + "beta").at("source").as_string(), "system_default");
    const auto unknown = service().get_json(path + "nothing");
    EXPECT_FALSE(unknown.at("enabled").as_bool());
    EXPECT_TRUE(unknown.at("source").is_null());
    set(slug, "for-all", R"({"type":"boolean","value":true})");
    const auto all = service().get_json(path + "for-all");
    EXPECT_TRUE(all.at("enabled").as_bool());
    EXPECT_FALSE(all.as_object().contains("bucket"));
    EXPECT_EQ(service().get(path + "Not-A-Key").status, 404U);
}

TEST_F(Api, ALimitLeavesRoomOrRefusesWithItsFigures) {
    const auto slug = tenant();
    const auto path = "/v1/tenants/" + slug + "/limits/";
    const auto room = service().get_json(path + "users?current=2&increment=2");
    EXPECT_EQ(room.at("limit").as_int64(), 5);
    EXPECT_EQ(room.at("remaining").as_int64(), 1);
    EXPECT_EQ(room.at("source").as_string(), "system_default");
    set(slug, "limit.users", R"({"type":"integer","value":3})");
    const auto full = service().get(path + "users?current=3");
    EXPECT_EQ(full.status, 429U);
    EXPECT_NE(full.head.find("application/problem+json"), std::string::npos);
    EXPECT_EQ(text(full, "/error_code"), "RESOURCE_LIMIT_EXCEEDED");
    EXPECT_EQ(text(full, "/type"), "/errors/resource-limit-exceeded");
    EXPECT_EQ(text(full, "/context/limit"), "3");
    const auto unlimited = service().get_json(path + "robots?current=2147483646");
    EXPECT_EQ(unlimited.at("limit").as_int64(), 2147483647);
    EXPECT_TRUE(unlimited.at("source").is_null());
    for (const auto* bad : {"users", "users?current=-1", "users?current=1&increment=x"})
        EXPECT_EQ(service().get(path + bad).status, 422U) << bad;
}

TEST_F(Api, APolicyIsTheBoundOneThenTheTenantsThenTheSystems) {
    const auto slug = tenant();
    const auto path = "/v1/tenants/" + slug + "/policies/";
    const auto found = [&](const char* which, const char* source) {
        const auto policy = service().get_json(path + which);
        EXPECT_EQ(policy.at("source").as_string(), source);
        return std::string(policy.at_pointer("/value/value").as_string());
    };
    EXPECT_EQ(found("retention?for=team-1", "system_default"), "short");
    set(slug, "policy.retention", R"({"type":"string","value":"long"})");
    EXPECT_EQ(found("retention?for=team-1", "tenant"), "long");
    set(slug, "policy.retention.team-1", R"({"type":"string","value":"for ever"})");
    EXPECT_EQ(found("retention?for=team-1", "binding"), "for ever");
    EXPECT_EQ(found("retention", "tenant"), "long");
    const auto unknown = service().get(path + "nonsense");
    EXPECT_EQ(unknown.status, 422U);
    EXPECT_EQ(text(unknown, "/error_code"), "VALIDATION_ERROR");
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
