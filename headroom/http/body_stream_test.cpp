// Bodies that are made while they are sent, over a real socket.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "headroom/http/server_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

// Whether the server's last word to it is a reset.
bool ends_in_a_reset(std::uint16_t port, std::string_view asked) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(socket, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
    EXPECT_EQ(::send(socket, asked.data(), asked.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(asked.size()));
    std::array<char, 1024> into;
    pollfd on{socket, POLLIN, 0};
    ssize_t got = 1;
    while (got > 0 && ::poll(&on, 1, 10'000) == 1)
        got = ::recv(socket, into.data(), into.size(), 0);
    const bool reset = got < 0 && errno == ECONNRESET;
    ::close(socket);
    return reset;
}

class BodyStream : public server_fixture {
protected:
    // Ends after so many pieces, each on its own number.
    static piece_source counting(unsigned pieces) {
        return [pieces, at = 0U](deadline) mutable -> task<std::optional<std::string>> {
            if (at == pieces) co_return std::nullopt;
            co_return "piece " + std::to_string(at++) + ";";
        };
    }

    piece_source waiting_for_ever() {
        return [this](deadline) -> task<std::optional<std::string>> {
            co_await be_cancelled();
            co_return std::nullopt;
        };
    }

    void serve(std::string_view path, std::move_only_function<piece_source() const> make) {
        routes.get(path, [make = std::move(make)](request&) -> task<response> {
            co_return response::stream("text/plain", make());
        });
    }

    std::uint64_t bytes_told() {
        std::scoped_lock lock(mutex);
        return bytes_out;
    }
};

TEST_F(BodyStream, IsChunkedAndTheConnectionGoesOn) {
    serve("/count", [] { return counting(3); });
    start();
    text_client client(port());
    client.send("GET /count HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.until("\r\n0\r\n\r\n");
    EXPECT_TRUE(has(answer, "Transfer-Encoding: chunked\r\n"));
    EXPECT_FALSE(has(answer, "Content-Length"));
    EXPECT_TRUE(answer.ends_with(
        "\r\n\r\n8\r\npiece 0;\r\n8\r\npiece 1;\r\n8\r\npiece 2;\r\n0\r\n\r\n"));
    client.send(hello);
    EXPECT_TRUE(has(client.response(), " 200 OK"));
    EXPECT_EQ(serving->snapshot().in_flight, 0u);
}

TEST_F(BodyStream, EndsWithTheConnectionForAnHttp10Client) {
    serve("/count", [] { return counting(2); });
    start();
    const auto answer = say(port(), "GET /count HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_FALSE(has(answer, "Transfer-Encoding"));
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\npiece 0;piece 1;"));
}

TEST_F(BodyStream, IsNotMadeForHead) {
    serve("/ever", [this] { return waiting_for_ever(); });
    start();
    text_client client(port());
    client.send("HEAD /ever HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(has(client.response(false), "Transfer-Encoding: chunked\r\n"));
    client.send(hello);
    EXPECT_TRUE(has(client.response(), " 200 OK"));
    EXPECT_EQ(waiting, 0u);
}

TEST_F(BodyStream, SendsAPieceBeforeTheNextOneIsMade) {
    serve("/first", [this] {
        return [this, at = 0](deadline) mutable -> task<std::optional<std::string>> {
            if (at++ == 0) co_return "first";
            co_await testing::eventually_on_reactor([this] { return released.load(); });
            co_return std::nullopt;
        };
    });
    start();
    text_client client(port());
    client.send("GET /first HTTP/1.1\r\nHost: x\r\n\r\n");
    client.until("5\r\nfirst\r\n");
    released = true;
    EXPECT_EQ(client.until("0\r\n\r\n"), "0\r\n\r\n");
}

TEST_F(BodyStream, OfNothingYetIsNotTheEnd) {
    serve("/slow", [] {
        return [at = 0](deadline) mutable -> task<std::optional<std::string>> {
            if (++at == 3) co_return "late";
            if (at > 3) co_return std::nullopt;
            co_return "";
        };
    });
    start();
    text_client client(port());
    client.send("GET /slow HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(client.until("\r\n0\r\n\r\n").ends_with("\r\n\r\n4\r\nlate\r\n0\r\n\r\n"));
}

TEST_F(BodyStream, IsCancelledWhenItsClientLeaves) {
    serve("/ever", [this] { return waiting_for_ever(); });
    start();
    {
        text_client client(port());
        client.send("GET /ever HTTP/1.1\r\nHost: x\r\n\r\n");
        client.until("\r\n\r\n");
        ASSERT_TRUE(waits());
        EXPECT_EQ(serving->snapshot().in_flight, 1u);
    }
    EXPECT_TRUE(eventually([&] { return cancelled == 1 && connections() == 0; }));
    EXPECT_TRUE(logs(499));
    EXPECT_EQ(serving->snapshot().in_flight, 0u);
}

TEST_F(BodyStream, IsCutShortWhenItsSourceFails) {
    serve("/broken", [] {
        return [at = 0](deadline) mutable -> task<std::optional<std::string>> {
            if (at++ == 0) co_return "so far";
            throw std::runtime_error("secret");
        };
    });
    start();
    const auto answer = say(port(), "GET /broken HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("6\r\nso far\r\n")) << answer;
    EXPECT_TRUE(ends_in_a_reset(port(), "GET /broken HTTP/1.0\r\n\r\n"))
        << "a close is where such a body ends";
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(BodyStream, IsCutShortWhenAPieceIsNotReadyInTime) {
    with.times.request_max = 20ms;
    serve("/ever", [this] { return waiting_for_ever(); });
    start();
    const auto answer = say(port(), "GET /ever HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_FALSE(has(answer, "\r\n0\r\n")) << answer;
    EXPECT_EQ(cancelled, 1u);
}

TEST_F(BodyStream, IsNotMadeFasterThanItsClientTakesIt) {
    with.times.write_max = 50ms;
    std::atomic<unsigned> made{0};
    serve("/endless", [&made] {
        return [&made](deadline) -> task<std::optional<std::string>> {
            made.fetch_add(1);
            co_return std::string(64 * 1024, 'a');
        };
    });
    start();
    text_client client(port());
    client.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(eventually([&] { return made > 0 && connections() == 0; }))
        << "a client that does not read is closed";
    EXPECT_LT(made, 1000u) << "what the kernel buffers, and one piece";
    EXPECT_TRUE(eventually([&] { return serving->snapshot().requests == 1; }));
}

TEST_F(BodyStream, LeavesTheReactorToOthersThoughItsClientIsAsFast) {
    serve("/endless", [] {
        return [](deadline) -> task<std::optional<std::string>> {
            co_return std::string(64 * 1024, 'a');
        };
    });
    start();
    std::atomic<bool> over{false};
    testing::thread_budget threads(1);
    text_client greedy(port());
    greedy.send("GET /endless HTTP/1.1\r\nHost: x\r\n\r\n");
    leased_thread reader(threads.one(), "reader", [&] {
        while (!over) greedy.until("\r\n10000\r\n");
    });
    for (int i = 0; i < 10; ++i) EXPECT_TRUE(has(say(port(), hello_and_close), " 200 OK"));
    over = true;
    reader.join();
}

TEST_F(BodyStream, TellsTheBytesThatWereSent) {
    serve("/count", [] { return counting(3); });
    start();
    const auto answer = say(port(), "GET /count HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(logs(200));
    EXPECT_EQ(bytes_told(), answer.size());
}

TEST_F(BodyStream, IsFinishedByADrain) {
    serve("/tail", [this] {
        return [this, at = 0](deadline) mutable -> task<std::optional<std::string>> {
            if (at++ > 0) co_return std::nullopt;
            waiting.fetch_add(1);
            co_await testing::eventually_on_reactor([this] { return released.load(); });
            co_return "at last";
        };
    });
    start();
    text_client client(port());
    client.send("GET /tail HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    testing::thread_budget threads(1);
    leased_thread stop(threads.one(), "stop", [&] { serving->stop(soon()); });
    released = true;
    EXPECT_TRUE(has(client.rest(), "7\r\nat last\r\n0\r\n\r\n"));
    stop.join();
}

}  // namespace
}  // namespace headroom::http::detail
