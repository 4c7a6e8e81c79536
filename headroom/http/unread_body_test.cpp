// When a body is read and when it is not, over a real socket.
#include "headroom/http/rate_limit.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/http/websocket.hpp"

namespace headroom::http::detail {
namespace {

using testing::eventually;
using testing::say;
using testing::text_client;

constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
constexpr std::string_view expecting = "X-Key: k\r\nExpect: 100-continue\r\n";

std::string post_of(std::size_t bytes, std::string_view more = {},
                    std::string_view path = "/echo") {
    return "POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" + std::string(more) +
           "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

std::string chunked_post(std::string_view more) {
    return "POST /echo HTTP/1.1\r\nHost: x\r\n" + std::string(more) +
           "Transfer-Encoding: chunked\r\n\r\n";
}

std::size_t answers_in(std::string_view text) {
    std::size_t found = 0;
    for (auto at = text.find("HTTP/1.1 "); at != std::string_view::npos;
         at = text.find("HTTP/1.1 ", at + 1))
        ++found;
    return found;
}

/// Whoever has no key is a stranger.
class UnreadBody : public server_fixture {
protected:
    UnreadBody() {
        routes.use([](request& of, next onward) -> task<response> {
            if (of.headers.count("X-Key") == 0) co_return problem{401, "Who asks?"};
            co_return co_await onward(of);
        });
    }

    // The one answer to it, with which the connection ends.
    std::string only_answer(std::string_view text) {
        auto answer = say(port(), text);
        EXPECT_EQ(answers_in(answer), 1U) << answer;
        EXPECT_TRUE(has(answer, "Connection: close\r\n")) << answer;
        return answer;
    }
    bool holds(std::size_t bytes) {
        return eventually([&] { return serving->snapshot().body_bytes == bytes; });
    }
};

TEST_F(UnreadBody, OfAStrangerIsNotWaitedFor) {
    start();
    EXPECT_TRUE(has(only_answer(post_of(1000)), " 401 "));
    EXPECT_TRUE(has(only_answer(chunked_post({})), " 401 "));
    EXPECT_TRUE(has(only_answer(post_of(1000) + "some of it"), " 401 "));
}

TEST_F(UnreadBody, OfAStrangerIsNotAskedFor) {
    start();
    EXPECT_TRUE(has(only_answer(post_of(1000, "Expect: 100-continue\r\n")), " 401 "));
    EXPECT_TRUE(has(only_answer(chunked_post("Expect: 100-continue\r\n")), " 401 "));
}

TEST_F(UnreadBody, OfWhoAsksTooOftenIsNotWaitedFor) {
    routes.use(rate_limit(std::make_shared<rate_limiter>(rate_terms{1, 1, 16})));
    start();
    EXPECT_TRUE(has(say(port(), "GET /hello HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n"
                                "Connection: close\r\n\r\n"),
                    " 200 "));
    EXPECT_TRUE(has(only_answer(post_of(1000, expecting)), " 429 "));
}

TEST_F(UnreadBody, IsNotReadWhereNothingIsServed) {
    start();
    EXPECT_TRUE(has(only_answer(post_of(1000, expecting, "/nowhere")), " 404 "));
    EXPECT_TRUE(has(only_answer(post_of(1000, expecting, "/hello")), " 405 "));
}

TEST_F(UnreadBody, IsNotReadForAHandlerThatIgnoresIt) {
    routes.route(
        method::post, "/deaf",
        [](request& of) -> task<response> { co_return response::text("heard " + of.body); },
        admission::sheddable, body_use::ignored);
    start();
    EXPECT_TRUE(has(only_answer(post_of(1000, expecting, "/deaf")), "heard "));
    EXPECT_TRUE(has(only_answer("GET /hello HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n"
                                "Content-Length: 1000\r\n\r\n"),
                    "Hello, World!"));
}

// Twice as much as a landing buffer has, so that it cannot have come with its head.
TEST_F(UnreadBody, IsNeverTakenForARequest) {
    start();
    std::string hidden;
    while (hidden.size() < 8 * 1024)
        hidden += "GET /hello HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n\r\n";
    EXPECT_TRUE(has(only_answer(post_of(hidden.size()) + hidden), " 401 "));
    EXPECT_TRUE(has(only_answer(chunked_post({}) + "2000\r\n" + hidden), " 401 "));
    EXPECT_EQ(serving->snapshot().requests, 2U);
}

TEST_F(UnreadBody, ThatCameWithItsHeadLeavesTheConnectionOpen) {
    start();
    text_client client(port());
    client.send(post_of(3) + "abc");
    const auto refused = client.response();
    EXPECT_TRUE(has(refused, " 401 "));
    EXPECT_FALSE(has(refused, "Connection: close"));
    client.send(post_of(3, "X-Key: k\r\n") + "abc");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nabc"));
}

// Its client has not read the answer yet, and sends on.
TEST_F(UnreadBody, DoesNotCostAClientThatSendsOnItsAnswer) {
    start();
    EXPECT_TRUE(has(only_answer(post_of(500'000) + std::string(500'000, 'a')), " 401 "));
}

TEST_F(UnreadBody, IsAskedForOnceItIsWanted) {
    start();
    text_client client(port());
    client.send(post_of(5, expecting));
    EXPECT_EQ(client.until("\r\n\r\n"), go_on);
    client.send("whole");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nwhole"));
    client.send(post_of(4, "X-Key: k\r\n"));
    client.send("more");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nmore")) << "the connection goes on";
}

TEST_F(UnreadBody, KeepsPipelinedRequestsInTheirOrder) {
    start();
    const std::string one(10'000, '1'), two(5'000, '2');
    text_client client(port());
    client.send(post_of(one.size(), "X-Key: k\r\n") + one + post_of(1, "X-Key: k\r\n") + "x" +
                post_of(two.size(), "X-Key: k\r\n") + two +
                "GET /hello HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n\r\n");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\n" + one));
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nx"));
    EXPECT_TRUE(client.response().ends_with("\r\n\r\n" + two));
    EXPECT_TRUE(has(client.response(), "Hello, World!"));
}

TEST_F(UnreadBody, IsReadByAMiddlewareThatAsksForIt) {
    routes.use([](request& of, next onward) -> task<response> {
        const auto before = of.until;
        if (auto why = co_await of.read_body()) co_return *std::move(why);
        of.body += of.until > before ? ", and its time is the client's" : "";
        co_return co_await onward(of);
    });
    start();
    text_client client(port());
    client.send(post_of(5, expecting));
    EXPECT_EQ(client.until("\r\n\r\n"), go_on);
    client.send("whole");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nwhole, and its time is the client's"));
}

TEST_F(UnreadBody, HoldsNoPlaceAmongTheHandlers) {
    with.in_flight_max = 1;
    with.queue_max = 0;
    start();
    text_client slow(port());
    slow.send(post_of(5, expecting));
    EXPECT_EQ(slow.until("\r\n\r\n"), go_on);
    EXPECT_TRUE(has(say(port(), "GET /hello HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n"
                                "Connection: close\r\n\r\n"),
                    " 200 "));
    slow.send("whole");
    EXPECT_TRUE(slow.response().ends_with("\r\n\r\nwhole"));
}

TEST_F(UnreadBody, OfAClientThatLeavesIsForgotten) {
    start();
    {
        text_client client(port());
        client.send(post_of(50'000, expecting));
        EXPECT_EQ(client.until("\r\n\r\n"), go_on);
        EXPECT_TRUE(holds(50'000));
    }
    EXPECT_TRUE(logs(499));
    EXPECT_TRUE(holds(0));
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(UnreadBody, ThatFailsOnItsWayIsAnsweredAndEndsTheConnection) {
    start();
    EXPECT_TRUE(has(only_answer(chunked_post("X-Key: k\r\n") + "1\r\nab"), " 400 "));
    text_client client(port());
    client.send(chunked_post(expecting));
    EXPECT_EQ(client.until("\r\n\r\n"), go_on);
    client.send("1\r\nab");
    EXPECT_TRUE(has(client.rest(), " 400 "));
}

TEST_F(UnreadBody, OfAHandshakeIsRefused) {
    routes.get("/talk", [](request& of) -> task<response> {
        co_return upgrade(of, {}, [](websocket&) -> task<> { co_return; });
    });
    start();
    EXPECT_TRUE(has(only_answer("GET /talk HTTP/1.1\r\nHost: x\r\nX-Key: k\r\n"
                                "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                                "Sec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                "Content-Length: 9\r\n\r\n"),
                    " 400 "));
}

TEST_F(UnreadBody, IsRefusedWhereTheBytesOfAllBodiesWouldBeTooMany) {
    with.bounds.body_max = 10'000;
    with.body_memory = 15'000;
    start();
    text_client one(port());
    one.send(post_of(10'000, expecting));
    EXPECT_EQ(one.until("\r\n\r\n"), go_on);
    EXPECT_EQ(serving->snapshot().body_bytes, 10'000U);
    const auto full = only_answer(post_of(6'000, expecting));
    EXPECT_TRUE(has(full, " 503 ")) << full;
    EXPECT_TRUE(has(full, "Retry-After: 1\r\n"));
    EXPECT_TRUE(has(full, R"("asked":6000,"held":10000,"limit":15000)")) << full;
    text_client two(port());
    two.send(post_of(5'000, expecting));
    EXPECT_EQ(two.until("\r\n\r\n"), go_on) << "it fits";
    one.send(std::string(10'000, 'a'));
    EXPECT_TRUE(has(one.response(), " 200 "));
    EXPECT_TRUE(holds(5'000));
    EXPECT_EQ(serving->snapshot().shed, 1U);
}

TEST_F(UnreadBody, OfNoKnownLengthIsCountedAsItGrows) {
    with.bounds.body_max = 32 * 1024;
    with.body_memory = 40 * 1024;
    start();
    text_client known(port()), growing(port());
    known.send(post_of(20 * 1024, expecting));
    EXPECT_EQ(known.until("\r\n\r\n"), go_on);
    growing.send(chunked_post(expecting));
    EXPECT_EQ(growing.until("\r\n\r\n"), go_on);
    EXPECT_TRUE(holds(20 * 1024));
    growing.send("3000\r\n" + std::string(0x3000, 'a') + "\r\n");
    EXPECT_TRUE(holds(36 * 1024));
    growing.send("3000\r\n" + std::string(0x3000, 'a'));
    EXPECT_TRUE(has(growing.rest(), " 503 "));
    EXPECT_TRUE(holds(20 * 1024));
}

}  // namespace
}  // namespace headroom::http::detail
