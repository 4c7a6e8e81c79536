// What a network that loses packets, and servers that hang, do to the client of a process.
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>

#include "headroom/http/client/client_fixture.hpp"
#include "headroom/testing/canned_server.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually_on_reactor;

/// A port of the loopback whose queue is full: connecting to it is never answered.
class deaf_port {
public:
    deaf_port() {
        at_.sin_family = AF_INET;
        at_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at_;
        const int door = opened();
        EXPECT_EQ(::bind(door, reinterpret_cast<const sockaddr*>(&at_), size), 0);
        EXPECT_EQ(::listen(door, 0), 0);
        ::getsockname(door, reinterpret_cast<sockaddr*>(&at_), &size);
        for (int i = 0; i < 3; ++i)
            (void)::connect(opened(), reinterpret_cast<const sockaddr*>(&at_), size);
    }
    ~deaf_port() {
        for (const int each : sockets_) ::close(each);
    }
    deaf_port(const deaf_port&) = delete;
    deaf_port& operator=(const deaf_port&) = delete;

    std::string number() const { return std::to_string(ntohs(at_.sin_port)); }

private:
    int opened() {
        return sockets_.emplace_back(
            ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    }
    std::vector<int> sockets_;
    sockaddr_in at_{};
};

class ClientNetwork : public client_fixture {
protected:
    /// Begins `times` such requests; what they come to is added to `outcomes`.
    void begin(client& of, const std::string& url, int times) {
        for (int i = 0; i < times; ++i)
            reactor::current()->spawn([this, &of, url]() -> task<void> {
                auto how = co_await outcome(of, get(url));
                outcomes.push_back(std::move(how));
            });
    }
    task<bool> all_of(std::size_t count, const std::string& outcome) {
        const bool ended =
            co_await eventually_on_reactor([&] { return outcomes.size() >= count; });
        co_return ended && std::set(outcomes.begin(), outcomes.end()) == std::set{outcome};
    }

    std::vector<std::string> outcomes;
};

TEST_F(ClientNetwork, AnAddressThatNeverAnswersKeepsNoUnit) {
    start();
    deaf_port deaf;
    with_client.connect_max = 20ms;
    with_client.breaking.failures_max = 100;
    with_a_client([&](client& of) -> task<void> {
        for (int i = 0; i < 3; ++i) {
            EXPECT_EQ(co_await outcome(of, get("http://127.0.0.1:" + deaf.number())),
                      "unreachable");
            EXPECT_EQ(ledger_of_client->held(), 0U);
        }
        EXPECT_EQ(of.figures().attempts, 9U) << "nothing was sent, so it is repeated";
        EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "200");
        EXPECT_EQ(ledger_of_client->held(), 1U);
    });
}

TEST_F(ClientNetwork, TheOtherKindOfAddressIsTriedAlsoWhenUnitsAreShort) {
    deaf_port deaf;
    with.listen = "[::1]:" + deaf.number();
    start();
    with_client.per_host_max = with_client.connections_max;
    with_client.connect_max = 400ms;
    with_a_client([&](client& of) -> task<void> {
        begin(of, "http://localhost:" + deaf.number() + "/hello", 4);
        EXPECT_TRUE(co_await all_of(4, "200")) << ::testing::PrintToString(outcomes);
        EXPECT_EQ(of.figures().origins.begin()->second, false) << "the server is well";
        EXPECT_LE(ledger_of_client->held(), 4U);
    });
}

TEST_F(ClientNetwork, AServerThatHangsDoesNotHoldUpTheRequestsToOthers) {
    start();
    testing::canned_server other("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    with_a_client([&](client& of) -> task<void> {
        std::vector<std::string> held;
        for (int i = 0; i < 10; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                auto how = co_await outcome(of, get(url("/held")));
                held.push_back(std::move(how));
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 3; }));
        begin(of, other.url(), 5);
        EXPECT_TRUE(co_await all_of(5, "200")) << ::testing::PrintToString(outcomes);
        EXPECT_TRUE(held.empty());
        released = true;
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return held.size() == 10; }));
    });
}

TEST_F(ClientNetwork, WaitingForAConnectionOfOnesOwnSaysNothingAboutTheServer) {
    start();
    with_client.breaking.failures_max = 2;
    with_a_client([&](client& of) -> task<void> {
        begin(of, url("/held"), 3);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 3; }));
        for (int i = 0; i < 3; ++i)
            EXPECT_EQ(co_await outcome(of, get(url("/hello")), deadline::after(20ms)), "overdue");
        released = true;
        EXPECT_TRUE(co_await all_of(3, "200"));
        EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "200") << "its breaker is closed";
    });
}

TEST_F(ClientNetwork, WhoGivesAServerNoTimeSaysNothingAboutIt) {
    start();
    with_client.breaking.failures_max = 2;
    with_a_client([&](client& of) -> task<void> {
        for (int i = 0; i < 4; ++i)
            EXPECT_EQ(co_await outcome(of, get(url("/held")), deadline::after(20ms)), "overdue");
        released = true;
        EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "200") << "its breaker is closed";
    });
}

TEST_F(ClientNetwork, AnAddressOfTheSixthVersionIsItsOwnName) {
    with.listen = "[::1]:0";
    start();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get("http://[::1]:" + std::to_string(port()) + "/hello")),
                  "200");
    });
}

TEST_F(ClientNetwork, AStopBeginsNoFurtherAttempt) {
    start();
    retry_after = "5";
    with_a_client([&](client& of) -> task<void> {
        std::string came;
        reactor::current()->spawn([&]() -> task<void> {
            came = co_await outcome(of, get(url("/status/503")));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return asked == 1U; }));
        co_await of.stop(deadline::after(50ms));
        EXPECT_NE(came, "") << "its pause is over";
        EXPECT_EQ(asked, 1U);
    });
}

}  // namespace
}  // namespace headroom::http::detail
