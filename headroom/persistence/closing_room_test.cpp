#include "headroom/persistence/closing_room.hpp"

#include "headroom/persistence/connection_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::persistence {
namespace {

using testing::eventually_on_reactor;

class ClosingRoom : public connection_fixture {
protected:
    testing::tcp_fault_proxy network{server().socket_file()};

    connect_info through() {
        return parse_connect_info("postgresql://postgres@127.0.0.1:" +
                                  std::to_string(network.port()) + "/postgres")
            .value();
    }
    static closing_room& room() { return closing_room::of(*reactor::current()); }
    static std::size_t open_sockets() {
        return testing::sockets_to(server().socket_file()) + testing::unconnected_sockets();
    }
};

TEST_F(ClosingRoom, AFullServerNeverRefusesWhoClosesFirst) {
    budget::ledger small("postgres", 17);  // as many as the server has
    auto share = small.open({"persistence.sessions", 17, 0}).value();
    server().create_role("app");
    inside([&]() -> task<void> {
        std::vector<std::unique_ptr<connection>> all;
        const auto add = [&]() -> task<void> {
            all.push_back(std::make_unique<connection>(
                *reactor::current(), share.take().value(),
                connection_options{.application_name = "full"}));
            co_await all.back()->open(target("app"), soon());
        };
        for (int i = 0; i < 17; ++i) co_await add();
        for (int i = 0; i < 200; ++i) {
            co_await all.front()->close(soon());
            all.erase(all.begin());
            co_await add();  // throws 53300 when the slot was not free yet
        }
        for (auto& each : all) co_await each->close(soon());
        EXPECT_EQ(small.held(), 0u);
    });
}

TEST_F(ClosingRoom, ADestroyedConnectionGoesOnClosing) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const int pid = on->backend_pid();
        testing::private_postgres::freeze(pid);  // else its end may be known at once
        on.reset();
        EXPECT_EQ(ledger.held(), 1u);
        EXPECT_EQ(ledger.snapshot().closing, 1u);
        testing::private_postgres::thaw(pid);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        for (const auto& each : server().backends()) EXPECT_NE(each.pid, pid);
    });
}

TEST_F(ClosingRoom, AStatementThatStillRunsIsNotLeftBehindByItsLease) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        spawn([&on]() -> task<void> {
            (void)co_await code_of(on->run("select pg_sleep(0.4)", {}, soon()));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 1; }));
        const auto start = deadline::clock::now();
        co_await on->close(deadline::after(50ms));
        EXPECT_EQ(ledger.held(), 1u);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        EXPECT_GT(deadline::clock::now() - start, 300ms);
    });
}

TEST_F(ClosingRoom, KeepsABlackholedLeaseUntilControlHasSeenTheBackendGo) {
    inside([&]() -> task<void> {
        auto on = make({.application_name = "a/b/0badcafe/hole"});
        co_await on->open(through(), soon());
        const int pid = on->backend_pid();
        network.blackhole();
        co_await on->close(deadline::after(50ms));
        EXPECT_EQ(ledger.held(), 1u);
        const auto list = room().overdue(ledger, deadline::clock::now());
        EXPECT_EQ(list.size(), 1u);
        EXPECT_EQ(list.at(0).application_name, "a/b/0badcafe/hole");
        EXPECT_EQ(list.at(0).backend_pid, pid);
        server().terminate(pid);
        co_await sleep_until(deadline::after(20ms));
        EXPECT_EQ(ledger.held(), 1u);  // the network still hides it, and no clock frees it
        room().release(list.at(0));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
    });
}

TEST_F(ClosingRoom, AResetIsAKnownEnd) {
    inside([&]() -> task<void> {
        auto on = make();
        co_await on->open(through(), soon());
        network.drop();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        EXPECT_EQ(room().size(), 0u);
        EXPECT_EQ(on->is(), connection::state::lost);
    });
}

TEST_F(ClosingRoom, AConnectionThatNeverReachedAServerHoldsNothing) {
    inside([&]() -> task<void> {
        network.refuse_new();
        auto on = make();
        EXPECT_EQ(co_await code_of(on->open(through(), soon())), "lost");
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST_F(ClosingRoom, OpeningThatIsGivenUpIsClosedToo) {
    inside([&]() -> task<void> {
        network.blackhole();
        auto on = make();
        EXPECT_THROW(co_await on->open(through(), deadline::after(50ms)), deadline_passed);
        EXPECT_EQ(ledger.snapshot().closing, 1u);
        network.pass();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
    });
}

TEST_F(ClosingRoom, SocketsNeverExceedLeases) {
    inside([&]() -> task<void> {
        unsigned running = 8;
        for (unsigned i = 0; i < 8; ++i)
            spawn([&]() -> task<void> {
                for (int turn = 0; turn < 20; ++turn) {
                    auto on = co_await opened();
                    co_await on->run("select 1", {}, soon());
                    if (turn % 2 == 0) co_await on->close(soon());
                }
                --running;
            });
        while (running > 0) {
            co_await yield_now();
            EXPECT_LE(open_sockets(), ledger.held());
        }
    });
}

TEST_F(ClosingRoom, GivesUpWhatIsLeftWhenTheProcessEnds) {
    inside([&]() -> task<void> {
        auto on = make();
        co_await on->open(through(), soon());
        network.blackhole();
        on.reset();
        co_await room().settle("persistence.lanes", deadline::after(50ms));
        EXPECT_EQ(ledger.held(), 0u);
        EXPECT_EQ(room().size(), 0u);
        network.pass();
    });
}

}  // namespace
}  // namespace headroom::persistence
