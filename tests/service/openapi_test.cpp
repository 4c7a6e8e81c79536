// What the service says of its API: a linter, a validator of schemas and a browser take it at its
// word. They are programs of others: tests/peers has them locked.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "headroom/testing/temp_directory.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

namespace json = boost::json;

constexpr char peers[] = HEADROOM_ROOT "/tests/peers";

class OpenApi : public ::testing::Test {
protected:
    static served_database& database() {
        static served_database* const one = served_database::migrated();
        return *one;
    }
    static running_service& service() {
        static running_service* const one = new running_service(database().addresses());
        return *one;
    }
    void SetUp() override { ASSERT_TRUE(service().ready()) << service().errors(); }

    static json::value document() { return service().get_json("/openapi.json"); }
    /// "post /v1/tenants" of each operation.
    static std::set<std::string> operations() {
        std::set<std::string> all;
        for (const auto& path : document().at("paths").as_object())
            for (const auto& verb : path.value().as_object())
                all.insert(std::string(verb.key()) + " " + std::string(path.key()));
        return all;
    }
    static bool has_peers() {
        return testing::run_program({{"node", "--version"}}).code == 0 &&
               std::filesystem::exists(std::string(peers) + "/node_modules/ajv");
    }
    /// {"schema": ..., "body": ...}, a line for validate.cjs.
    static std::string line(std::string_view schema, const std::string& body) {
        return fmt::format("{{\"schema\":\"{}\",\"body\":{}}}\n", schema, body);
    }
    static testing::outcome run_in_shell(const std::string& what) {
        return testing::run_program({{"sh", "-c", what}}, std::chrono::seconds(90));
    }

    /// That it is among the answers of the operation, with the fields it has there.
    static void expect_described(const json::value& in, std::string_view verb,
                                 std::string_view path_template,
                                 const running_service::answer& of) {
        const auto said = fmt::format("{} {}: {}\n{}", verb, path_template, of.status, of.head);
        const auto& answers =
            in.at("paths").at(path_template).at(verb).at("responses").as_object();
        const auto* answer = answers.if_contains(std::to_string(of.status));
        ASSERT_NE(answer, nullptr) << said;
        const auto& fields = answer->at("headers").as_object();
        for (const auto& each : fields)
            if (in.at("components").at("headers").at(each.key()).as_object().contains("required"))
                EXPECT_NE(header_of(of, each.key()), "") << each.key() << " of " << said;
        for (const auto* name : {"Location", "ETag", "Retry-After", "WWW-Authenticate",
                                 "RateLimit", "RateLimit-Policy", "Headroom-Position",
                                 "Preference-Applied", "X-Request-Id"})
            if (header_of(of, name) != "")
                EXPECT_TRUE(fields.contains(name)) << name << " of " << said;
    }

    testing::temp_directory files;
};

TEST_F(OpenApi, EveryOperationIsThereAndSaysWhatItDoes) {
    const auto all = operations();
    for (const auto* each :
         {"get /livez", "get /metrics", "get /v1/me", "get /docs", "get /openapi.json",
          "post /v1/tenants", "patch /v1/tenants/{tenant}/metadata",
          "get /v1/tenants/{tenant}/features/{feature}",
          "put /v1/tenants/{tenant}/configuration/{key}",
          "put /v1/tenants/{tenant}/users/{user}/profile",
          "get /v1/tenants/{tenant}/agents/{agent}/keys",
          "post /v1/tenants/{tenant}/agents/{agent}/keys/rotate",
          "post /v1/tenants/{tenant}/agents/{agent}/keys/{key}/revoke"})
        EXPECT_TRUE(all.contains(each)) << each;
    for (const auto& path : document().at("paths").as_object())
        for (const auto& each : path.value().as_object())
            EXPECT_TRUE(each.value().as_object().contains("summary")) << path.key();
}

TEST_F(OpenApi, SaysWhichCredentialsLetSomebodyIn) {
    const auto paths = document().at("paths");
    const auto& post = paths.at("/v1/tenants").at("post");
    EXPECT_EQ(json::serialize(post.at("security")),
              R"([{"token":["platform_admin"]},{"key":["platform_admin"]}])");
    EXPECT_EQ(json::serialize(post.at("x-headroom-callers")), R"(["platform"])");
    EXPECT_EQ(post.at("description"), "For an administrator of the platform.");
    const auto& user = paths.at("/v1/tenants/{tenant}/users/{user}").at("get");
    EXPECT_EQ(json::serialize(user.at("security")), R"([{"token":[]},{"key":[]}])");
    EXPECT_EQ(json::serialize(paths.at("/v1/tenants/{tenant}").at("get").at("security")),
              R"([{"token":[]},{"key":["tenant:read"]}])");
    EXPECT_EQ(user.at("description"), "For an administrator of the platform, an administrator of "
                                      "the tenant or whom the path names.");
    EXPECT_TRUE(paths.at("/v1/me").at("get").at("responses").as_object().contains("401"));
    for (const auto* open : {"/livez", "/docs", "/openapi.json"}) {
        EXPECT_EQ(json::serialize(paths.at(open).at("get").at("security")), "[]") << open;
        EXPECT_EQ(service().get(open).status, 200U) << open;
    }
}

TEST_F(OpenApi, ALinterFindsNothing) {
    if (!has_peers()) FAIL() << "there is no node, or nothing in " << peers;
    const auto file = files.write("openapi.json", service().get("/openapi.json").body);
    const auto done = run_in_shell(fmt::format(
        "cd {} && REDOCLY_TELEMETRY=off node node_modules/@redocly/cli/bin/cli.js lint"
        " --config redocly.yaml {}", peers, file));
    EXPECT_EQ(done.code, 0) << done.output << done.errors;
}

TEST_F(OpenApi, WhatIsAnsweredFitsItsSchema) {
    if (!has_peers()) FAIL() << "there is no node, or nothing in " << peers;
    service().make_tenant("schemas");
    const auto refused = [](const running_service::answer& of) {
        EXPECT_EQ(of.status, 422U) << of.body;
        return line("unprocessable", of.body);
    };
    const auto path = std::string("/v1/tenants/schemas");
    auto lines = refused(service().post("/v1/tenants", R"({"name":7,"a/b":1,"metadata":[]})")) +
                 refused(service().post("/v1/tenants", R"({"slug":"Not A Slug","name":"x"})")) +
                 refused(service().get("/v1/tenants?status=active&limit=0")) +
                 refused(service().put(path + "/configuration/k", R"({"type":"integer"})")) +
                 refused(service().get(path + "/policies/nonsense"));
    lines += line("problem", service().get("/v1/tenants/none").body);
    lines += line("me_view", service().get("/v1/me").body);
    lines += line("tenant_view", service().get(path).body);
    lines += line("tenant_page", service().get("/v1/tenants?limit=1").body);
    lines += line("feature_view", service().get(path + "/features/f").body);
    lines += line("limit_view", service().get(path + "/limits/users?current=1").body);
    lines += line("entry_view",
                  service().put(path + "/configuration/k", R"({"type":"integer","value":1})").body);
    lines += line("entry_page", service().get(path + "/configuration").body);
    const auto agent =
        service().post(path + "/agents", R"({"agent_type":"robot","display_name":"R2"})");
    lines += line("changed_agent", agent.body);
    const auto where = header_of(agent, "Location");
    lines += line("issued_key_view", service().post(where + "/keys").body);
    lines += line("agent_view", service().get(where).body);
    lines += line("key_page", service().get(where + "/keys").body);
    lines += refused(service().post(where + "/keys", R"({"scopes":["everything"]})"));
    const auto document = files.write("openapi.json", service().get("/openapi.json").body);
    const auto done = run_in_shell(fmt::format("node {}/validate.cjs {} < {}", peers, document,
                                               files.write("lines", lines)));
    EXPECT_EQ(done.code, 0) << done.output << done.errors;
}

TEST_F(OpenApi, EveryAnswerIsAmongThoseDescribed) {
    const auto all = document();
    const auto check = [&](std::string_view verb, std::string_view path_template, unsigned status,
                           const running_service::answer& of) {
        EXPECT_EQ(of.status, status) << of.head << of.body;
        expect_described(all, verb, path_template, of);
    };
    const std::string tenants = "/v1/tenants", own = "/v1/tenants/{tenant}";
    const auto* made = R"({"slug":"told","name":"Told"})";
    check("post", tenants, 201, service().send("POST", tenants, made, "Prefer: wait\r\n"));
    check("post", tenants, 409, service().post(tenants, made));
    check("post", tenants, 400, service().post(tenants, "{"));
    check("post", tenants, 422, service().post(tenants));
    check("post", own + "/activate", 200, service().post("/v1/tenants/told/activate"));
    check("get", own, 200, service().get("/v1/tenants/told"));
    check("get", own, 404, service().get("/v1/tenants/nobody"));
    check("get", own, 401, service().send("GET", "/v1/tenants/told", "", "X-API-Key: no\r\n"));
    check("get", tenants, 422, service().get("/v1/tenants?limit=1&limit=2"));
    check("put", own + "/configuration/{key}", 200,
          service().put("/v1/tenants/told/configuration/k", R"({"type":"integer","value":1})"));
    const auto* robot = R"({"agent_type":"robot","display_name":"R2"})";
    check("post", own + "/agents", 201, service().post("/v1/tenants/told/agents", robot));
    for (const auto* open : {"/livez", "/readyz", "/openapi.json", "/docs"})
        check("get", open, 200, service().get(open));
    check("get", "/docs", 304, service().send("GET", "/docs", "", "If-None-Match: *\r\n"));
}

TEST_F(OpenApi, ABrowserShowsEveryOperation) {
    if (testing::run_program({{"sh", "-c", "command -v chromium"}}).code != 0)
        FAIL() << "chromium is missing: ./dev install has it";
    const auto page = run_in_shell(fmt::format(
        "chromium --headless --no-sandbox --disable-gpu --user-data-dir={}"
        " --virtual-time-budget=10000 --dump-dom http://127.0.0.1:{}/docs 2>/dev/null",
        files.file("profile"), service().port()));
    ASSERT_EQ(page.code, 0) << page.errors;
    for (const auto& each : operations())
        EXPECT_TRUE(page.output.contains(fmt::format("data-operation=\"{}\"", each))) << each;
    for (const auto* schema : {"tenant_view", "unprocessable", "configuration_value"})
        EXPECT_TRUE(page.output.contains(fmt::format("id=\"schema-{}\"", schema))) << schema;
}

}  // namespace
}  // namespace headroom::service
