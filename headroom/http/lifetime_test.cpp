// What happens to connections and handlers when the client leaves or the server stops.
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/post.hpp>

#include "headroom/http/detail/listener.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/testing/part_contract.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

class Lifetime : public server_fixture {
protected:
    // A stop() under way on another thread, which the destructor waits for.
    class stopping {
    public:
        explicit stopping(server& of, std::chrono::milliseconds drain = 10s)
            : thread_(threads_.one(), "stop", [&of, drain] { of.stop(deadline::after(drain)); }) {}
        void ends() { thread_.join(); }

    private:
        testing::thread_budget threads_{1};
        leased_thread thread_;
    };

    unsigned leases() const { return ledger.held(); }

    // Nobody listens any more.
    bool closes() const {
        return eventually([this] {
            try {
                const text_client probe(port());
                return false;
            } catch (const std::system_error&) {
                return true;
            }
        });
    }

    /// Who asks once nobody is let in any more is answered, and told to go.
    void expect_last_answer(text_client& client) {
        stopping stop(*serving);
        ASSERT_TRUE(closes());
        client.send(hello);
        const auto answer = client.rest();
        EXPECT_TRUE(has(answer, " 200 OK")) << answer;
        EXPECT_TRUE(has(answer, "Connection: close\r\n"));
        stop.ends();
    }
};

TEST_F(Lifetime, AClientThatLeavesCancelsTheHandlerItWaitedFor) {
    start();
    {
        text_client client(port());
        client.send(wait_for_it);
        ASSERT_TRUE(waits());
    }
    EXPECT_TRUE(eventually([&] { return cancelled == 1; }, 1s));
    EXPECT_TRUE(logs(499));
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
}

TEST_F(Lifetime, AClientThatLeavesAfterSendingAheadCancelsTheHandlerToo) {
    start();
    {
        text_client client(port());
        client.send(std::string(wait_for_it) + std::string(hello));
        ASSERT_TRUE(waits());
    }
    EXPECT_TRUE(eventually([&] { return cancelled == 1; }, 1s));
}

TEST_F(Lifetime, AClientThatHasSentItsLastRequestStillGetsAnAnswerThatNeedsNoWaiting) {
    start();
    text_client client(port());
    client.send(std::string(hello) + std::string(hello));
    client.finish();
    const auto answers = client.rest();
    EXPECT_NE(answers.find("Hello"), answers.rfind("Hello"));
}

TEST_F(Lifetime, LeasesAreBackWhenConnectionsAreClosed) {
    start();
    {
        std::vector<text_client> clients;
        for (int i = 0; i < 10; ++i) clients.emplace_back(port()).send(hello);
        EXPECT_TRUE(eventually([&] { return connections() == 10; }));
        EXPECT_EQ(leases(), 12u) << "a listener, ten connections and one to refuse on";
    }
    EXPECT_TRUE(eventually([&] { return leases() == 2; }));
    serving->stop(soon());
    EXPECT_EQ(leases(), 0u);
}

TEST_F(Lifetime, KeepsTheContractOfAPart) {
    budget::ledger files("files", 2000);
    testing::test_reactor reactor;
    testing::expect_keeps_contract([&] {
        return std::make_unique<server>(
            std::vector{static_cast<headroom::reactor*>(&reactor)}, with, router(),
            server_grants{files.open({"http.listener", 1, 0}).value(),
                          files.open({"http.connections", 513, 0}).value(),
                          files.open({"http.refusals", 16, 0}).value()});
    });
    EXPECT_EQ(files.held(), 0u);
}

TEST_F(Lifetime, StopTwiceIsStopOnce) {
    start();
    serving->stop(soon());
    serving->stop(soon());
    EXPECT_THROW(text_client{port()}, std::system_error);
}

TEST_F(Lifetime, StopClosesIdleConnections) {
    with.times.arrival_max = 10ms;
    start();
    text_client client(port());
    client.send(hello);
    client.response();
    serving->stop(soon());
    EXPECT_EQ(client.rest(), "");
}

TEST_F(Lifetime, StopWaitsForTheAnswerInFlightAndClosesItsConnection) {
    start();
    text_client client(port());
    client.send("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(waits());
    stopping stop(*serving);
    ASSERT_TRUE(closes());
    released = true;
    const auto answer = client.rest();
    EXPECT_TRUE(has(answer, "at last"));
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
    stop.ends();
}

TEST_F(Lifetime, StopAnswersWhoHasConnectedAndNotAskedYet) {
    with.times.arrival_max = 10s;
    start();
    text_client client(port());
    ASSERT_TRUE(eventually([&] { return connections() == 1; }));
    expect_last_answer(client);
}

TEST_F(Lifetime, StopAnswersAnIdleClientThatAsksOnceMore) {
    with.times.arrival_max = 10s;
    start();
    text_client client(port());
    client.send(hello);
    client.response();
    expect_last_answer(client);
}

TEST_F(Lifetime, StopWaitsNotForEverForWhoHasConnectedAndDoesNotAsk) {
    with.times.arrival_max = 10ms;
    start();
    text_client client(port());
    ASSERT_TRUE(eventually([&] { return connections() == 1; }));
    serving->stop(soon());
    EXPECT_EQ(client.rest(), "");
    EXPECT_EQ(leases(), 0u);
}

// A listener that never accepts by itself: whoever has connected stands in the kernel's queue.
TEST_F(Lifetime, StopAnswersWhoWaitsInTheKernelsQueue) {
    with.times.arrival_max = 10s;
    routes.seal();
    budget::ledger files("files", 50);
    server_grants grants;
    grants.connections = files.open({"http.connections", 50, 0}).value();
    testing::test_reactor home;
    const auto all = std::make_shared<core>(with, std::move(routes), std::move(grants),
                                            access_log(), nullptr);
    const auto still = std::make_shared<stillness>();
    const auto door = std::make_shared<listener>(home, all, still,
                                                 all->grants.connections.take().value());
    door->open({boost::asio::ip::address_v4::loopback(), 0}, false);
    std::vector<text_client> queue;
    for (int i = 0; i < 20; ++i) queue.emplace_back(door->local().port()).send(hello);
    all->draining = true;
    boost::asio::post(home.get_executor(),
                      [here = presence(all, still), door] { door->drain(); });
    for (auto& each : queue) EXPECT_TRUE(has(each.rest(), " 200 OK"));
    EXPECT_TRUE(still->wait(10s));
    EXPECT_EQ(all->accepted, 20u);
}

TEST_F(Lifetime, StopAcceptsDuringItsDelayAndSaysThatConnectionsClose) {
    with.times.drain_delay = 10s;
    start();
    stopping stop(*serving);
    EXPECT_TRUE(eventually([&] {
        text_client client(port());
        client.send(hello);
        return has(client.response(), "Connection: close\r\n");
    }));
    serving->hurry();
    stop.ends();
}

TEST_F(Lifetime, StopCancelsWhatIsNotDoneByTheDrainDeadline) {
    start();
    text_client client(port());
    client.send(wait_for_it);
    ASSERT_TRUE(waits());
    serving->stop(deadline::after(50ms));
    EXPECT_EQ(cancelled, 1u);
    EXPECT_EQ(leases(), 0u);
}

TEST_F(Lifetime, HurryEndsADrainAtOnce) {
    start();
    text_client client(port());
    client.send(wait_for_it);
    ASSERT_TRUE(waits());
    stopping stop(*serving, 60s);
    serving->hurry();
    stop.ends();
    EXPECT_EQ(cancelled, 1u);
}

TEST_F(Lifetime, GivesEverythingBackAfterClientsThatComeAndGoAsTheyLike) {
    start(2);
    const auto behave = [this](unsigned kind) {
        text_client client(port());
        const std::string twice = std::string(hello) + std::string(hello);
        switch (kind % 7) {
            case 0:
                return;
            case 1:
                client.send(hello.substr(0, kind % hello.size()));
                return;
            case 2:
                client.send(twice);
                return;
            case 3:
                client.send(wait_for_it);
                return;
            case 4:
                client.send(std::string(wait_for_it) + twice);
                return;
            case 5:
                client.send("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n123");
                return;
            default:
                client.send(twice), client.response(), client.response();
        }
    };
    testing::thread_budget threads(4);
    std::vector<leased_thread> crowd;
    for (unsigned one = 0; one < 4; ++one)
        crowd.emplace_back(threads.one(), "client", [behave, one] {
            for (unsigned i = 0; i < 100; ++i) behave(one * 100 + i);
        });
    for (auto& each : crowd) each.join();
    // Two listeners and one a listener to refuse on; the kernel's queue may still hold clients.
    EXPECT_TRUE(eventually([&] { return connections() == 0 && leases() == 4; })) << leases();
    EXPECT_EQ(serving->snapshot().in_flight, 0u);
    serving->stop(soon());
    EXPECT_EQ(leases(), 0u);
}

}  // namespace
}  // namespace headroom::http::detail
