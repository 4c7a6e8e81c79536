// What those who are let in may do: roles, tenants and their state, agents and keys, first users.
#include <gmock/gmock.h>

#include <csignal>
#include <thread>

#include "headroom/auth/api_key.hpp"
#include "service/access/table.hpp"
#include "tests/service/access/auth_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using access::caller;

/// An id no user and no agent has.
constexpr char nobodys_id[] = "11111111-2222-4333-8444-555555555555";

class Access : public auth_fixture {
protected:
    /// A rule's path with its parameters filled in.
    static std::string path_of(const access::rule& of, const std::string& tenant) {
        std::string path(of.route.path_template);
        for (const auto& [name, value] :
             std::map<std::string, std::string>{{"{tenant}", tenant},
                                                {"{user}", nobodys_id},
                                                {"{agent}", nobodys_id},
                                                {"{key}", "k"},
                                                {"{feature}", "f"},
                                                {"{resource}", "r"},
                                                {"{type}", "t"}})
            if (const auto at = path.find(name); at != std::string::npos)
                path.replace(at, name.size(), value);
        return path;
    }
    static answer ask_as(const std::string& headers, const access::rule& of,
                         const std::string& tenant) {
        return ask(http::to_string(of.route.verb), path_of(of, tenant), headers, "{}");
    }
};

TEST_F(Access, EachRouteIsForItsRolesAndNoOthers) {
    const auto slug = tenant();
    const std::map<caller, std::string> credentials{
        {caller::platform, as_platform()},
        {caller::admin, bearer(token_of(slug, "admin"))},
        {caller::member, bearer(token_of(slug))},
        {caller::agent, api_key(make_robot(slug).key)}};
    for (const auto& rule : access::table()) {
        const auto shown = fmt::format("{} {}", http::to_string(rule.route.verb),
                                       rule.route.path_template);
        if (rule.may.has(caller::anybody) || rule.may.has(caller::operations)) continue;
        EXPECT_EQ(ask_as("", rule, slug).status, 401U) << shown;
        for (const auto& [who, headers] : credentials) {
            const auto answered = ask_as(headers, rule, slug);
            EXPECT_NE(answered.status, 401U) << shown << answered.body;
            EXPECT_EQ(answered.status == 403, !rule.may.has(who))
                << shown << static_cast<unsigned>(who) << answered.body;
            EXPECT_LT(answered.status, 500U) << shown << answered.body;
        }
    }
}

TEST_F(Access, NobodyReachesAnotherTenant) {
    const auto mine = tenant(), other = tenant();
    const auto admin = bearer(token_of(mine, "admin"));
    for (const auto& rule : access::table()) {
        if (rule.route.path_template.find("{tenant}") == std::string_view::npos) continue;
        const auto refused = ask_as(admin, rule, other);
        EXPECT_EQ(refused.status, 403U) << rule.route.path_template << refused.body;
        EXPECT_EQ(text(refused, "/error_code"), "FORBIDDEN");
    }
    EXPECT_EQ(get("/v1/tenants/" + mine, admin).status, 200U);
    EXPECT_EQ(get("/v1/tenants/" + mine + "%20", admin).status, 403U);
}

TEST_F(Access, NoSharedCacheMayKeepWhatAKeyWasShown) {
    const auto slug = tenant();
    const auto robot = make_robot(slug);
    const auto kept = [&](const std::string& path) {
        return header_of(get(path, api_key(robot.key)), "Cache-Control");
    };
    EXPECT_EQ(kept("/v1/tenants/" + slug), "private, no-cache");
    EXPECT_EQ(kept("/v1/tenants/" + slug + "/configuration/none"), "no-store");
    EXPECT_EQ(kept("/livez"), "no-store");
}

TEST_F(Access, ATenantInAHeaderMustBeThePrincipals) {
    const auto mine = tenant(), other = tenant();
    const auto by = bearer(token_of(mine));
    const auto said = [](const std::string& which) { return "X-Tenant-ID: " + which + "\r\n"; };
    EXPECT_EQ(get("/v1/me", by + said(mine)).status, 200U);
    EXPECT_EQ(get("/v1/me", by + said(other)).status, 403U);
    EXPECT_EQ(get("/v1/me", by + said(mine) + said(mine)).status, 403U);
    EXPECT_EQ(get("/v1/tenants/" + other, as_platform() + said(mine)).status, 403U);
    EXPECT_EQ(get("/v1/tenants/" + other, as_platform() + said(other)).status, 200U);
}

TEST_F(Access, NobodyTakesASubjectOfAnotherTenant) {
    const auto mine = tenant(), other = tenant();
    const auto named = fmt::format(R"({{"issuer":"{}","subject":"bo-{}"}})", provider().issuer(),
                                   other);
    EXPECT_EQ(ask("POST", "/v1/tenants/" + mine + "/users", bearer(token_of(mine, "admin")), named)
                  .status,
              403U);
    EXPECT_EQ(get("/v1/me", bearer(token_of(other, "", "bo"))).status, 200U);
}

TEST_F(Access, AUserReadsItselfAndNobodyElse) {
    const auto slug = tenant();
    const auto ada = bearer(token_of(slug, "", "ada")), bob = bearer(token_of(slug, "", "bob"));
    const auto me = get("/v1/me", ada);
    const auto path = "/v1/tenants/" + slug + "/users/" + text(me, "/account_id");
    EXPECT_EQ(get(path, ada).status, 200U);
    EXPECT_EQ(get(path, bob).status, 403U);
    EXPECT_EQ(get(path, bearer(token_of(slug, "admin", "eve"))).status, 200U);
    const auto named = ask("PUT", path + "/profile", ada + "Prefer: wait\r\n",
                           R"({"display_name":"Countess"})");
    EXPECT_EQ(named.status, 200U) << named.body;
    EXPECT_EQ(text(get("/v1/me", ada), "/profile/display_name"), "Countess");
}

TEST_F(Access, AnAgentReadsItselfAndRotatesItsKey) {
    const auto slug = tenant();
    const auto one = make_robot(slug), other = make_robot(slug);
    EXPECT_EQ(get(one.path, api_key(one.key)).status, 200U);
    EXPECT_EQ(get(one.path, api_key(other.key)).status, 403U);
    const auto next = ask("POST", one.path + "/keys/rotate", api_key(one.key) + "Prefer: wait\r\n");
    ASSERT_EQ(next.status, 201U) << next.body;
    EXPECT_EQ(text(get("/v1/me", api_key(one.key)), "/error_code"), "REVOKED_KEY");
    EXPECT_EQ(get("/v1/me", api_key(text(next, "/key"))).status, 200U);
}

TEST_F(Access, WhoDidItStandsInTheEvents) {
    const auto slug = tenant();
    const auto by = bearer(token_of(slug, "admin"));
    const auto me = text(get("/v1/me", by), "/account_id");
    const auto put = ask("PUT", "/v1/tenants/" + slug + "/configuration/k", by,
                         R"({"type":"boolean","value":true})");
    ASSERT_EQ(put.status, 200U) << put.body;
    EXPECT_EQ(text(put, "/updated_by"), "user:" + me);
}

TEST_F(Access, ASuspendedTenantIsRefusedUntilItIsActiveAgain) {
    const auto slug = tenant();
    const auto user = bearer(token_of(slug)), robot = api_key(make_robot(slug).key);
    EXPECT_EQ(get("/v1/me", user).status, 200U);
    EXPECT_EQ(get("/v1/me", robot).status, 200U);
    const auto path = "/v1/tenants/" + slug;
    ASSERT_EQ(ask("POST", path + "/suspend", as_platform() + "Prefer: wait\r\n",
                  R"({"reason":"unpaid"})").status,
              200U);
    for (const auto& each : {user, robot}) {
        const auto refused = get("/v1/me", each);
        EXPECT_EQ(refused.status, 403U) << refused.body;
        EXPECT_EQ(text(refused, "/error_code"), "TENANT_SUSPENDED");
        EXPECT_EQ(text(refused, "/type"), "/errors/tenant-suspended");
    }
    EXPECT_EQ(get(path, as_platform()).status, 200U) << "somebody has to bring it back";
    ASSERT_EQ(ask("POST", path + "/reactivate", as_platform() + "Prefer: wait\r\n").status, 200U);
    EXPECT_EQ(get("/v1/me", user).status, 200U);
}

TEST_F(Access, AnUnknownTenantIsRefused) {
    const auto refused = get("/v1/me", bearer(token_of("nobody-knows-it")));
    EXPECT_EQ(refused.status, 403U);
    EXPECT_EQ(text(refused, "/error_code"), "TENANT_UNKNOWN");
}

TEST_F(Access, ASuspendedAgentsKeysAreRefused) {
    const auto slug = tenant();
    const auto robot = make_robot(slug);
    const auto by = bearer(token_of(slug, "admin")) + "Prefer: wait\r\n";
    EXPECT_EQ(get("/v1/me", api_key(robot.key)).status, 200U);
    ASSERT_EQ(ask("POST", robot.path + "/suspend", by, R"({"reason":"odd"})").status, 200U);
    EXPECT_EQ(text(get("/v1/me", api_key(robot.key)), "/error_code"), "REVOKED_KEY");
    ASSERT_EQ(ask("POST", robot.path + "/reactivate", by).status, 200U);
    EXPECT_EQ(get("/v1/me", api_key(robot.key)).status, 200U);
}

TEST_F(Access, RotationOverlapsAsLongAsBothKeysAreIssued) {
    const auto slug = tenant();
    const auto robot = make_robot(slug);
    const auto by = bearer(token_of(slug, "admin"));
    const auto second = text(new_key(robot.path, by), "/key");
    EXPECT_EQ(get("/v1/me", api_key(robot.key)).status, 200U);
    EXPECT_EQ(get("/v1/me", api_key(second)).status, 200U);
    const auto third = ask("POST", robot.path + "/keys/rotate", by + "Prefer: wait\r\n");
    EXPECT_EQ(get("/v1/me", api_key(robot.key)).status, 401U) << "the oldest is revoked";
    EXPECT_EQ(get("/v1/me", api_key(second)).status, 200U);
    EXPECT_EQ(get("/v1/me", api_key(text(third, "/key"))).status, 200U);
}

TEST_F(Access, AKeyThatIsNoneIsRefusedAlikeWhateverIsWrong) {
    const auto robot = make_robot(tenant());
    const auto made = auth::make_api_key();
    const auto same_id = robot.key.substr(0, 11) + std::string(made.text.reveal()).substr(11, 43);
    for (const auto& wrong : {std::string(made.text.reveal()), same_id}) {
        const auto refused = get("/v1/me", api_key(wrong));
        EXPECT_EQ(refused.status, 401U);
        EXPECT_EQ(header_of(refused, "WWW-Authenticate"), "APIKey");
        EXPECT_EQ(text(refused, "/error_code"), "INVALID_KEY");
    }
    EXPECT_EQ(text(get("/v1/me", api_key(robot.key + "A")), "/error_code"), "INVALID_FORMAT");
}

TEST_F(Access, AnOperatorsKeyWorksBeforeAnyTenantDoes) {
    auto where = guarded::one().addresses();
    where.erase("AUTH_ISSUER");
    const auto made = run_service(where, {"operator-key"});
    ASSERT_EQ(made.code, 0) << made.errors;
    const std::string entry = "AUTH_OPERATOR_KEYS=";
    const auto at = made.output.find(entry);
    ASSERT_TRUE(made.output.starts_with("key: pk_") && at != std::string::npos) << made.output;
    where["AUTH_OPERATOR_KEYS"] =
        made.output.substr(at + entry.size(), made.output.size() - at - entry.size() - 1);
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    const auto by = api_key(made.output.substr(5, at - 6));
    EXPECT_EQ(fresh.send("GET", "/v1/tenants", "", by).status, 200U);
    EXPECT_EQ(fresh.send("GET", "/v1/tenants", "", "").status, 401U);
}

TEST_F(Access, WhenAKeyWasUsedLastIsWrittenDown) {
    const auto slug = tenant();
    const auto robot = make_robot(slug);
    {
        running_service fresh(guarded::one().addresses());
        ASSERT_TRUE(fresh.ready()) << fresh.errors();
        ASSERT_EQ(fresh.send("GET", "/v1/me", "", api_key(robot.key)).status, 200U);
        fresh.process().signal(SIGTERM);
        ASSERT_TRUE(fresh.process().wait(std::chrono::seconds(10)));
    }
    auto& database = guarded::one().database;
    EXPECT_EQ(database.server().value("select count(*) from agent_api_key_use where key_id = '" +
                                          robot.key_id + "' and tenant_id = '" + slug + "'",
                                      database.name()),
              "1");
}

TEST_F(Access, AnExpiredKeyIsRefusedBeforeTheNightsLook) {
    const auto robot = make_robot(tenant());
    auto where = guarded::one().addresses();
    where["HEADROOM_API_KEY_LIFETIME"] = "1ms";
    running_service fresh(where);
    ASSERT_TRUE(fresh.ready()) << fresh.errors();
    const auto refused = fresh.send("GET", "/v1/me", "", api_key(robot.key));
    EXPECT_EQ(refused.status, 401U);
    EXPECT_EQ(text(refused, "/detail"), "The API key has expired.");
}

TEST_F(Access, OfTwentyFirstRequestsAtOnceOneMakesTheUser) {
    const auto slug = tenant();
    const auto by = bearer(token_of(slug, "", "crowd"));
    std::vector<std::thread> all;
    std::atomic<unsigned> good = 0;
    for (int i = 0; i < 20; ++i)
        all.emplace_back([&] { good += get("/v1/me", by).status == 200U; });
    for (auto& each : all) each.join();
    EXPECT_EQ(good, 20U);
    auto& database = guarded::one().database;
    const auto made = "select count(*) from headroom_events where topic ="
                      " 'identity:User.Provisioned' and convert_from(state, 'UTF8') like '%crowd-" +
                      slug + "%'";
    EXPECT_EQ(database.server().value(made, database.name()), "1");
}

TEST_F(Access, ASubjectThatBelongsToAnotherTenantIsAConflict) {
    const auto mine = tenant(), other = tenant();
    ASSERT_EQ(get("/v1/me", bearer(provider().token({.subject = "mover", .tenant = mine}))).status,
              200U);
    const auto refused =
        get("/v1/me", bearer(provider().token({.subject = "mover", .tenant = other})));
    EXPECT_EQ(refused.status, 409U) << refused.body;
    EXPECT_EQ(text(refused, "/error_code"), "CONFLICT");
}

}  // namespace
}  // namespace headroom::service
