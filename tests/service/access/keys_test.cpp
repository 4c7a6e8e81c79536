// Agents' API keys as an operator has them: revoked one by one, listed, issued for some scopes.
#include <gmock/gmock.h>

#include <csignal>

#include "headroom/auth/api_key.hpp"
#include "tests/service/access/auth_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;

class AgentKeys : public auth_fixture {
protected:
    AgentKeys() : slug(tenant()), one(make_robot(slug)) {}

    std::string admin() const { return bearer(token_of(slug, "admin")) + "Prefer: wait\r\n"; }
    answer revoke(const std::string& key_id) const {
        return ask("POST", one.path + "/keys/" + key_id + "/revoke", admin());
    }
    answer issue(const std::string& scopes) const {
        return ask("POST", one.path + "/keys", admin(), R"({"scopes":)" + scopes + "}");
    }
    boost::json::value list(const std::string& query = "") const {
        const auto found = get(one.path + "/keys" + query, admin());
        EXPECT_EQ(found.status, 200U) << found.body;
        return boost::json::parse(found.body);
    }
    /// The list's entry of a key.
    boost::json::object listed(const std::string& key_id) const {
        for (const auto& each : list().at("items").as_array())
            if (each.at("key_id").as_string() == key_id) return each.as_object();
        ADD_FAILURE() << key_id << " is not listed";
        return {};
    }
    static std::string me(const running_service& on, const std::string& key) {
        const auto found = on.send("GET", "/v1/me", "", api_key(key));
        return found.status == 200 ? "" : text(found, "/error_code");
    }

    const std::string slug;
    const robot one;
};

TEST_F(AgentKeys, OneThatIsRevokedIsRefusedByEveryProcessAndTheOthersAreNot) {
    running_service other(guarded::one().addresses());
    ASSERT_TRUE(other.ready()) << other.errors();
    const auto second = new_key(one.path, admin());
    for (const auto* each : {&other, &service()}) {
        EXPECT_EQ(me(*each, one.key), "");
        EXPECT_EQ(me(*each, text(second, "/key")), "");
    }
    const auto done = revoke(one.key_id);
    EXPECT_EQ(done.status, 200U) << done.body;
    for (const auto* each : {&other, &service()}) {
        EXPECT_TRUE(testing::eventually([&] { return me(*each, one.key) == "REVOKED_KEY"; }));
        EXPECT_EQ(me(*each, text(second, "/key")), "");
    }
    EXPECT_EQ(listed(one.key_id).at("status").as_string(), "revoked");
    EXPECT_FALSE(header_of(done, "Headroom-Position").empty());
    EXPECT_TRUE(header_of(revoke(one.key_id), "Headroom-Position").empty()) << "once is enough";
}

TEST_F(AgentKeys, ARevocationNamesAKeyOfTheAgent) {
    const auto other = make_robot(slug);
    for (const auto& none : {other.key_id, std::string("nobodys1"), std::string("x")})
        EXPECT_EQ(revoke(none).status, 404U) << none;
    EXPECT_EQ(get("/v1/me", api_key(other.key)).status, 200U);
    EXPECT_EQ(ask("POST", one.path + "/keys/" + one.key_id + "/revoke", api_key(one.key)).status,
              403U);
}

TEST_F(AgentKeys, OnlyWhoHasItsSecretLearnsThatAKeyWasRevoked) {
    ASSERT_EQ(revoke(one.key_id).status, 200U);
    EXPECT_EQ(me(service(), one.key), "REVOKED_KEY");
    const auto guess = "pk_" + one.key_id + auth::make_api_key().value.reveal();
    EXPECT_EQ(me(service(), guess), "INVALID_KEY");
}

TEST_F(AgentKeys, AreListedNewestFirstWithWhatBecameOfThem) {
    const auto second = text(new_key(one.path, admin()), "/key_id");
    const auto first_page = list("?limit=1");
    EXPECT_EQ(first_page.at_pointer("/items/0/key_id").as_string(), second);
    const auto after = std::string(first_page.at("next").as_string());
    EXPECT_EQ(list("?limit=1&after=" + after).at_pointer("/items/0/key_id").as_string(),
              one.key_id);
    EXPECT_TRUE(list("?after=" + one.key_id).at("items").as_array().empty());
    const auto found = listed(one.key_id);
    EXPECT_EQ(found.at("status").as_string(), "active");
    for (const auto* none : {"scopes", "expires_at", "revoked_at", "last_used_at"})
        EXPECT_TRUE(found.at(none).is_null()) << none;
    EXPECT_EQ(get(one.path + "/keys", api_key(one.key)).status, 200U);
    EXPECT_EQ(get(one.path + "/keys", api_key(make_robot(slug).key)).status, 403U);
    EXPECT_EQ(get("/v1/tenants/" + slug + "/agents/11111111-2222-4333-8444-555555555555/keys",
                  admin())
                  .status,
              404U);
}

TEST_F(AgentKeys, AreListedWithTheirLastUseAndTheirEnd) {
    auto where = guarded::one().addresses();
    where["HEADROOM_API_KEY_LIFETIME"] = "24h";
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    EXPECT_EQ(me(fresh, one.key), "");
    const auto shown = fresh.send("GET", one.path + "/keys", "", api_key(one.key));
    const auto ends = boost::json::parse(shown.body).at_pointer("/items/0/expires_at");
    EXPECT_TRUE(ends.is_string()) << shown.body;
    fresh.process().signal(SIGTERM);  // uses are written down at the latest then
    ASSERT_TRUE(fresh.process().wait(std::chrono::seconds(10)));
    EXPECT_TRUE(listed(one.key_id).at("last_used_at").is_string());
}

TEST_F(AgentKeys, OneForSomeThingsIsForNoOthers) {
    const auto narrow = api_key(text(issue(R"(["tenant:read"])"), "/key"));
    const auto path = "/v1/tenants/" + slug;
    EXPECT_EQ(get(path, narrow).status, 200U);
    EXPECT_EQ(text(get("/v1/me", narrow), "/scopes/0"), "tenant:read");
    for (const auto& [verb, asked, scope] :
         {std::tuple("GET", path + "/configuration", "configuration:read"),
          std::tuple("GET", path + "/features/f", "configuration:read"),
          std::tuple("GET", one.path, "agent:read"),
          std::tuple("GET", one.path + "/keys", "agent:read"),
          std::tuple("POST", one.path + "/keys/rotate", "keys:rotate")}) {
        const auto refused = ask(verb, asked, narrow);
        EXPECT_EQ(refused.status, 403U) << asked << refused.body;
        EXPECT_EQ(text(refused, "/error_code"), "INSUFFICIENT_SCOPE");
        EXPECT_EQ(header_of(refused, "WWW-Authenticate"),
                  fmt::format(R"(APIKey realm="API", error="insufficient_scope", scope="{}")",
                              scope));
    }
    EXPECT_EQ(text(ask("POST", one.path + "/keys", narrow), "/error_code"), "FORBIDDEN");
    EXPECT_EQ(get(one.path, api_key(one.key)).status, 200U) << "one for everything";
}

TEST_F(AgentKeys, OneForSomeThingsReplacesItselfAndGrowsNoRights) {
    const auto narrow = issue(R"(["keys:rotate","agent:read","keys:rotate"])");
    const auto next = ask("POST", one.path + "/keys/rotate",
                          api_key(text(narrow, "/key")) + "Prefer: wait\r\n");
    ASSERT_EQ(next.status, 201U) << next.body;
    EXPECT_EQ(me(service(), text(narrow, "/key")), "REVOKED_KEY");
    EXPECT_EQ(me(service(), one.key), "") << "the oldest is for everything, and stays";
    EXPECT_EQ(boost::json::serialize(listed(text(next, "/key_id")).at("scopes")),
              R"(["agent:read","keys:rotate"])");
    EXPECT_EQ(get("/v1/tenants/" + slug, api_key(text(next, "/key"))).status, 403U);
}

TEST_F(AgentKeys, AScopeNobodyKnowsIsRefused) {
    for (const auto* wrong : {R"(["everything"])", "[]", R"("tenant:read")"})
        EXPECT_EQ(issue(wrong).status, 422U) << wrong;
    EXPECT_THAT(get("/openapi.json", "").body, HasSubstr("configuration:read"));
}

}  // namespace
}  // namespace headroom::service
