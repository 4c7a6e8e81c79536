// Each limit of http/settings.hpp, over a real socket.
#include <boost/json/parse.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/server_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

class Limit : public server_fixture {
protected:
    // What the server answers, which must be a problem of its status.
    std::string refused(std::string_view text) {
        const auto answer = say(port(), text);
        const auto body = answer.substr(answer.find("\r\n\r\n") + 4);
        EXPECT_EQ(answer.substr(9, 3),
                  std::to_string(boost::json::parse(body).at("status").as_int64()));
        EXPECT_TRUE(has(answer, "Connection: close\r\n"));
        return answer.substr(9, 3);
    }
};

TEST_F(Limit, OfTheRequestLine) {
    with.bounds.request_line_max = 100;
    start();
    const std::string fits(100 - std::string_view("GET / HTTP/1.1").size(), 'a');
    EXPECT_EQ(refused("GET /" + fits + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), "404");
    EXPECT_EQ(refused("GET /" + fits + "a HTTP/1.1\r\n"), "414");
}

TEST_F(Limit, OfTheHeaderBytes) {
    with.bounds.header_bytes_max = 300;
    start();
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost: x\r\nA: " + std::string(300, 'a')), "431");
}

TEST_F(Limit, OfTheNumberOfFields) {
    with.bounds.fields_max = 10;
    start();
    std::string request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n";
    for (int i = 0; i < 8; ++i) request += "A: b\r\n";
    EXPECT_EQ(refused(request + "\r\n"), "404");
    EXPECT_EQ(refused(request + "A: b\r\n\r\n"), "431");
}

TEST_F(Limit, OfABodyIsAppliedBeforeItIsRead) {
    with.bounds.body_max = 1000;
    start();
    EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n"
                      "Expect: 100-continue\r\n\r\n"),
              "413");
}

TEST_F(Limit, OfABodyAppliesToChunksTogether) {
    with.bounds.body_max = 10;
    start();
    EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
                      "8\r\n12345678\r\n3\r\n"),
              "413");
}

TEST_F(Limit, OfABodyIsAnsweredThoughTheClientGoesOnSending) {
    with.bounds.body_max = 1000;
    start();
    EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n" +
                      std::string(500'000, 'a')),
              "413");
}

TEST_F(Limit, OfTheTimeForAHead) {
    with.times.head_max = 50ms;
    start();
    EXPECT_EQ(refused("GET / HTTP/1.1\r\nHost"), "408");
}

TEST_F(Limit, OfTheTimeForAHeadCannotBeStretchedByDripping) {
    with.times.head_max = 100ms;
    start();
    text_client client(port());
    client.send("GET / HTTP/1.1\r\nHost: x\r\nA: ");
    EXPECT_TRUE(
        eventually([&] { return client.send_some("a") == 0 || client.closed_within(1ms); }));
    EXPECT_TRUE(logs(408));
}

TEST_F(Limit, OfTheTimeForABody) {
    with.times.body_max = 50ms;
    start();
    EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n12"), "408");
}

TEST_F(Limit, OfTheRateOfABody) {
    with.times.body_grace = 50ms;
    with.times.body_rate_min = 1000;
    start();
    EXPECT_EQ(refused("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n1234567890"),
              "408");
}

TEST_F(Limit, OfIdlenessClosesWithoutAWord) {
    with.times.idle_max = 50ms;
    start();
    text_client client(port());
    client.send(hello);
    client.response();
    EXPECT_EQ(client.rest(), "");
}

TEST_F(Limit, OfIdlenessHoldsAfterAnEmptyLineToo) {
    with.times.idle_max = 50ms;
    start();
    text_client client(port());
    client.send(hello);
    client.response();
    client.send("\r\n");  // as old clients do after a body: no request has begun
    EXPECT_EQ(client.rest(), "");
}

TEST_F(Limit, OfTheTimeToTheFirstByteClosesWithoutAWord) {
    with.times.head_max = 50ms;
    start();
    EXPECT_EQ(say(port(), ""), "");
}

TEST_F(Limit, OfARequestsTimeCancelsItsHandler) {
    with.times.request_max = 50ms;
    start();
    text_client client(port());
    client.send(wait_for_it);
    EXPECT_TRUE(client.response().starts_with("HTTP/1.1 504 Gateway Timeout\r\n"));
    EXPECT_EQ(cancelled, 1u);
    client.send(hello);
    EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200 OK\r\n")) << "the connection goes on";
}

TEST_F(Limit, OfTheTimeToTakeAnAnswer) {
    with.times.write_max = 50ms;
    routes.get("/large", [](request&) -> task<response> {
        co_return response::text(std::string(64U << 20, 'a'));
    });
    start();
    text_client client(port());
    client.send("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(
        eventually([&] { return serving->snapshot().requests == 1 && connections() == 0; }));
}

TEST_F(Limit, OfRequestsInFlightShedsAllButHealth) {
    with.in_flight_max = 2;
    with.queue_max = 0;
    routes.get(
        "/livez", [](request&) -> task<response> { co_return response::text("ok"); },
        admission::always);
    start();
    text_client one(port()), two(port());
    one.send(wait_for_it);
    two.send(wait_for_it);
    ASSERT_TRUE(waits(2));
    const auto shed = say(port(), hello_and_close);
    EXPECT_TRUE(shed.starts_with("HTTP/1.1 503 ")) << shed;
    EXPECT_TRUE(has(shed, "Retry-After: 1\r\n"));
    EXPECT_TRUE(
        has(say(port(), "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), " 200 OK"));
    EXPECT_EQ(serving->snapshot().shed, 1u);
}

/// Has room, always.
struct roomy final : pressure {
    bool stands() const noexcept override { return false; }
    std::optional<problem> refuse(const request&, deadline::clock::time_point) override {
        return std::nullopt;
    }
};

TEST_F(Limit, OfRequestsThatLeanOnWhatIsBehindKeepsPlacesForThoseThatDoNot) {
    roomy behind;
    with.in_flight_max = 3;
    with.queue_max = 0;
    const auto held = [this](request&) -> task<response> {
        waiting.fetch_add(1);
        co_await testing::eventually_on_reactor([this] { return released.load(); });
        co_return response::text("at last");
    };
    routes.get("/apart", held, admission::standalone);
    prepare();
    serving->shed_under(behind, 2);
    serving->start(soon());
    text_client one(port()), two(port()), three(port());
    one.send(wait_for_it);
    two.send(wait_for_it);
    ASSERT_TRUE(waits(2));
    EXPECT_TRUE(has(say(port(), hello_and_close), " 503 "));
    three.send("GET /apart HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits(3));
    EXPECT_EQ(serving->snapshot().in_flight, 3u);
    EXPECT_TRUE(
        has(say(port(), "GET /apart HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"), " 503 "));
    released = true;
    EXPECT_TRUE(has(three.response(), " 200 OK"));
    EXPECT_EQ(serving->snapshot().shed, 2u);
    serving.reset();  // before what is behind it
}

TEST_F(Limit, OfRequestsInFlightLetsOneMoreWaitItsTurn) {
    with.in_flight_max = 1;
    with.queue_max = 1;
    with.times.queue_max = std::chrono::seconds(10);
    start();
    text_client inside(port()), queued(port());
    inside.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    queued.send(hello_and_close);
    ASSERT_TRUE(eventually([&] { return serving->snapshot().queued == 1; }));
    EXPECT_TRUE(has(say(port(), hello_and_close), " 503 ")) << "the queue is full";
    released = true;
    EXPECT_TRUE(has(queued.rest(), " 200 OK"));
    EXPECT_EQ(serving->snapshot().shed, 1u);
    EXPECT_EQ(serving->snapshot().queued, 0u);
}

TEST_F(Limit, OfTheWaitForATurnIsA503) {
    with.in_flight_max = 1;
    with.times.queue_max = std::chrono::milliseconds(20);
    start();
    text_client inside(port());
    inside.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    const auto shed = say(port(), hello_and_close);
    EXPECT_TRUE(has(shed, " 503 ")) << shed;
    EXPECT_TRUE(has(shed, "Retry-After: 1\r\n"));
    EXPECT_EQ(serving->snapshot().queued, 0u);
}

TEST_F(Limit, WhoLeavesWhileItWaitsItsTurnTakesNone) {
    with.in_flight_max = 1;
    with.times.queue_max = std::chrono::seconds(10);
    start();
    text_client inside(port());
    inside.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    {
        text_client leaving(port());
        leaving.send(hello);
        ASSERT_TRUE(eventually([&] { return serving->snapshot().queued == 1; }));
    }
    EXPECT_TRUE(eventually([&] { return serving->snapshot().queued == 0 && connections() == 1; }));
    EXPECT_TRUE(logs(499));
    released = true;
    EXPECT_TRUE(has(inside.response(), " 200 OK"));
    EXPECT_TRUE(has(say(port(), hello_and_close), " 200 OK"));
}

TEST_F(Limit, AStopDoesNotForgetWhoWaitsItsTurn) {
    with.in_flight_max = 1;
    with.times.queue_max = std::chrono::seconds(10);
    start();
    text_client inside(port()), queued(port());
    inside.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    queued.send(hello);
    ASSERT_TRUE(eventually([&] { return serving->snapshot().queued == 1; }));
    std::thread stopping([&] { serving->stop(soon()); });
    released = true;
    EXPECT_TRUE(has(queued.response(), " 200 OK"));
    stopping.join();
    EXPECT_EQ(connections(), 0u);
}

TEST_F(Limit, OfConnectionsIsToldToTheOneTooMany) {
    with.connections_max = 2;
    start();
    text_client one(port()), two(port());
    one.send(hello);
    two.send(hello);
    one.response();
    two.response();
    text_client three(port());
    const auto answer = three.rest();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
    EXPECT_TRUE(has(answer, "Retry-After: 1\r\n"));
    EXPECT_TRUE(has(answer, R"("resource":"files","consumer":"http.connections")"));
    EXPECT_LE(ledger.snapshot().held_max, ledger.ceiling());
    one.send(hello);
    EXPECT_TRUE(has(one.response(), " 200 OK")) << "the others do not notice";
}

TEST_F(Limit, OfConnectionsIsToldAtOnceBesideRefusedClientsThatStay) {
    with.connections_max = 1;
    start();
    text_client inside(port());
    inside.send(hello);
    inside.response();
    const auto begun = deadline::clock::now();
    std::vector<std::unique_ptr<text_client>> stay;
    for (unsigned i = 0; i < refusals_max + 4; ++i) {
        stay.push_back(std::make_unique<text_client>(port()));
        EXPECT_TRUE(stay.back()->response().starts_with("HTTP/1.1 503 "));
    }
    EXPECT_LE(deadline::clock::now() - begun, std::chrono::milliseconds(500))
        << "one after the other they would take 250 ms each";
    EXPECT_LE(ledger.snapshot().held_max, ledger.ceiling());
    EXPECT_TRUE(testing::eventually([&] { return ledger.held() == 3; }))
        << "the listener, one connection and the one to accept on";
}

TEST_F(Limit, OfConnectionsHasRoomAgainWhenOneCloses) {
    with.connections_max = 1;
    start();
    EXPECT_TRUE(has(say(port(), hello_and_close), " 200 OK"));
    ASSERT_TRUE(eventually([&] { return connections() == 0; }));
    EXPECT_TRUE(eventually([&] { return has(say(port(), hello_and_close), " 200 OK"); }));
}

TEST_F(Limit, OfWhatAClientMaySendAheadStopsTheReading) {
    start();
    text_client client(port());
    client.send(wait_for_it);
    ASSERT_TRUE(waits());
    // The kernel's buffers fill; ours does not grow.
    std::size_t ahead = 0;
    EXPECT_TRUE(eventually([&] {
        const auto sent = client.send_some(std::string(65536, 'a'));
        ahead += sent;
        return sent == 0;
    }));
    EXPECT_GT(ahead, connection::landing_bytes);
}

}  // namespace
}  // namespace headroom::http::detail
