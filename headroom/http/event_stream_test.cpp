#include "headroom/http/event_stream.hpp"

#include "headroom/http/server_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::text_client;

std::string text_of(const sent_event& of) {
    std::string out;
    append_event(out, of);
    return out;
}

TEST(SentEvent, IsItsFieldsAndAnEmptyLine) {
    EXPECT_EQ(text_of({"a", "added", "7"}), "event: added\nid: 7\ndata: a\n\n");
    EXPECT_EQ(text_of({"a"}), "data: a\n\n");
}

TEST(SentEvent, KeepsItsLinesWhicheverWayTheyEnd) {
    EXPECT_EQ(text_of({"YHOO\n+2\r\n10\rend\n"}),
              "data: YHOO\ndata: +2\ndata: 10\ndata: end\ndata: \n\n");
    EXPECT_EQ(text_of({""}), "data: \n\n");
}

TEST(SentEvent, CannotForgeAnotherField) {
    EXPECT_EQ(text_of({"x\n\nid: 9\ndata: forged"}),
              "data: x\ndata: \ndata: id: 9\ndata: data: forged\n\n");
    EXPECT_THROW(text_of({"a", "b\ndata: c"}), std::invalid_argument);
    EXPECT_THROW(text_of({"a", "", "1\r"}), std::invalid_argument);
    EXPECT_THROW(text_of({"a", "", std::string("1\0", 2)}), std::invalid_argument);
}

class EventStream : public server_fixture {
protected:
    EventStream() {
        // Tells the id the client has seen, then nothing more happens.
        routes.get("/events", [&calls = waiting](request& of) -> task<response> {
            const std::string seen(last_event_id(of).value_or("none"));
            co_return event_stream([&calls, seen, at = 0](deadline due) mutable {
                return tell(seen, at++, due, calls);
            });
        });
    }

    static constexpr std::string_view subscribe =
        "GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 41\r\n\r\n";

private:
    // Asked until the server has stopped, which is the fixture's own end.
    static task<std::optional<std::vector<sent_event>>> tell(std::string seen, int at, deadline due,
                                                             std::atomic<unsigned>& calls) {
        if (at == 0) co_return std::vector<sent_event>{{"after " + seen, "hello", "42"}};
        calls.fetch_add(1);
        co_await sleep_until(due);
        co_return std::vector<sent_event>{};
    }
};

TEST_F(EventStream, BeginsAfterTheEventTheClientHasSeen) {
    start();
    text_client client(port());
    client.send(subscribe);
    const auto answer = client.until("data: after 41\n\n\r\n");
    EXPECT_TRUE(has(answer, "Content-Type: text/event-stream\r\n"));
    EXPECT_TRUE(has(answer, "Cache-Control: no-store\r\n"));
    EXPECT_TRUE(has(answer, "event: hello\nid: 42\n"));
}

TEST_F(EventStream, ShowsThatItLivesWhenNothingHappens) {
    with.times.heartbeat = 10ms;
    start();
    text_client client(port());
    client.send(subscribe);
    for (int i = 0; i < 3; ++i) client.until("3\r\n:\n\n\r\n");
}

TEST_F(EventStream, IsCountedAmongTheStreamsAndNotAmongThoseInFlight) {
    with.streams_max = 1;
    start();
    text_client one(port()), two(port());
    one.send(subscribe);
    one.until("after 41");
    EXPECT_EQ(serving->snapshot().streams, 1u);
    EXPECT_EQ(serving->snapshot().in_flight, 0u);
    two.send(subscribe);
    const auto refused = two.response();
    EXPECT_TRUE(refused.starts_with("HTTP/1.1 503 ")) << refused;
    EXPECT_TRUE(has(refused, "Retry-After: 1\r\n"));
    EXPECT_TRUE(has(refused, R"("limit":1)"));
    EXPECT_EQ(serving->snapshot().shed, 1u);
}

TEST_F(EventStream, GivesItsPlaceBackWhenTheClientLeaves) {
    start();
    {
        text_client client(port());
        client.send(subscribe);
        client.until("after 41");
        ASSERT_TRUE(waits());
    }
    EXPECT_TRUE(eventually([&] { return serving->snapshot().streams == 0; }));
    EXPECT_TRUE(logs(200));
}

TEST_F(EventStream, IsEndedByADrainThatSaysWhenToComeBack) {
    start();
    text_client client(port());
    client.send(subscribe);
    client.until("after 41");
    ASSERT_TRUE(waits());
    const auto begun = deadline::clock::now();
    serving->stop(deadline::after(10s));
    EXPECT_LT(deadline::clock::now() - begun, 5s) << "nobody waits for a stream without an end";
    EXPECT_TRUE(client.rest().ends_with("retry: 3000\n\n\r\n0\r\n\r\n"));
}

}  // namespace
}  // namespace headroom::http::detail
