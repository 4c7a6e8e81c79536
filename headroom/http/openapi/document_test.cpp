#include "headroom/http/openapi/document.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

namespace headroom::http::openapi {
namespace {

namespace json = boost::json;
using typed::bounded;
using typed::query;

struct ship {
    std::string name;
    std::optional<int> masts;
};
BOOST_DESCRIBE_STRUCT(ship, (), (name, masts))

task<ship> show_ship(typed::path<"ship"> name) { co_return ship{*name, 2}; }
task<typed::created<ship>> build_ship(typed::body<ship> of) {
    co_return typed::created<ship>{of.is, "/ships/" + of->name};
}
task<std::vector<ship>> list_ships(query<"limit", typed::or_else<bounded<int, 1, 9>, 5>>,
                                   typed::header<"X-Fleet", std::string>) {
    co_return std::vector<ship>();
}
task<response> sink_ship(typed::path<"ship">) { co_return response::empty(); }

class Document : public ::testing::Test {
protected:
    Document() {
        to.get<"/ships">(list_ships, {.summary = "All ships", .tag = "fleet"});
        to.post<"/ships">(build_ship, {.tag = "fleet", .problems = {409}});
        to.get<"/ships/{ship}">(show_ship, {.tag = "fleet", .problems = {404}});
        to.del<"/ships/{ship}">(sink_ship);
        table.get("/plain/{name}", [](request&) -> task<response> { co_return response(); });
        as.title = "Ships";
        as.version = "1";
        as.schemes = {{"token", bearer()}, {"key", api_key("X-API-Key")}};
        as.needs = [](const route_name& of) -> audience {
            if (of.verb == method::get) return {};
            return {{{"token", {"ships:write"}}, {"key"}}, {"captain"}, "For captains."};
        };
    }
    json::value operation(const char* path, const char* verb) {
        return json::value(document(to, as)).at("paths").at(path).at(verb);
    }
    static std::vector<std::string> names(const json::object& of) {
        std::vector<std::string> all;
        for (const auto& each : of) all.emplace_back(each.key());
        return all;
    }
    static std::vector<std::string> fields_of(const json::value& operation, const char* status) {
        return names(operation.at("responses").at(status).at("headers").as_object());
    }

    router table;
    typed::api to{table};
    description as;
};

TEST_F(Document, HasEveryRouteOfTheRouter) {
    const auto paths = document(to, as).at("paths").as_object();
    std::size_t operations = 0;
    for (const auto& each : paths) operations += each.value().as_object().size();
    EXPECT_EQ(operations, table.served().size());
    std::set<std::string> ids;
    for (const auto& each : table.served()) ids.insert(operation_id(each));
    EXPECT_EQ(ids, (std::set<std::string>{"get_ships", "post_ships", "get_ships_ship",
                                          "delete_ships_ship", "get_plain_name"}));
}

TEST_F(Document, DescribesParametersByTheirTypes) {
    EXPECT_EQ(json::serialize(operation("/ships", "get").at("parameters")),
              R"([{"name":"limit","in":"query","schema":{"type":"integer",)"
              R"("format":"int32","minimum":1,"maximum":9,"default":5}},)"
              R"({"name":"X-Fleet","in":"header","required":true,"schema":{"type":"string"}}])");
    EXPECT_EQ(json::serialize(operation("/plain/{name}", "get").at("parameters")),
              R"([{"name":"name","in":"path","required":true,"schema":{"type":"string"}}])");
}

TEST_F(Document, DescribesBodiesAndAnswers) {
    const auto post = operation("/ships", "post");
    const auto* schema = "/content/application~1json/schema/$ref";
    EXPECT_EQ(post.at("requestBody").at_pointer(schema), "#/components/schemas/ship");
    EXPECT_EQ(post.at("requestBody").at("required"), true);
    EXPECT_EQ(post.at("responses").at("201").at_pointer(schema), "#/components/schemas/ship");
    for (const auto* status : {"400", "409", "413", "415", "422", "default"})
        EXPECT_TRUE(post.at("responses").as_object().contains(status)) << status;
    EXPECT_EQ(post.at("responses").at("422").at_pointer(
                  "/content/application~1problem+json/schema/$ref"),
              "#/components/schemas/unprocessable");
    EXPECT_FALSE(operation("/ships/{ship}", "get").as_object().contains("requestBody"));
}

TEST_F(Document, SaysWhoIsLetIn) {
    EXPECT_EQ(json::serialize(operation("/ships", "post").at("security")),
              R"([{"token":["ships:write"]},{"key":[]}])");
    EXPECT_EQ(json::serialize(operation("/ships", "get").at("security")), "[]");
    EXPECT_EQ(json::serialize(document(to, as).at("components").at("securitySchemes").at("key")),
              R"({"type":"apiKey","in":"header","name":"X-API-Key"})");
}

TEST_F(Document, SaysForWhomARouteIs) {
    const auto post = operation("/ships", "post");
    EXPECT_EQ(json::serialize(post.at("x-headroom-callers")), R"(["captain"])");
    EXPECT_EQ(post.at("description"), "For captains.");
    EXPECT_FALSE(operation("/ships", "get").as_object().contains("x-headroom-callers"));
}

using texts = std::vector<std::string>;

TEST_F(Document, HasEveryStatusThatARouteAnswersInOrder) {
    EXPECT_EQ(names(operation("/ships", "post").at("responses").as_object()),
              (texts{"201", "400", "401", "403", "409", "413", "415", "422", "503", "default"}));
    EXPECT_EQ(names(operation("/ships/{ship}", "get").at("responses").as_object()),
              (texts{"200", "404", "422", "503", "default"}));
    as.limits_rates = true;
    EXPECT_EQ(names(operation("/ships/{ship}", "get").at("responses").as_object()),
              (texts{"200", "404", "422", "429", "503", "default"}));
}

TEST_F(Document, AnswersHaveTheFieldsTheyAreSentWith) {
    as.limits_rates = true;
    const auto post = operation("/ships", "post");
    EXPECT_EQ(fields_of(post, "201"),
              (texts{"X-Request-Id", "RateLimit", "RateLimit-Policy", "Location"}));
    EXPECT_EQ(fields_of(post, "401"), (texts{"X-Request-Id", "WWW-Authenticate"}));
    EXPECT_EQ(fields_of(post, "429"),
              (texts{"X-Request-Id", "RateLimit", "RateLimit-Policy", "Retry-After"}));
    EXPECT_EQ(fields_of(post, "503"), (texts{"X-Request-Id", "Retry-After"}));
    EXPECT_EQ(fields_of(post, "default"), texts{"X-Request-Id"});
    const auto known = document(to, as).at("components").at("headers").as_object();
    for (const auto& each : fields_of(post, "201")) EXPECT_TRUE(known.contains(each)) << each;
}

TEST_F(Document, SaysTheSameEveryTime) { EXPECT_EQ(document(to, as), document(to, as)); }

}  // namespace
}  // namespace headroom::http::openapi
