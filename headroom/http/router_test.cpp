#include "headroom/http/router.hpp"

#include <gtest/gtest.h>

#include "headroom/http/detail/target.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::http {
namespace {

// Answers with its name and the parameters it was given.
handler named(std::string name) {
    return [name](request& of) -> task<response> {
        std::string text = name;
        for (const auto& [key, value] : of.parameters)
            text.append(" ").append(key).append("=").append(value);
        co_return response::text(text);
    };
}

// A middleware writes its name around what lies behind it.
class stamp {
public:
    explicit stamp(std::string with) : with_(std::move(with)) {}
    task<response> operator()(request& of, next onward) const {
        auto reply = co_await onward(of);
        reply.with("X-Stamp", with_ + std::string(of.route));
        co_return reply;
    }

private:
    std::string with_;
};

struct answered {
    unsigned status = 0;
    std::string body, allow, stamps;
};

class Router : public ::testing::Test {
protected:
    answered ask(method verb, std::string_view path) {
        answered out;
        testing::run([&]() -> task<void> {
            budget::holder who;
            request of(who, deadline::after(std::chrono::seconds(1)));
            of.method = verb;
            of.raw_path = path;
            const auto reply = co_await table.handle(of);
            out.status = reply.status();
            out.body = reply.body();
            for (const auto& [name, value] : reply.added()) {
                if (name == "Allow") out.allow = value;
                if (name == "X-Stamp") out.stamps += value + ";";
            }
        });
        return out;
    }
    std::string body(std::string_view path) { return ask(method::get, path).body; }

    router table;
};

TEST_F(Router, AnswersEachMethodOfEachPath) {
    table.get("/a", named("get")).put("/a", named("put")).del("/a/{b}", named("delete"));
    struct row {
        method verb;
        std::string_view path;
        unsigned status;
        std::string_view body, allow;
    };
    for (const auto& [verb, path, status, text, allow] :
         {row{method::get, "/a", 200, "get", ""}, row{method::head, "/a", 200, "get", ""},
          row{method::put, "/a", 200, "put", ""},
          row{method::post, "/a", 405, "", "GET, HEAD, PUT, OPTIONS"},
          row{method::trace, "/a", 405, "", "GET, HEAD, PUT, OPTIONS"},
          row{method::options, "/a", 204, "", "GET, HEAD, PUT, OPTIONS"},
          row{method::get, "/a/x", 405, "", "DELETE, OPTIONS"},
          row{method::head, "/a/x", 405, "", "DELETE, OPTIONS"},
          row{method::del, "/a/x", 200, "delete b=x", ""}, row{method::get, "/b", 404, "", ""},
          row{method::options, "/b", 404, "", ""}, row{method::other, "/a", 501, "", ""},
          row{method::options, "", 204, "", "GET, HEAD, PUT, DELETE, OPTIONS"}}) {
        const auto got = ask(verb, path);
        EXPECT_EQ(got.status, status) << to_string(verb) << " " << path;
        EXPECT_EQ(got.body, text) << to_string(verb) << " " << path;
        EXPECT_EQ(got.allow, allow) << to_string(verb) << " " << path;
    }
}

TEST_F(Router, TakesPathsExactlyAndNeverAsPrefixes) {
    table.get("/health", named("health")).get("/v1/{tenant}", named("tenant"));
    for (const auto* other : {"/healthz", "/health/", "/health/x", "/Health", "//health", "/",
                              "/v1", "/v1/", "/v1/a/", "/v1/a/b"})
        EXPECT_EQ(ask(method::get, other).status, 404u) << other;
}

TEST_F(Router, PrefersALiteralSegmentToANamedOne) {
    table.get("/{a}/x", named("named")).get("/l/{b}", named("literal")).get("/l/x", named("both"));
    EXPECT_EQ(body("/l/x"), "both");
    EXPECT_EQ(body("/l/y"), "literal b=y");
    EXPECT_EQ(body("/m/x"), "named a=m");
    EXPECT_EQ(body("/l/%78"), "both") << "another spelling of the same path";
}

TEST_F(Router, DecodesParametersButNoSlashSeparatesBecauseItWasEncoded) {
    table.get("/v1/{tenant}/config/{key}", named("config"));
    EXPECT_EQ(body("/v1/a%20b/config/%C3%A9"), "config tenant=a b key=\xc3\xa9");
    EXPECT_EQ(body("/v1/a%2Fb/config/k"), "config tenant=a/b key=k");
    EXPECT_EQ(body("/v1/a/c%6Fnfig/k"), "config tenant=a key=k") << "another spelling of config";
}

TEST_F(Router, RunsMiddlewareFromTheOutsideInForEveryRequest) {
    table.get("/a/{b}", named("a")).use(stamp("outer")).use(stamp("inner"));
    EXPECT_EQ(ask(method::get, "/a/x").stamps, "inner/a/{b};outer/a/{b};");
    EXPECT_EQ(ask(method::get, "/none").stamps, "inner;outer;");
}

TEST_F(Router, KnowsWhichRoutesAreNeverShed) {
    table.get("/livez", named("live"), admission::always)
        .get("/docs", named("docs"), admission::standalone)
        .get("/a", named("a"));
    EXPECT_EQ(table.admission_of(method::get, "/docs"), admission::standalone);
    EXPECT_EQ(table.admission_of(method::get, "/livez"), admission::always);
    EXPECT_EQ(table.admission_of(method::head, "/livez"), admission::always);
    EXPECT_EQ(table.admission_of(method::post, "/livez"), admission::sheddable);
    EXPECT_EQ(table.admission_of(method::get, "/a"), admission::sheddable);
    EXPECT_EQ(table.admission_of(method::get, "/livez/"), admission::sheddable);
}

TEST_F(Router, AssertsThatARouteIsEnteredOnce) {
    table.get("/a/{b}", named("one"));
    EXPECT_DEATH(table.get("/a/{b}", named("two")), "a route is entered twice");
    EXPECT_DEATH(table.post("/a/{c}", named("two")), "name the same segment differently");
}

TEST_F(Router, AssertsThatATemplateIsWellFormed) {
    for (const auto* wrong : {"", "a", "/{", "/{}", "/a{b}", "/{a}b", "/a b", "/?"})
        EXPECT_DEATH(table.get(wrong, named("wrong")), "path template") << wrong;
}

TEST_F(Router, AssertsThatNothingIsEnteredOnceSealed) {
    table.seal();
    EXPECT_DEATH(table.get("/a", named("late")), "before the server starts");
    EXPECT_DEATH(table.use(stamp("late")), "before the server starts");
}

TEST(Request, FindsQueryValuesDecoded) {
    budget::holder who;
    request of(who, deadline::after(std::chrono::seconds(1)));
    of.query = "a=1&b=x+y%26z&&c&d=%ff&e=";
    EXPECT_EQ(of.query_value("a"), "1");
    EXPECT_EQ(of.query_value("b"), "x y&z");
    EXPECT_EQ(of.query_value("c"), "");
    EXPECT_THROW(of.query_value("d"), failed) << "no text";
    EXPECT_EQ(of.query_value("e"), "");
    EXPECT_EQ(of.query_value("f"), std::nullopt);
}

TEST(Request, ChoosesNoneOfRepeatedQueryValues) {
    budget::holder who;
    request of(who, deadline::after(std::chrono::seconds(1)));
    of.query = "a/b=1&c=3&a%2Fb=2";
    EXPECT_EQ(of.query_values("a/b"), (std::vector<std::string>{"1", "2"}));
    EXPECT_EQ(of.query_values("d"), std::vector<std::string>{});
    try {
        of.query_value("a/b");
        FAIL() << "one of two was chosen";
    } catch (const failed& why) {
        EXPECT_EQ(why.why().status, 422U);
        EXPECT_NE(to_json(why.why(), "", "").find(R"("pointer":"#/query/a~1b")"),
                  std::string::npos);
    }
}

TEST_F(Router, TellsEveryRouteThatWasEntered) {
    router routes;
    const auto answer = [](request&) -> task<response> { co_return response::empty(); };
    routes.get("/v1/things", answer).post("/v1/things", answer).del("/v1/things/{thing}", answer);
    const std::vector<route_name> expected{{method::get, "/v1/things"},
                                           {method::post, "/v1/things"},
                                           {method::del, "/v1/things/{thing}"}};
    EXPECT_EQ(routes.served(), expected);
}

}  // namespace
}  // namespace headroom::http
