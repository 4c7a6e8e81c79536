#include "headroom/http/cors.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

struct asked_by {
    method verb;
    std::vector<field> headers;
};

struct cors_answer {
    std::string origin, credentials, methods, headers, exposed, vary;
};

std::string joined(const response& of, std::string_view name) {
    std::string all;
    for (const auto& [each, value] : of.added())
        if (each == name) all += (all.empty() ? "" : ", ") + value;
    return all;
}

cors_answer ask(const cors_settings& with, const asked_by& by) {
    const cors origins(with);
    budget::holder who;
    request of(who, deadline::after(std::chrono::seconds(1)));
    of.method = by.verb;
    of.headers = fields(by.headers);
    response answer = origins.is_preflight(of) ? origins.preflight(of) : response::text("x");
    origins.mark(of.headers, answer);
    return {joined(answer, "Access-Control-Allow-Origin"),
            joined(answer, "Access-Control-Allow-Credentials"),
            joined(answer, "Access-Control-Allow-Methods"),
            joined(answer, "Access-Control-Allow-Headers"),
            joined(answer, "Access-Control-Expose-Headers"), joined(answer, "Vary")};
}

constexpr std::string_view app = "https://app.example";
const cors_settings one_origin{.allow_origins = {std::string(app)}, .allow_credentials = true};

TEST(Cors, SaysNothingWithoutOrigins) {
    const auto said = ask({}, {method::get, {{"Origin", app}}});
    EXPECT_EQ(said.origin, "");
    EXPECT_EQ(said.vary, "");
}

TEST(Cors, AllowsAListedOriginAndSaysThatTheAnswerIsItsOwn) {
    const auto said = ask(one_origin, {method::get, {{"origin", app}}});
    EXPECT_EQ(said.origin, app);
    EXPECT_EQ(said.credentials, "true");
    EXPECT_EQ(said.exposed, "X-Request-Id");
    EXPECT_EQ(said.vary, "Origin");
}

TEST(Cors, AllowsNoOtherOriginYetVaries) {
    for (const std::string_view other :
         {"https://app.example.evil", "https://evil.example", "http://app.example", "null",
          "https://APP.example", "https://app.example:8443", "https://app.example/", ""}) {
        const auto said = ask(one_origin, {method::get, {{"Origin", other}}});
        EXPECT_EQ(said.origin, "") << other;
        EXPECT_EQ(said.credentials, "") << other;
        EXPECT_EQ(said.vary, "Origin") << other;
    }
    EXPECT_EQ(ask(one_origin, {method::get, {}}).vary, "Origin");
    EXPECT_EQ(ask(one_origin, {method::get, {{"Origin", app}, {"Origin", app}}}).origin, "");
}

TEST(Cors, AllowsEveryPageThatSendsNoCredentials) {
    const auto said = ask({.allow_origins = {"*"}}, {method::get, {{"Origin", "https://any"}}});
    EXPECT_EQ(said.origin, "*");
    EXPECT_EQ(said.credentials, "");
    EXPECT_EQ(said.vary, "");
}

TEST(Cors, AnswersAPreflight) {
    const std::vector<field> asks{{"Origin", app},
                                  {"Access-Control-Request-Method", "PUT"},
                                  {"Access-Control-Request-Headers", "content-type, x-a"}};
    const auto open = ask(one_origin, {method::options, asks});
    EXPECT_EQ(open.origin, app);
    EXPECT_EQ(open.methods, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    EXPECT_EQ(open.headers, "content-type, x-a");
    EXPECT_EQ(open.vary, "Access-Control-Request-Method, Access-Control-Request-Headers, Origin");

    auto narrow = one_origin;
    narrow.allow_methods = {"GET", "PUT"};
    narrow.allow_headers = {"Content-Type"};
    const auto said = ask(narrow, {method::options, asks});
    EXPECT_EQ(said.methods, "GET, PUT");
    EXPECT_EQ(said.headers, "Content-Type");
}

TEST(Cors, MirrorsOnlyWhatHasTheFormOfNames) {
    const auto said = ask(one_origin, {method::options,
                                       {{"Origin", app},
                                        {"Access-Control-Request-Method", "PUT"},
                                        {"Access-Control-Request-Headers", "a b<script>"}}});
    EXPECT_EQ(said.headers, "");
}

TEST(Cors, LeavesAnOrdinaryOptionsToTheRouter) {
    const cors origins(one_origin);
    budget::holder who;
    request of(who, deadline::after(std::chrono::seconds(1)));
    of.method = method::options;
    const field only_origin[] = {{"Origin", app}};
    of.headers = fields(only_origin);
    EXPECT_FALSE(origins.is_preflight(of));
}

TEST(Cors, RefusesTheStarWithCredentialsNamingBoth) {
    const cors_settings open{.allow_origins = {"*"}, .allow_credentials = true};
    ASSERT_EQ(faults(open).size(), 1U);
    EXPECT_NE(faults(open)[0].find("CORS_ALLOW_ORIGINS"), std::string::npos);
    EXPECT_NE(faults(open)[0].find("CORS_ALLOW_CREDENTIALS"), std::string::npos);
    EXPECT_EQ(faults({.allow_origins = {std::string(app)},
                      .expose_headers = {"*"},
                      .allow_credentials = true})
                  .size(),
              1U);
}

TEST(Cors, TakesOriginsAsBrowsersSendThemAndNothingElse) {
    for (const auto* good : {"https://app.example", "http://localhost:3000", "https://[::1]:8443"})
        EXPECT_TRUE(faults(cors_settings{.allow_origins = {good}}).empty()) << good;
    for (const auto* wrong : {"app.example", "https://app.example/", "https://App.example", "null",
                              "https://", "https://app.example:443", "https://*.example/x", ""})
        EXPECT_EQ(faults(cors_settings{.allow_origins = {wrong}}).size(), 1U) << wrong;
    EXPECT_EQ(faults(cors_settings{.allow_origins = {"*", "https://app.example"}}).size(), 1U);
    EXPECT_EQ(faults(cors_settings{.allow_methods = {"G T"}}).size(), 1U);
}

TEST(Cors, IsReadFromTheEnvironment) {
    environment from;
    from.add("CORS_ALLOW_ORIGINS", "https://a.example,https://b.example", "environment");
    from.add("CORS_ALLOW_CREDENTIALS", "true", "environment");
    from.add("CORS_MAX_AGE", "1h", "environment");
    setting_reader reader(from);
    const auto read = read_cors_settings(reader);
    ASSERT_TRUE(reader.seal());
    EXPECT_EQ(read.allow_origins.size(), 2U);
    EXPECT_TRUE(read.allow_credentials);
    EXPECT_EQ(read.max_age, std::chrono::hours(1));
    EXPECT_TRUE(faults(read).empty());
}

TEST(Cors, RefusesToStartWithTheStarAndCredentials) {
    environment from;
    from.add("CORS_ALLOW_ORIGINS", "*", "environment");
    from.add("CORS_ALLOW_CREDENTIALS", "true", "environment");
    setting_reader reader(from);
    read_cors_settings(reader);
    const auto sealed = reader.seal();
    ASSERT_FALSE(sealed);
    EXPECT_NE(sealed.error()[0].message().find("CORS_ALLOW_CREDENTIALS"), std::string::npos);
}

}  // namespace
}  // namespace headroom::http
