#include "headroom/http/typed/endpoint.hpp"

#include "headroom/http/typed/typed_fixture.hpp"

namespace headroom::http::typed {
namespace {

struct plain_uuid {
    std::array<std::uint8_t, 16> bytes{};
};

struct parcel_item {
    text<1, 8> name;
    bounded<int, 1, 100> count;
};
BOOST_DESCRIBE_STRUCT(parcel_item, (), (name, count))

enum class parcel_size { small, large };
BOOST_DESCRIBE_ENUM(parcel_size, small, large)

struct parcel {
    std::string to;
    list<parcel_item, 1, 3> items;
    std::optional<parcel_size> size;
    or_else<text<1, 10>, fixed_text("post")> by;
    std::map<std::string, bool> flags;
};
BOOST_DESCRIBE_STRUCT(parcel, (), (to, items, size, by, flags))

struct seen {
    std::string what;
};
BOOST_DESCRIBE_STRUCT(seen, (), (what))

task<created<parcel>> make_parcel(path<"depot"> depot, body<parcel> of) {
    auto location = "/depots/" + *depot + "/" + of->to;
    co_return created<parcel>{*std::move(of), std::move(location)};
}

task<seen> show(path<"depot", bounded<int, 1, 9>> depot,
                query<"limit", or_else<bounded<int, 1, 50>, 20>> limit,
                query<"tag", std::vector<std::string>> tags, header<"X-Level", double> level,
                cookie<"session", std::optional<plain_uuid>> session) {
    std::string text = std::to_string(depot.is) + " " + std::to_string(limit.is.is);
    for (const auto& each : tags.is) text += " " + each;
    text += level.is > 1 ? " high" : " low";
    co_return seen{text + (session.is ? " known" : " unknown")};
}

class Endpoint : public typed_fixture {
protected:
    Endpoint() {
        to.post<"/depots/{depot}">(&make_parcel).get<"/depots/{depot}">(&show);
    }
    std::vector<field> level{{"X-Level", "0.5"}};
};

TEST_F(Endpoint, IsGivenWhatItsArgumentsSay) {
    const auto found =
        get("/depots/7", "tag=a&limit=3&tag=b+c",
            {{"x-level", "2"}, {"Cookie", "a=b; session=00112233-4455-6677-8899-aabbccddeeff"}});
    EXPECT_EQ(found.status, 200U) << found.body;
    EXPECT_EQ(found.body, R"({"what":"7 3 a b c high known"})");
    EXPECT_EQ(get("/depots/7", "", level).body, R"({"what":"7 20 low unknown"})");
}

TEST_F(Endpoint, AnswersItsResultAsJson) {
    const auto made = post("/depots/north", R"({"to":"ann","items":[{"name":"pen","count":2}],
                           "flags":{"fragile":true},"size":"large"})");
    EXPECT_EQ(made.status, 201U) << made.body;
    EXPECT_EQ(made.location, "/depots/north/ann");
    EXPECT_EQ(made.body, R"({"to":"ann","items":[{"name":"pen","count":2}],"size":"large",)"
                         R"("by":"post","flags":{"fragile":true}})");
}

TEST_F(Endpoint, EveryFaultOfEveryPartIsToldAtOnce) {
    const auto refused = get("/depots/10", "limit=x&limit=1",
                             {{"X-Level", "nan"}, {"Cookie", "session=1"}});
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.faults(),
              (std::vector<std::string>{"path #/path/depot: must be a whole number from 1 to 9",
                                        "query #/query/limit: must be given once",
                                        "header #/header/X-Level: must be a number",
                                        "cookie #/cookie/session: must be a UUID"}));
    EXPECT_EQ(refused.json().at_pointer("/errors/1/name"), "limit");
}

TEST_F(Endpoint, EveryFaultOfABodyHasAPointer) {
    const auto refused = post("/depots/north", R"({"items":[{"name":"","count":101},7],"a/b":1,
                              "size":"huge","flags":{"x":"y"}})");
    EXPECT_EQ(refused.status, 422U);
    EXPECT_EQ(refused.faults(),
              (std::vector<std::string>{
                  "body #/to: must be given", "body #/items/0/name: must have 1 to 8 characters",
                  "body #/items/0/count: must be a whole number from 1 to 100",
                  "body #/items/1: must be an object", "body #/size: must be one of small, large",
                  "body #/flags/x: must be true or false", "body #/a~1b: is not known"}));
    EXPECT_EQ(post("/depots/north",
                   R"({"to":"x","items":[{"name":"x","count":1}],"flags":{},"5% ~ü":1})")
                  .faults(),
              std::vector<std::string>{"body #/5%25%20~0%C3%BC: is not known"})
        << "a fragment holds no such characters";
    EXPECT_EQ(post("/depots/north", "[]").faults(),
              std::vector<std::string>{"body #: must be an object"});
    EXPECT_EQ(post("/depots/north", R"({"to":"x","items":[],"flags":{}})").faults(),
              std::vector<std::string>{"body #/items: must have 1 to 3 items"});
}

TEST_F(Endpoint, AFloodOfFaultsIsCounted) {
    std::string body = R"({"to":"x","items":[{"name":"x","count":1}],"flags":{})";
    for (int i = 0; i < 100; ++i) body += ",\"" + std::to_string(i) + "\":1";
    const auto refused = post("/depots/north", body + "}");
    EXPECT_EQ(refused.faults().size(), faults::listed_max);
    EXPECT_EQ(refused.json().at("not_listed"), 36);
}

TEST_F(Endpoint, WhatIsNoJsonIsNoFault) {
    EXPECT_EQ(post("/depots/north", "{").status, 400U);
    EXPECT_EQ(post("/depots/north", R"({"to":"a","to":"b"})").status, 400U);
    EXPECT_EQ(post("/depots/north", std::string(17, '[') + std::string(17, ']')).status, 400U);
    EXPECT_EQ(post("/depots/north", "{}", "text/plain").status, 415U);
    EXPECT_EQ(post("/depots/north", "{}", "application/vnd.x+JSON; charset=utf-8").status, 422U);
    EXPECT_EQ(post("/depots/north", "").faults().size(), 3U) << "an object without members";
    EXPECT_EQ(post("/depots/north", "", "application/x-www-form-urlencoded").faults().size(), 3U)
        << "a body that is not there has no type";
}

TEST_F(Endpoint, TakesNoCompressedBody) {
    const auto status = [this](std::string_view coding) {
        return ask(method::post, {"/depots/north", "", "{}",
                                  {{"Content-Type", "application/json"},
                                   {"Content-Encoding", coding}}}).status;
    };
    EXPECT_EQ(status("gzip"), 415U);
    EXPECT_EQ(status("identity"), 422U);
}

TEST_F(Endpoint, TakesABodyWithoutATypeFromNoPage) {
    const auto status = [this](std::vector<field> headers) {
        return ask(method::post, {"/depots/north", "", "{}", std::move(headers)}).status;
    };
    EXPECT_EQ(status({}), 422U);
    EXPECT_EQ(status({{"Origin", "https://evil.example"}}), 415U)
        << "browsers ask no preflight for it";
    EXPECT_EQ(status({{"Origin", "https://x"}, {"Content-Type", "application/json"}}), 422U);
}

TEST_F(Endpoint, AQueryThatIsNoTextIsAFault) {
    EXPECT_EQ(get("/depots/1", "tag=%ff", level).faults(),
              std::vector<std::string>{"query #/query/tag: is not text"});
}

}  // namespace

/// An argument of another package: somebody who signed in.
struct caller {
    std::string name;
};

template <>
struct argument<caller> {
    static std::optional<caller> read(reading& from) {
        const auto* known = from.of.left.find<caller>();
        if (known != nullptr) return *known;
        from.found.refuse({401, "Nobody has signed in."});
        return std::nullopt;
    }
    static void describe(operation& to) { to.fails(401); }
};

namespace {

task<std::expected<seen, problem>> whoami(int state, caller who, request& of) {
    if (who.name == "nobody") co_return std::unexpected(problem{404, "There is nobody."});
    co_return seen{who.name + std::string(of.raw_path) + std::to_string(state)};
}

TEST_F(Endpoint, TakesAnArgumentThatAnotherPackageReads) {
    to.get<"/me">(bound(7, whoami));
    EXPECT_EQ(get("/me").status, 401U);
    table.use([](request& of, next onward) -> task<response> {
        of.left.put(caller{std::string(of.query)});
        co_return co_await onward(of);
    });
    EXPECT_EQ(get("/me", "ann").body, R"({"what":"ann/me7"})");
    EXPECT_EQ(get("/me", "nobody").status, 404U);
}

TEST_F(Endpoint, IsGivenTheBodyOnlyWhereAnArgumentMayReadIt) {
    using deaf = task<no_content> (*)(path<"depot">, query<"limit">);
    using told = task<no_content> (*)(path<"depot">, body<seen>);
    using shown = task<no_content> (*)(path<"depot">, request&);
    using headed = task<no_content> (*)(path<"depot">, const request&);
    using another = task<no_content> (*)(path<"depot">, caller);
    constexpr auto use_of = []<class Handler>(Handler) {
        return endpoint_for<"/depots/{depot}", Handler>::body;
    };
    EXPECT_EQ(use_of(deaf()), body_use::ignored);
    EXPECT_EQ(use_of(told()), body_use::wanted);
    EXPECT_EQ(use_of(shown()), body_use::wanted);
    EXPECT_EQ(use_of(headed()), body_use::ignored);
    EXPECT_EQ(use_of(another()), body_use::wanted) << "it does not say";
}

TEST_F(Endpoint, MayHaveNothingToSay) {
    to.del<"/depots/{depot}">([](path<"depot">) -> task<no_content> { co_return no_content(); });
    EXPECT_EQ(ask(method::del, {"/depots/x", "", ""}).status, 204U);
}

}  // namespace
}  // namespace headroom::http::typed
