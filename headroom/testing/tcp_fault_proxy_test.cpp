#include "headroom/testing/tcp_fault_proxy.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::testing {
namespace {

using std::chrono::milliseconds;

// A client of the server behind the proxy.
struct remote {
    explicit remote(const tcp_fault_proxy& by)
        : to(PQconnectdb(("postgresql://postgres@127.0.0.1:" + std::to_string(by.port()) +
                          "/postgres?sslmode=disable&gssencmode=disable")
                             .c_str())) {}
    ~remote() { PQfinish(to); }
    bool connected() const { return PQstatus(to) == CONNECTION_OK; }
    void ask(const char* text = "SELECT 1") const { PQsendQuery(to, text); }
    bool answered(milliseconds bound = eventually_bound) const {
        if (!eventually([this] { return !PQconsumeInput(to) || !PQisBusy(to); }, bound))
            return false;
        bool fine = false;
        while (auto* got = PQgetResult(to)) {
            fine = PQresultStatus(got) == PGRES_TUPLES_OK;
            PQclear(got);
        }
        return fine;
    }
    PGconn* const to;
};

struct proxy_fixture : ::testing::Test {
    static void SetUpTestSuite() { server = std::make_unique<private_postgres>(); }
    static void TearDownTestSuite() { server.reset(); }
    inline static std::unique_ptr<private_postgres> server;
    tcp_fault_proxy network{server->socket_file()};
};

using TcpFaultProxy = proxy_fixture;

TEST_F(TcpFaultProxy, PassesEverythingOn) {
    remote client(network);
    client.ask("SELECT repeat('x', 3000000)");
    EXPECT_TRUE(client.answered());
    EXPECT_EQ(network.accepted(), 1u);
    EXPECT_EQ(network.open(), std::vector{1u});
}

TEST_F(TcpFaultProxy, NoticesThatAClientHasGone) {
    { remote client(network); }
    EXPECT_TRUE(eventually([&] { return network.open().empty(); }));
    EXPECT_TRUE(eventually([&] { return server->backends().empty(); }));
}

TEST_F(TcpFaultProxy, NoticesThatAServerHasGone) {
    remote client(network);
    server->terminate(PQbackendPID(client.to));
    client.ask();
    EXPECT_FALSE(client.answered());
}

TEST_F(TcpFaultProxy, HoldsEverythingBackAndOpen) {
    remote client(network);
    network.blackhole();
    client.ask();
    EXPECT_FALSE(client.answered(milliseconds(30)));
    EXPECT_EQ(network.open().size(), 1u);
    EXPECT_EQ(server->backends().size(), 1u);
    network.pass();
    EXPECT_TRUE(client.answered());
}

TEST_F(TcpFaultProxy, HoldsOneConnectionBack) {
    remote first(network), second(network);
    network.blackhole(1);
    first.ask();
    second.ask();
    EXPECT_TRUE(second.answered());
    EXPECT_FALSE(first.answered(milliseconds(10)));
    network.pass(1);
    EXPECT_TRUE(first.answered());
}

TEST_F(TcpFaultProxy, DropsWhatIsOpenButNotWhatComes) {
    remote first(network), second(network);
    network.drop(2);
    second.ask();
    EXPECT_FALSE(second.answered());
    network.drop();
    first.ask();
    EXPECT_FALSE(first.answered());
    EXPECT_TRUE(remote(network).connected());
}

TEST_F(TcpFaultProxy, RefusesNewConnectionsUntilToldOtherwise) {
    remote open(network);
    network.refuse_new();
    EXPECT_FALSE(remote(network).connected());
    open.ask();
    EXPECT_TRUE(open.answered());
    network.accept_new();
    EXPECT_TRUE(remote(network).connected());
}

TEST_F(TcpFaultProxy, DelaysEachWay) {
    remote client(network);
    network.delay(milliseconds(40));
    const auto asked = std::chrono::steady_clock::now();
    client.ask();
    EXPECT_TRUE(client.answered());
    EXPECT_GE(std::chrono::steady_clock::now() - asked, milliseconds(80));
}

TEST_F(TcpFaultProxy, Throttles) {
    remote client(network);
    network.throttle(100'000);
    const auto asked = std::chrono::steady_clock::now();
    client.ask("SELECT repeat('x', 10000)");
    EXPECT_TRUE(client.answered());
    EXPECT_GE(std::chrono::steady_clock::now() - asked, milliseconds(80));
}

TEST_F(TcpFaultProxy, GoesOnWhenItsServerIsAway) {
    server->stop();
    EXPECT_FALSE(remote(network).connected());
    server->start();
    EXPECT_TRUE(remote(network).connected());
}

TEST_F(TcpFaultProxy, IsNotCountedAmongTheThreads) {
    const std::size_t without = 1;
    tcp_fault_proxy another(server->socket_file());
    EXPECT_TRUE(eventually([&] { return threads() == without; }));
}

TEST(Census, CountsThreadsAndFiles) {
    const auto threads_before = threads(), files_before = open_files();
    {
        test_reactor one;
        EXPECT_EQ(threads(), threads_before + 1);
        EXPECT_GT(open_files(), files_before);
    }
    EXPECT_TRUE(eventually([&] { return threads() == threads_before; }));
    EXPECT_EQ(open_files(), files_before);
}

TEST_F(TcpFaultProxy, IsWhatACensusCountsByPort) {
    remote one(network), other(network);
    EXPECT_EQ(sockets_to(network.port()), 2u);
    EXPECT_EQ(sockets_to(server->socket_file()), 2u) << "the proxy's own, upstream";
    EXPECT_EQ(unconnected_sockets(), 0u);
    network.drop();
    EXPECT_EQ(sockets_to(server->socket_file()), 0u);
    EXPECT_TRUE(eventually([&] { return unconnected_sockets() == 2; }));
}

}  // namespace
}  // namespace headroom::testing
