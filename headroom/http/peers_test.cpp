// What other people's clients make of us: npm's `ws`, and a browser.
#include <atomic>
#include <filesystem>

#include "headroom/http/event_stream.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/http/websocket.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::http::detail {
namespace {

using testing::run_program;

// Opens a WebSocket and an event stream, which ends after each event; writes down what they tell.
// The page is loaded when its picture is, which the server withholds until both have ended.
constexpr std::string_view page = R"(<!doctype html><title>peers</title><pre id=told></pre>
<img src=/picture><script>
let open = 2;
const ended = () => { if (--open === 0) fetch('/ended', {method: 'POST'}); };
const told = document.getElementById('told');
const note = (line) => { told.textContent += line + '\n'; };
const socket = new WebSocket('ws://' + location.host + '/echo_all', 'news');
socket.onopen = () => { note('open ' + socket.protocol + ' ' + socket.extensions);
                        socket.send('a'.repeat(3000)); };
socket.onmessage = (it) => { note('message ' + it.data.length); socket.close(1000, 'enough'); };
socket.onclose = (it) => { note('close ' + it.code + ' ' + it.wasClean); ended(); };
const events = new EventSource('/events');
events.addEventListener('tick', (it) => {
    note('event ' + it.lastEventId + ' ' + JSON.stringify(it.data));
    if (it.lastEventId === '3') { events.close(); ended(); }
});
</script>)";

class Peers : public server_fixture {
protected:
    Peers() {
        routes.get("/echo_all", [](request& of) -> task<response> {
            co_return upgrade(of, {.protocols = {"news"}}, [](websocket& to) -> task<> {
                while (auto said = co_await to.receive()) co_await to.send(std::move(*said));
            });
        });
        routes.get("/events", [](request& of) -> task<response> {
            const auto seen = std::stoi(std::string(last_event_id(of).value_or("0")));
            co_return event_stream([next = seen + 1](deadline) mutable { return tick(next); },
                                   std::chrono::milliseconds(1));
        });
        routes.get("/page", [](request&) -> task<response> {
            co_return response::body("text/html", std::string(page));
        });
        routes.post("/ended", [this](request&) -> task<response> {
            ended = true;
            co_return response::empty();
        });
        routes.get("/picture", [this](request&) -> task<response> {
            co_await testing::eventually_on_reactor([this] { return ended.load(); });
            co_return response::empty();
        });
    }

    std::atomic<bool> ended{false};

private:
    // One event, with the wish to be asked again at once; then the end.
    static task<std::optional<std::vector<sent_event>>> tick(int& next) {
        if (next < 0) co_return std::nullopt;
        std::vector<sent_event> one{{"first\nsecond", "tick", std::to_string(next)}};
        next = -1;
        co_return one;
    }
};

TEST_F(Peers, UnderstandAsAWebSocketClient) {
    const std::string peers = HEADROOM_PEERS;
    if (!std::filesystem::exists(peers + "/node_modules/ws"))
        FAIL() << "npm ci has not been run in tests/peers";
    start();
    const auto told = run_program(
        {.arguments = {"node", peers + "/websocket_client.mjs",
                       "ws://127.0.0.1:" + std::to_string(port()) + "/echo_all"}});
    EXPECT_EQ(told.code, 0) << told.errors;
    EXPECT_EQ(told.output,
              "plain: 6 messages, news, none, closed 1000\n"
              "deflated: 6 messages, news, permessage-deflate, closed 1000\n"
              "forgetful: 6 messages, news, permessage-deflate, closed 1000\n"
              "pong: still there?\n"
              "refused: 403\n");
}

TEST_F(Peers, UnderstandInABrowser) {
    if (run_program({.arguments = {"chromium", "--version"}}).code != 0)
        FAIL() << "chromium is missing: ./dev install has it";
    start();
    const testing::temp_directory profile;
    const auto told = run_program(
        {.arguments = {"chromium", "--headless", "--no-sandbox", "--disable-gpu",
                       "--user-data-dir=" + profile.path().string(), "--no-proxy-server",
                       "--timeout=20000", "--dump-dom",
                       "http://127.0.0.1:" + std::to_string(port()) + "/page"}});
    for (const auto* line : {"open news permessage-deflate", "message 3000", "close 1000 true",
                             "event 1 \"first\\nsecond\"", "event 2 ", "event 3 "})
        EXPECT_TRUE(has(told.output, line)) << line << "\n" << told.output << told.errors;
}

}  // namespace
}  // namespace headroom::http::detail
