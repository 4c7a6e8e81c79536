#include "service/access/rights.hpp"

#include <gtest/gtest.h>

#include <set>

#include "service/access/account.hpp"
#include "service/access/table.hpp"

namespace headroom::service::access {
namespace {

using auth::principal;

principal user_of(const char* tenant, std::vector<std::string> roles = {}) {
    principal made;
    made.issuer = "https://id.example";
    made.subject = "ada";
    if (tenant != nullptr) made.tenant = persistence::tenant_id::parse(tenant).value();
    made.roles = std::move(roles);
    return made;
}

TEST(Rights, FollowFromRolesAndFromWhoGaveThem) {
    EXPECT_EQ(callers_of(user_of("acme"), true), (callers{caller::member}));
    EXPECT_EQ(callers_of(user_of("acme", {"admin"}), true),
              (callers{caller::admin, caller::member}));
    EXPECT_EQ(callers_of(user_of(nullptr, {"platform_admin"}), true), (callers{caller::platform}));
    EXPECT_TRUE(callers_of(user_of(nullptr, {"platform_admin"}), false).empty())
        << "an issuer of one tenant gives no roles beyond it";
    EXPECT_TRUE(callers_of(user_of(nullptr, {"admin"}), true).empty());
    auto robot = user_of("acme", {"agent"});
    robot.kind = auth::principal_kind::agent;
    EXPECT_EQ(callers_of(robot, false), (callers{caller::agent}));
}

TEST(Rights, TheTenantComesBeforeTheRole) {
    const callers may{caller::admin, caller::platform};
    const auto by = [&](callers who, std::optional<std::string> path,
                        std::optional<std::string> said = {}) {
        return judge(may, {who, "acme", std::move(path), std::move(said)});
    };
    using enum verdict;
    EXPECT_EQ(by({}, "acme"), no_rights);
    EXPECT_EQ(by({caller::admin}, "acme"), let_in);
    EXPECT_EQ(by({caller::admin}, "globex"), other_tenant);
    EXPECT_EQ(by({caller::member}, "acme"), not_for_you);
    EXPECT_EQ(by({caller::member}, "globex"), other_tenant);
    EXPECT_EQ(by({caller::platform}, "globex"), let_in);
    EXPECT_EQ(by({caller::admin}, {}, "acme"), let_in);
    EXPECT_EQ(by({caller::admin}, {}, "globex"), other_tenant);
    EXPECT_EQ(by({caller::platform}, "globex", "acme"), other_tenant);
}

TEST(AccessTable, HasEachRouteOnceAndSomebodyForEach) {
    std::set<std::pair<int, std::string_view>> seen;
    for (const auto& each : table()) {
        EXPECT_TRUE(seen.emplace(static_cast<int>(each.route.verb), each.route.path_template)
                        .second)
            << each.route.path_template;
        EXPECT_FALSE(each.may.empty());
        EXPECT_NE(each.route.verb, http::method::head) << "it is what its GET is";
    }
    EXPECT_EQ(open_routes(),
              (std::vector<std::string>{"/livez", "/readyz", "/openapi.json", "/docs",
                                        "/docs/page.js", "/docs/page.css", "/auth/login",
                                        "/auth/callback", "/auth/logout"}));
}

TEST(AccessTable, EachRouteOfAgentsSaysWhichScopeAKeyNeedsForIt) {
    std::set<std::string_view> for_any;
    for (const auto& each : table()) {
        const bool of_agents = each.may.has(caller::agent) || each.may.has(caller::self);
        const bool of_users = each.route.path_template.find("{user}") != std::string_view::npos;
        EXPECT_EQ(!each.scope.empty(), of_agents && !of_users) << each.route.path_template;
        if (each.scope == any_key) for_any.insert(each.route.path_template);
    }
    EXPECT_EQ(for_any, (std::set<std::string_view>{"/auth/session", "/v1/me"}));
}

TEST(AccessTable, ARouteWithoutARuleIsNamed) {
    const auto answer = [](http::request&) -> task<http::response> {
        co_return http::response::empty();
    };
    http::router routes;
    routes.get("/livez", answer);
    EXPECT_TRUE(missing_rules(routes).empty());
    routes.post("/livez", answer).get("/v1/secrets", answer);
    EXPECT_EQ(missing_rules(routes),
              (std::vector<std::string>{"no rule says who may call POST /livez",
                                        "no rule says who may call GET /v1/secrets"}));
    EXPECT_NE(find_rule(http::method::head, "/livez"), nullptr);
}

TEST(Account, IsNeverANameOrAnAddress) {
    auto who = user_of("acme");
    who.email = "ada@x.example";
    EXPECT_TRUE(actor_name(who).starts_with("user:"));
    EXPECT_EQ(actor_name(who).size(), 5U + 36);
    EXPECT_EQ(actor_name(who).find("ada"), std::string::npos);
    principal key;
    key.kind = auth::principal_kind::agent;
    key.subject = key.key_id = "AbCdEfGh";
    EXPECT_EQ(actor_name(key), "operator:AbCdEfGh");
    key.tenant = persistence::tenant_id::parse("acme").value();
    key.subject = "11111111-2222-4333-8444-555555555555";
    EXPECT_EQ(actor_name(key), "agent:11111111-2222-4333-8444-555555555555");
}

}  // namespace
}  // namespace headroom::service::access
