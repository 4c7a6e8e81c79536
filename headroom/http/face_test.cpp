// What every answer of a server carries, over a real socket: traces, origins, codings, limits.
#include <boost/json.hpp>

#include "headroom/http/access_report.hpp"
#include "headroom/http/caller.hpp"
#include "headroom/http/rate_limit.hpp"
#include "headroom/http/server_fixture.hpp"

namespace headroom::http {
namespace {

using detail::has;

constexpr std::string_view from_the_app = "Origin: https://app.example\r\n";

std::string get_with(std::string_view path, std::string_view headers) {
    std::string text("GET ");
    text.append(path).append(" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
    return text.append(headers).append("\r\n");
}

class ServerFace : public detail::server_fixture {
protected:
    ServerFace() {
        with.cross_origin.allow_origins = {"https://app.example"};
        routes.get("/broken", [](request&) -> task<response> {
            throw std::runtime_error("inside");
            co_return response::empty();
        });
        routes.get("/large", [](request&) -> task<response> {
            auto answer = response::json("[" + std::string(100'000, '1') + "]");
            answer.with("ETag", "\"7\"");
            co_return answer;
        });
        routes.get("/stream", [](request&) -> task<response> {
            co_return response::stream("text/plain", [left = 2](deadline) mutable
                                       -> task<std::optional<std::string>> {
                if (left-- == 0) co_return std::nullopt;
                co_return "piece";
            });
        });
        routes.get("/trace", [](request& of) -> task<response> {
            co_return response::text(std::string(of.trace.traceparent()) + " " +
                                     of.trace.tracestate());
        });
        routes.get("/client", [](request& of) -> task<response> {
            co_return response::text(std::string(of.client));
        });
    }
    std::string ask(const std::string& text) { return testing::say(port(), text); }
};

// ---- other origins

TEST_F(ServerFace, AllowsAnOriginOnEveryAnswer) {
    with.times.request_max = std::chrono::milliseconds(50);
    start();
    const std::string head = "Host: x\r\nConnection: close\r\n" + std::string(from_the_app);
    const struct {
        const char* status;
        std::string text;
    } rows[] = {
        {" 200 ", "GET /hello HTTP/1.1\r\n" + head + "\r\n"},
        {" 200 ", "GET /stream HTTP/1.1\r\n" + head + "\r\n"},
        {" 404 ", "GET /nothing HTTP/1.1\r\n" + head + "\r\n"},
        {" 405 ", "DELETE /hello HTTP/1.1\r\n" + head + "\r\n"},
        {" 500 ", "GET /broken HTTP/1.1\r\n" + head + "\r\n"},
        {" 501 ", "BREW /hello HTTP/1.1\r\n" + head + "\r\n"},
        {" 504 ", "GET /wait HTTP/1.1\r\n" + head + "\r\n"},
        {" 413 ", "POST /echo HTTP/1.1\r\n" + head + "Content-Length: 99999999\r\n\r\n"},
        {" 400 ", "POST /echo HTTP/1.1\r\n" + head + "Content-Length: x\r\n\r\n"},
        {" 400 ", "POST /echo HTTP/1.1\r\n" + head + "Transfer-Encoding: chunked\r\n\r\nzz\r\n"},
    };
    for (const auto& each : rows) {
        const auto answer = ask(each.text);
        EXPECT_TRUE(has(answer, each.status)) << answer;
        EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: https://app.example\r\n")) << answer;
        EXPECT_TRUE(has(answer, "Vary: Origin\r\n")) << answer;
    }
}

TEST_F(ServerFace, AllowsAnOriginWhereARequestIsShed) {
    with.in_flight_max = 1;
    with.queue_max = 0;
    start();
    testing::text_client first(port());
    first.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    const auto answer = ask(get_with("/hello", from_the_app));
    EXPECT_TRUE(has(answer, " 503 ")) << answer;
    EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: ")) << answer;
    EXPECT_TRUE(has(answer, "Retry-After: ")) << answer;
}

TEST_F(ServerFace, AnswersAPreflightBeforeEveryMiddleware) {
    routes.use([](request&, next) -> task<response> { co_return problem{401, "Sign in."}; });
    start();
    const auto answer =
        ask("OPTIONS /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
            std::string(from_the_app) + "Access-Control-Request-Method: PUT\r\n\r\n");
    EXPECT_TRUE(has(answer, " 204 ")) << answer;
    EXPECT_TRUE(has(answer, "Access-Control-Allow-Methods: ")) << answer;
    EXPECT_TRUE(has(answer, "Access-Control-Allow-Origin: ")) << answer;
    const auto refused = ask(get_with("/hello", from_the_app));
    EXPECT_TRUE(has(refused, " 401 ")) << refused;
    EXPECT_TRUE(has(refused, "Access-Control-Allow-Origin: ")) << refused;
}

// ---- traces

TEST_F(ServerFace, FollowsTheCallersTrace) {
    start();
    const auto answer = ask(get_with(
        "/trace", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"
                  "tracestate: a=1\r\ntracestate: b=2\r\n"));
    EXPECT_TRUE(has(answer, "00-0af7651916cd43dd8448eb211c80319c-")) << answer;
    EXPECT_FALSE(has(answer, "b7ad6b7169203331")) << answer;
    EXPECT_TRUE(has(answer, "-01 a=1,b=2")) << answer;
}

TEST_F(ServerFace, NamesTheTraceInProblemsThoseOfTheParserToo) {
    start();
    const auto told = ask(get_with(
        "/nothing", "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
    EXPECT_TRUE(has(told, R"("trace_id":"0af7651916cd43dd8448eb211c80319c")")) << told;
    EXPECT_TRUE(has(ask(get_with("/nothing", "traceparent: no\r\n")), R"("trace_id":")"));
    EXPECT_TRUE(has(ask("GET /\x01 HTTP/1.1\r\nHost: x\r\n\r\n"), R"("trace_id":")"));
}

// ---- deadlines

TEST_F(ServerFace, WaitsNoLongerThanTheClientWill) {
    start();
    const auto answer = ask(get_with("/wait", "Request-Timeout: 0.05\r\n"));
    EXPECT_TRUE(has(answer, " 504 ")) << answer;
    EXPECT_EQ(cancelled, 1U);
    EXPECT_TRUE(has(ask(get_with("/hello", "Request-Timeout: 3600\r\n")), " 200 "));
    for (const std::string wrong : {"", "0", "-1", "1s", "1.", ".5", "1.2345", "1e3", "9999999"})
        EXPECT_TRUE(has(ask(get_with("/hello", "Request-Timeout: " + wrong + "\r\n")), " 400 "))
            << wrong;
    EXPECT_TRUE(has(ask(get_with("/hello", "Request-Timeout: 1\r\nRequest-Timeout: 2\r\n")),
                    " 400 "));
}

// ---- codings

TEST_F(ServerFace, CompressesForWhoeverTakesIt) {
    start();
    const auto packed = ask(get_with("/large", "Accept-Encoding: gzip\r\n"));
    EXPECT_TRUE(has(packed, "Content-Encoding: gzip\r\n"));
    EXPECT_TRUE(has(packed, "Vary: Accept-Encoding\r\n"));
    EXPECT_TRUE(has(packed, "ETag: W/\"7\"\r\n"));
    EXPECT_LT(packed.size(), 2'000U);
    const auto plain = ask(get_with("/large", ""));
    EXPECT_FALSE(has(plain, "Content-Encoding"));
    EXPECT_TRUE(has(plain, "Vary: Accept-Encoding\r\n"));
    EXPECT_TRUE(has(plain, "ETag: \"7\"\r\n"));
    EXPECT_GT(plain.size(), 100'000U);
}

// ---- limits

TEST_F(ServerFace, BelievesTrustedProxiesAlone) {
    start();
    EXPECT_TRUE(has(ask(get_with("/client", "X-Forwarded-For: 1.2.3.4\r\n")), "\r\n\r\n127.0.0.1"));
}

TEST_F(ServerFace, BelievesATrustedProxy) {
    with.trusted = {"127.0.0.0/8"};
    start();
    EXPECT_TRUE(has(ask(get_with("/client", "X-Forwarded-For: 1.2.3.4\r\n")), "\r\n\r\n1.2.3.4"));
}

TEST_F(ServerFace, BoundsTheConnectionsOfAClient) {
    with.connections_per_client_max = 1;
    start();
    {
        testing::text_client first(port());
        first.send(detail::hello);
        EXPECT_TRUE(has(first.response(), " 200 "));
        const auto second = ask(get_with("/hello", ""));
        EXPECT_TRUE(has(second, " 429 ")) << second;
        EXPECT_TRUE(has(second, "Retry-After: ")) << second;
    }
    EXPECT_TRUE(testing::eventually([&] { return has(ask(get_with("/hello", "")), " 200 "); }));
}

TEST_F(ServerFace, BoundsTheRateOfACallerAndLetsHealthThrough) {
    auto table = std::make_shared<rate_limiter>(rate_terms{.per_second = 1, .burst = 2});
    routes.use([](request& of, next onward) -> task<response> {
        if (const auto who = of.headers.find("X-Who"))
            of.left.put(caller{"user", std::string(*who)});
        co_return co_await onward(of);
    });
    const deadline::clock::time_point now{std::chrono::hours(1)};
    routes.use(rate_limit(table, caller_or_network, [now] { return now; }));
    routes.get("/livez", [](request&) -> task<response> { co_return response::text("ok"); },
               admission::always);
    start();
    const auto as_ann = get_with("/hello", "X-Who: ann\r\n");
    EXPECT_TRUE(has(ask(as_ann), "RateLimit: \"client\";r=1;t=1\r\n"));
    ask(as_ann);
    const auto third = ask(as_ann);
    EXPECT_TRUE(has(third, " 429 ")) << third;
    EXPECT_TRUE(has(third, "Retry-After: 1\r\n")) << third;
    EXPECT_TRUE(has(third, "RateLimit-Policy: \"client\";q=2;w=2\r\n")) << third;
    EXPECT_TRUE(has(third, R"("limit":1)")) << third;
    EXPECT_TRUE(has(ask(get_with("/hello", "X-Who: bob\r\n")), " 200 "));
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(has(ask(get_with("/livez", "")), " 200 "));
}

/// Refuses whoever would not wait for a second, while it is full.
struct database_that_fills final : pressure {
    bool stands() const noexcept override { return full; }
    std::optional<problem> refuse(const request& of,
                                  deadline::clock::time_point now) override {
        ++asked;
        if (of.until.at() - now > std::chrono::seconds(1)) return std::nullopt;
        return problem{503, "The database is full."};
    }
    std::atomic<bool> full{true};
    std::atomic<unsigned> asked{0};
};

TEST_F(ServerFace, ShedsUnderThePressureOfWhatIsBehindIt) {
    database_that_fills behind;
    const auto ok = [](request&) -> task<response> { co_return response::text("ok"); };
    routes.get("/livez", ok, admission::always).get("/docs", ok, admission::standalone);
    prepare();
    serving->shed_under(behind, 1);
    serving->start(soon());
    const auto impatient = get_with("/hello", "Request-Timeout: 0.5\r\n");
    const auto refused = ask(impatient);
    EXPECT_TRUE(has(refused, " 503 ")) << refused;
    EXPECT_TRUE(has(refused, "Retry-After: 1\r\n")) << refused;
    EXPECT_TRUE(has(refused, "The database is full."));
    EXPECT_TRUE(has(ask(get_with("/hello", "")), " 200 ")) << "who has time may wait";
    EXPECT_TRUE(has(ask(get_with("/livez", "Request-Timeout: 0.5\r\n")), " 200 "));
    EXPECT_TRUE(has(ask(get_with("/docs", "Request-Timeout: 0.5\r\n")), " 200 "));
    EXPECT_EQ(behind.asked, 2U) << "only for what leans on it";
    behind.full = false;
    EXPECT_TRUE(has(ask(impatient), " 200 "));
    EXPECT_EQ(serving->snapshot().shed_behind, 1U);
    EXPECT_EQ(serving->snapshot().shed, 0U);
    serving.reset();  // before what is behind it
}

// ---- what is under way

TEST_F(ServerFace, ListsTheRequestsUnderWayOnAllReactors) {
    start(2);
    std::vector<std::unique_ptr<testing::text_client>> clients;
    for (int i = 0; i < 4; ++i) {
        clients.push_back(std::make_unique<testing::text_client>(port()));
        clients.back()->send("GET /held?secret=s3cr3t HTTP/1.1\r\nHost: x\r\n"
                             "X-Request-Id: mine\r\n\r\n");
    }
    ASSERT_TRUE(waits(4));
    std::vector<under_way> found;
    on[0]->run_blocking([&]() -> task<void> { found = co_await serving->requests_under_way(); });
    ASSERT_EQ(found.size(), 4U);
    for (const auto& each : found) {
        EXPECT_EQ(each.method, "GET");
        EXPECT_EQ(each.route, "/held");
        EXPECT_EQ(each.phase, "handling");
        EXPECT_EQ(each.request_id, "mine");
    }
    on[0]->run_blocking([&]() -> task<void> { found = co_await serving->requests_under_way(3); });
    EXPECT_EQ(found.size(), 3U);
}

// ---- the access log

TEST_F(ServerFace, RemembersARequestWithoutAnyOfItsSecrets) {
    std::mutex guard;
    std::string lines;  // guarded by guard
    observability::log_options options;
    options.sink = [&](std::string_view line) {
        std::scoped_lock lock(guard);
        lines += line;
        return true;
    };
    observability::metrics figures;
    routes.post("/items/{id}", [](request& of) -> task<response> {
        of.left.put(caller{"api_key", "k-1"});
        co_return response::text(of.body);
    });
    prepare(access_report({options, observability::redactor()}, figures));
    serving->start(soon());
    ask("POST /items/c4n4ry?q=c4n4ry HTTP/1.1\r\nHost: c4n4ry.example\r\nConnection: close\r\n"
        "Authorization: Bearer c4n4ry\r\nCookie: c4n4ry\r\nUser-Agent: c4n4ry\r\n"
        "tracestate: k=c4n4ry\r\nContent-Length: 6\r\n\r\nc4n4ry");
    ask("GET /c4n4ry?c4n4ry HTTP/1.1\r\nHost: c4n4ry\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(testing::eventually([&] {
        std::scoped_lock lock(guard);
        return std::ranges::count(lines, '\n') == 2;
    }));
    std::scoped_lock lock(guard);
    EXPECT_FALSE(has(lines, "c4n4ry")) << lines;
    EXPECT_FALSE(has(figures.text(), "c4n4ry"));
    const auto first = boost::json::parse(lines.substr(0, lines.find('\n'))).as_object();
    for (const auto* each : {"timestamp", "severity_text", "body", "request_id", "trace_id",
                             "span_id", "trace_flags", "attributes"})
        EXPECT_TRUE(first.contains(each)) << each;
    const auto& told = first.at("attributes").as_object();
    for (const auto* each :
         {"http.request.method", "http.route", "http.response.status_code", "duration_us",
          "pool_wait_us", "bytes_in", "bytes_out", "client.address", "network.peer.address"})
        EXPECT_TRUE(told.contains(each)) << each;
    EXPECT_EQ(told.at("http.route"), "/items/{id}");
    EXPECT_EQ(told.at("caller.kind"), "api_key");
    EXPECT_EQ(told.at("caller.id"), "k-1");
}

}  // namespace
}  // namespace headroom::http
