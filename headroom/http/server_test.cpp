#include "headroom/http/server.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "headroom/budget/ledger.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr std::string_view hello_and_close =
    "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

// A server on a reactor of its own: change `with` and `routes`, then start().
class Server : public ::testing::Test {
protected:
    Server() {
        with.listen = "127.0.0.1:0";
        routes.get("/hello", [](request&) -> task<response> {
            co_return response::json(R"({"message":"Hello, World!"})");
        });
        routes.post("/echo", [](request& of) -> task<response> {
            co_return response::text(std::move(of.body));
        });
        // Waits until it is cancelled, or for an hour.
        routes.get("/wait", [this](request&) -> task<response> {
            waiting.fetch_add(1);
            try {
                co_await sleep_until(deadline::after(1h));
            } catch (...) {
                cancelled.fetch_add(1);
                throw;
            }
            co_return response::empty();
        });
    }

    void start(unsigned reactors = 1) {
        for (unsigned i = 0; i < reactors; ++i)
            on.push_back(std::make_unique<testing::test_reactor>());
        std::vector<reactor*> each;
        for (const auto& one : on) each.push_back(one.get());
        for (const auto& row : consumers(with, reactors))
            ledger.resize(ledger.ceiling() + static_cast<unsigned>(*row.pool)).value();
        server_grants grants;
        for (const auto& row : consumers(with, reactors))
            (row.name == listener_consumer ? grants.listener : grants.connections) =
                ledger.open({row.name, static_cast<unsigned>(*row.pool), 0}).value();
        serving.emplace(each, with, std::move(routes), std::move(grants),
                        [this](const access_record& of) {
                            std::scoped_lock lock(mutex);
                            statuses.push_back(of.status);
                            seen_routes.emplace_back(of.route);
                        });
        serving->start();
    }

    std::vector<unsigned> logged() {
        std::scoped_lock lock(mutex);
        return statuses;
    }
    std::uint16_t port() const { return serving->port(); }

    settings with;
    router routes;
    std::atomic<unsigned> waiting{0}, cancelled{0};
    std::mutex mutex;
    std::vector<unsigned> statuses;
    std::vector<std::string> seen_routes;
    budget::ledger ledger{"files", 0};
    std::vector<std::unique_ptr<testing::test_reactor>> on;
    std::optional<server> serving;
};

TEST_F(Server, AnswersOneRouteOverARealSocket) {
    start();
    const auto answer = say(port(), hello_and_close);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"message\":\"Hello, World!\"}")) << answer;
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
    EXPECT_TRUE(has(answer, "Content-Type: application/json\r\n"));
}

TEST_F(Server, KeepsTheConnectionForTheNextRequest) {
    start();
    text_client client(port());
    for (int i = 0; i < 3; ++i) {
        client.send(hello);
        EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    EXPECT_EQ(serving->snapshot().accepted, 1u);
    EXPECT_EQ(serving->snapshot().requests, 3u);
}

}  // namespace
}  // namespace headroom::http
