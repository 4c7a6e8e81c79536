// WebSockets over a real socket, byte by byte.
#include "headroom/http/websocket.hpp"

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/http/websocket_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

const std::string handshake_fields =
    "Host: example.com\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";

std::string handshake(std::string_view more = {}, std::string_view path = "/echo_all") {
    return "GET " + std::string(path) + " HTTP/1.1\r\n" + handshake_fields + std::string(more) +
           "\r\n";
}

class Websocket : public server_fixture {
protected:
    Websocket() {
        routes.get("/echo_all", [this](request& of) -> task<response> {
            co_return upgrade(of, terms, [](websocket& with) -> task<> {
                while (auto said = co_await with.receive()) co_await with.send(std::move(*said));
            });
        });
        serve("/never_done", [this](websocket&) { return be_cancelled(); });
    }

    void serve(std::string_view path, std::function<task<>(websocket&)> how) {
        routes.get(path, [this, how = std::move(how)](request& of) -> task<response> {
            co_return upgrade(of, terms, [how](websocket& with) { return how(with); });
        });
    }

    // Connected, the answer read.
    text_client opened(std::string_view path = "/echo_all", std::string_view more = {}) {
        text_client client(port());
        client.send(handshake(more, path));
        answer = client.until("\r\n\r\n");
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 101 ")) << answer;
        return client;
    }

    websocket_terms terms;
    std::string answer;
};

// RFC 6455 section 1.3.
TEST_F(Websocket, IsOpenedByTheStandardsOwnHandshake) {
    start();
    auto client = opened();
    EXPECT_TRUE(has(answer, "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
    EXPECT_TRUE(has(answer, "Upgrade: websocket\r\nConnection: Upgrade\r\n"));
    EXPECT_FALSE(has(answer, "Content-Length"));
    EXPECT_FALSE(has(answer, "Sec-WebSocket-Extensions"));
}

TEST_F(Websocket, SendsMessagesBothWays) {
    with.times.linger_max = 20ms;
    start();
    auto client = opened();
    client.send(client_frame(opcode::text, "Hello") + client_frame(opcode::binary, "\x01") +
                client_frame(opcode::text, "again"));
    EXPECT_EQ(client.until("again"), server_frame(opcode::text, "Hello") +
                                         server_frame(opcode::binary, "\x01") +
                                         server_frame(opcode::text, "again"));
    client.send(client_frame(opcode::close, close_text(1000, "bye")));
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1000)));
    EXPECT_TRUE(logs(101));
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(Websocket, ReadsWhatCameWithTheHandshake) {
    start();
    text_client client(port());
    client.send(handshake() + client_frame(opcode::text, "early"));
    EXPECT_TRUE(client.until("early").ends_with("\r\n\r\n\x81\x05" "early"));
}

TEST_F(Websocket, RefusesAHandshakeThatIsNone) {
    start();
    const auto refused = [&](std::string what) {
        return say(port(),
                   "GET /echo_all HTTP/1.1\r\nConnection: close\r\n" + what + "\r\n");
    };
    const auto without = [](std::string_view field) {
        auto text = handshake_fields;
        const auto at = text.find(field);
        return text.erase(at, text.find("\r\n", at) + 2 - at);
    };
    for (const auto* each : {"Upgrade:", "Connection:", "Sec-WebSocket-Version"}) {
        const auto told = refused(without(each));
        EXPECT_TRUE(told.starts_with("HTTP/1.1 426 ")) << told;
        EXPECT_TRUE(has(told, "Sec-WebSocket-Version: 13\r\n"));
        EXPECT_TRUE(has(told, "Upgrade: websocket\r\n"));
        EXPECT_TRUE(has(told, "Connection: Upgrade, close\r\n"));
    }
    auto old = handshake();
    text_client before(port());
    before.send(old.replace(old.find("HTTP/1.1"), 8, "HTTP/1.0"));
    const auto told = before.response();
    EXPECT_TRUE(told.starts_with("HTTP/1.1 426 ")) << told;
    EXPECT_TRUE(has(told, "Upgrade: websocket\r\n"));
    EXPECT_TRUE(has(told, "Connection: Upgrade, keep-alive\r\n"));
    EXPECT_TRUE(has(refused(without("Sec-WebSocket-Version") + "Sec-WebSocket-Version: 8\r\n"),
                    " 426 "));
    EXPECT_TRUE(has(refused(without("Sec-WebSocket-Key")), " 400 "));
    for (const auto* key : {"dGhlIHNhbXBsZSBub25jZQ=", "dGhlIHNhbXBsZSBub25jZR==",
                            "dGhlIHNhbXBsZSBub25jZQAA", "!GhlIHNhbXBsZSBub25jZQ=="})
        EXPECT_TRUE(has(refused(without("Sec-WebSocket-Key") +
                                "Sec-WebSocket-Key: " + key + "\r\n"),
                        " 400 "))
            << key;
    EXPECT_EQ(serving->snapshot().streams, 0u);
}

TEST_F(Websocket, IsOpenedByPagesOfItsOwnOriginUnlessToldOtherwise) {
    start();
    const auto status = [&](const std::string& origin, const std::string& more = "") {
        text_client client(port());
        client.send(handshake("Origin: " + origin + "\r\n" + more));
        return client.until("\r\n").substr(9, 3);
    };
    EXPECT_EQ(status("http://EXAMPLE.com"), "101");
    EXPECT_EQ(status("http://example.com:80"), "101");
    for (const auto* other :
         {"https://example.com", "http://evil.example", "null", "http://example.com:443",
          "http://example.com.evil.example", "http://example.com:8443", "ws://example.com"})
        EXPECT_EQ(status(other), "403") << other;
    EXPECT_EQ(status("https://example.com", "X-Forwarded-Proto: https\r\n"), "403")
        << "nobody's word is taken";
}

TEST_F(Websocket, BehindATrustedProxyIsOpenedByPagesOfTheSchemeItTells) {
    with.trusted = {"127.0.0.1"};
    start();
    const auto status = [&](const std::string& origin) {
        text_client client(port());
        client.send(handshake("X-Forwarded-Proto: https\r\nOrigin: " + origin + "\r\n"));
        return client.until("\r\n").substr(9, 3);
    };
    EXPECT_EQ(status("https://example.com"), "101");
    EXPECT_EQ(status("https://example.com:443"), "101");
    EXPECT_EQ(status("http://example.com"), "403");
    EXPECT_EQ(status("https://example.com:80"), "403");
}

TEST_F(Websocket, IsNotOpenedByAPageOfTwoOrigins) {
    start();
    text_client client(port());
    client.send(handshake("Origin: https://example.com\r\nOrigin: https://evil.example\r\n"));
    EXPECT_TRUE(has(client.until("\r\n"), " 403 "));
}

TEST_F(Websocket, IsOpenedByPagesOnItsList) {
    terms.origins = {"https://app.example"};
    start();
    text_client listed(port()), own(port());
    listed.send(handshake("Origin: https://app.example\r\n"));
    EXPECT_TRUE(has(listed.until("\r\n"), " 101 "));
    own.send(handshake("Origin: https://example.com\r\n"));
    EXPECT_TRUE(has(own.until("\r\n"), " 403 "));
}

TEST_F(Websocket, AgreesOnTheFirstSubprotocolOfOurs) {
    terms.protocols = {"v2.news", "v1.news"};
    start();
    const auto client = opened("/echo_all", "Sec-WebSocket-Protocol: v1.news, v2.news\r\n");
    EXPECT_TRUE(has(answer, "Sec-WebSocket-Protocol: v2.news\r\n"));
    const auto other = opened("/echo_all", "Sec-WebSocket-Protocol: chat\r\n");
    EXPECT_FALSE(has(answer, "Sec-WebSocket-Protocol"));
}

TEST_F(Websocket, IsRefusedByAMiddlewareLikeAnyRequest) {
    routes.use([](request& of, next onward) -> task<response> {
        if (!of.headers.find("authorization")) co_return problem{401, "Who are you?"};
        co_return co_await onward(of);
    });
    start();
    text_client client(port());
    client.send(handshake());
    EXPECT_TRUE(has(client.until("\r\n"), " 401 "));
    const auto known = opened("/echo_all", "Authorization: Bearer x\r\n");
}

TEST_F(Websocket, ClosesWithWhatWasWrong) {
    terms.message_max = 100;
    start();
    const std::pair<std::string, unsigned> wrong[]{
        {"\x81\x05Hello", 1002},
        {client_frame(opcode::text, "\xff"), 1007},
        {client_frame(opcode::text, std::string(101, 'a')), 1009}};
    for (const auto& [bytes, code] : wrong) {
        auto client = opened();
        client.send(bytes);
        EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(code)));
    }
}

TEST_F(Websocket, ClosesWith1011WhenTheHandlerFails) {
    serve("/fails", [](websocket& with) -> task<> {
        co_await with.receive();
        throw std::runtime_error("secret");
    });
    start();
    auto client = opened("/fails");
    client.send(client_frame(opcode::text, "go"));
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1011)));
}

TEST_F(Websocket, HearsTheClientsCloseThoughAMessageWasNeverRead) {
    with.times.linger_max = 60s;
    serve("/deaf", [this](websocket& with) -> task<> {
        co_await testing::eventually_on_reactor([this] { return released.load(); });
        with.close(close_code::normal);
    });
    start();
    auto client = opened("/deaf");
    client.send(client_frame(opcode::text, "unheard") + client_frame(opcode::text, "too"));
    client.send(client_frame(opcode::ping, ""));
    released = true;
    EXPECT_EQ(client.until("\x03\xe8"), server_frame(opcode::close, close_text(1000)));
    client.send(client_frame(opcode::close, close_text(1000)));
    EXPECT_EQ(client.rest(), "") << "and the connection ends as soon as both have closed";
}

TEST_F(Websocket, ClosesAsTheHandlerSays) {
    serve("/says", [](websocket& with) -> task<> {
        with.close(close_code::unsupported, "no binary");
        EXPECT_FALSE(co_await with.receive());
        EXPECT_FALSE(co_await with.send({"too late"}));
    });
    start();
    auto client = opened("/says");
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1003, "no binary")));
}

TEST_F(Websocket, AsksASilentClientAndThenGivesItUp) {
    with.times.heartbeat = 30ms;
    start();
    auto client = opened();
    EXPECT_EQ(client.rest(), server_frame(opcode::ping, "") +
                                 server_frame(opcode::close, close_text(1011, "no sign of life")));
}

TEST_F(Websocket, GoesOnWithAClientThatAnswersPings) {
    with.times.heartbeat = 30ms;
    start();
    auto client = opened();
    for (int i = 0; i < 5; ++i) {
        client.until(server_frame(opcode::ping, ""));
        client.send(client_frame(opcode::pong, ""));
    }
    client.send(client_frame(opcode::text, "still here"));
    client.until("still here");
}

TEST_F(Websocket, EndsWhenNobodySaysAnything) {
    terms.idle_max = 50ms;
    start();
    auto client = opened();
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1001, "idle")));
}

TEST_F(Websocket, AnswersPingsThoughTheHandlerIsBusy) {
    start();
    auto client = opened("/never_done");
    ASSERT_TRUE(waits());
    client.send(client_frame(opcode::ping, "busy?"));
    EXPECT_EQ(client.until("busy?"), server_frame(opcode::pong, "busy?"));
}

TEST_F(Websocket, CancelsAHandlerWhoseClientLeaves) {
    start();
    {
        auto client = opened("/never_done");
        ASSERT_TRUE(waits());
        EXPECT_EQ(serving->snapshot().streams, 1u);
        EXPECT_EQ(serving->snapshot().in_flight, 0u);
    }
    EXPECT_TRUE(eventually([&] { return cancelled == 1 && connections() == 0; }));
    EXPECT_EQ(serving->snapshot().streams, 0u);
}

TEST_F(Websocket, DoesNotReadAheadOfItsHandler) {
    start();
    auto client = opened("/never_done");
    ASSERT_TRUE(waits());
    const auto frame = client_frame(opcode::binary, std::string(60'000, 'a'));
    EXPECT_TRUE(eventually([&] { return client.send_some(frame) == 0; }))
        << "one message and the landing buffer, then the kernel's buffers fill";
}

TEST_F(Websocket, DoesNotKeepMoreForASlowClientThanItMay) {
    terms.queue_max = 100'000;
    with.times.write_max = 100ms;
    std::atomic<unsigned> posted{0};
    std::atomic<bool> refused{false};
    serve("/flood", [&](websocket& to) -> task<> {
        while (to.post({std::string(10'000, 'a')})) ++posted;
        refused = true;
        co_await to.receive();
    });
    start();
    auto client = opened("/flood");
    EXPECT_TRUE(eventually([&] { return refused.load(); }));
    EXPECT_GT(posted, 9u);
    EXPECT_TRUE(eventually([&] { return connections() == 0; })) << "it never reads: closed";
}

TEST_F(Websocket, WaitsForAClientThatReadsInTheEnd) {
    serve("/much", [](websocket& to) -> task<> {
        for (int i = 0; i < 100; ++i)
            if (!co_await to.send({std::string(100'000, 'a'), true})) co_return;
        co_await to.send({"the end"});
    });
    start();
    auto client = opened("/much");
    EXPECT_GT(client.until("the end").size(), 10'000'000u);
}

TEST_F(Websocket, IsClosedByADrain) {
    start();
    auto client = opened();
    auto busy = opened("/never_done");
    ASSERT_TRUE(waits());
    testing::thread_budget threads(1);
    leased_thread stop(threads.one(), "stop", [&] { serving->stop(deadline::after(300ms)); });
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1001)));
    EXPECT_EQ(busy.rest(), server_frame(opcode::close, close_text(1001)));
    stop.join();
    EXPECT_EQ(cancelled, 1u) << "what a handler waits for outlives no drain";
    EXPECT_EQ(ledger.held(), 0u);
}

TEST_F(Websocket, CompressesWhatIsLongAndInflatesWhatComes) {
    start();
    auto client = opened("/echo_all", "Sec-WebSocket-Extensions: permessage-deflate\r\n");
    EXPECT_TRUE(has(answer, "Sec-WebSocket-Extensions: permessage-deflate; "
                            "server_max_window_bits=12\r\n"));
    message_deflater deflater(deflate_terms{});
    const std::string said(2'000, 'a');
    client.send(client_frame(opcode::text, deflater.deflate(said), true, true));
    client.send(client_frame(opcode::text, "short"));
    const auto told = client.until("short");
    EXPECT_LT(told.size(), 100u);
    EXPECT_EQ(static_cast<unsigned char>(told[0]), 0xc1u);
}

TEST_F(Websocket, TakesNoMoreStreamsThanItMay) {
    with.streams_max = 1;
    start();
    const auto one = opened();
    text_client two(port());
    two.send(handshake());
    EXPECT_TRUE(has(two.until("\r\n"), " 503 "));
}

}  // namespace
}  // namespace headroom::http::detail
