// Several clients whose requests are at hand at the same time: their answers are written in one
// turn behind all of them.
#include <vector>

#include "headroom/http/server_fixture.hpp"

namespace headroom::http::detail {
namespace {

using testing::eventually;
using testing::text_client;

class Crowd : public server_fixture {
protected:
    static constexpr std::size_t many = 20, large_bytes = 3 * 1024 * 1024;

    Crowd() {
        with.times.write_max = std::chrono::seconds(10);
        // Keeps the reactor's thread, so that what is sent meanwhile is found together.
        routes.get("/gate", [this](request&) -> task<response> {
            shut = true;
            EXPECT_TRUE(eventually([this] { return opened.load(); }));
            co_return response::empty();
        });
        routes.get("/large", [](request&) -> task<response> {
            co_return response::text(std::string(large_bytes, 'a'));
        });
    }
    ~Crowd() override { opened = true; }

    void begin() {
        start();
        for (std::size_t i = 0; i < many; ++i) clients.emplace_back(port());
    }
    /// All ask while the reactor looks away.
    void ask(std::string_view what) {
        text_client keeper(port());
        opened = shut = false;
        keeper.send("GET /gate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        ASSERT_TRUE(eventually([this] { return shut.load(); }));
        for (auto& each : clients) EXPECT_TRUE(each.send(what));
        opened = true;
        EXPECT_TRUE(has(keeper.rest(), " 204 "));
    }

    std::atomic<bool> opened{false}, shut{false};
    std::vector<text_client> clients;
};

TEST_F(Crowd, IsAnsweredEachTime) {
    begin();
    for (int round = 0; round < 3; ++round) {
        ask(hello);
        for (auto& each : clients) EXPECT_TRUE(has(each.response(), "Hello"));
    }
    EXPECT_EQ(serving->snapshot().accepted, many + 3);
}

TEST_F(Crowd, GetsPipelinedAnswersInTheirOrder) {
    begin();
    ask(hello);
    for (auto& each : clients) each.response();
    ask(std::string(hello) + "GET /large HTTP/1.1\r\nHost: x\r\n\r\n" + std::string(hello));
    for (auto& each : clients) {
        EXPECT_TRUE(has(each.response(), "Hello"));
        EXPECT_GT(each.response().size(), large_bytes);
        EXPECT_TRUE(has(each.response(), "Hello"));
    }
}

TEST_F(Crowd, TakesItsTimeToReadWhatASocketDoesNotHold) {
    begin();
    for (int round = 0; round < 2; ++round) {
        ask("GET /large HTTP/1.1\r\nHost: x\r\n\r\n");
        for (auto& each : clients) EXPECT_GT(each.response().size(), large_bytes);
    }
}

TEST_F(Crowd, IsAnsweredThoughItSendsNothingMore) {
    begin();
    ask(hello);
    for (auto& each : clients) each.response();
    ask(hello_and_close);
    for (auto& each : clients) {
        each.finish();
        EXPECT_TRUE(has(each.rest(), "Hello"));
    }
    EXPECT_TRUE(eventually([this] { return connections() == 0; }));
}

TEST_F(Crowd, LosesNoAnswerWhenItHalfClosesBeforeItIsRead) {
    begin();
    ask(hello);
    for (auto& each : clients) each.response();
    text_client keeper(port());
    opened = shut = false;
    keeper.send("GET /gate HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    ASSERT_TRUE(eventually([this] { return shut.load(); }));
    for (auto& each : clients) {
        EXPECT_TRUE(each.send(hello));
        each.finish();
    }
    opened = true;
    for (auto& each : clients) EXPECT_TRUE(has(each.rest(), "Hello"));
}

// Whose handler waits keeps neither the answers of others nor its own earlier ones.
TEST_F(Crowd, WaitsForNobodysHandler) {
    begin();
    ask(hello);
    for (auto& each : clients) each.response();
    ask(std::string(hello) + "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    for (auto& each : clients) EXPECT_TRUE(has(each.response(), "Hello"));
    released = true;
    for (auto& each : clients) EXPECT_TRUE(has(each.response(), "at last"));
}

}  // namespace
}  // namespace headroom::http::detail
