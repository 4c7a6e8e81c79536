#include "headroom/persistence/connect_gate.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

class ConnectGate : public ::testing::Test {
protected:
    connect_gate gate{[this] { return luck; }};
    double luck = 0.5;
    connect_gate::clock::time_point now{1h};

    bool closed() { return !gate.ask(now).has_value(); }
    connect_gate::permit enter() { return std::move(gate.ask(now).value()); }
    void fail() { enter().failed(now); }
};

TEST_F(ConnectGate, RampsUpAsAttemptsSucceed) {
    for (const unsigned together : {1u, 2u, 4u, 8u}) {
        std::vector<connect_gate::permit> running;
        for (unsigned i = 0; i < together; ++i) running.push_back(enter());
        EXPECT_TRUE(closed());
        running.back().succeeded();
        running.pop_back();
        for (auto& each : running) auto gone = std::move(each);
    }
}

TEST_F(ConnectGate, LetsOneProbeAtATimeToADeadServer) {
    fail();
    now += connect_gate::pause_ms_max;
    const auto probe = enter();
    now += 1h;
    EXPECT_TRUE(closed());
    EXPECT_TRUE(gate.believed_dead());
}

TEST_F(ConnectGate, ProbesADeadServerAtMostTwiceASecond) {
    unsigned attempts = 0;
    fail();
    for (const auto end = now + 60s; now < end; now += 1ms) {
        luck = luck < 0.9 ? luck + 0.07 : 0;
        if (auto asked = gate.ask(now)) {
            asked->failed(now);
            ++attempts;
        }
    }
    EXPECT_LE(attempts, 120u);
    EXPECT_GE(attempts, 60u);  // and it never gives up
}

TEST_F(ConnectGate, SaysWhenAskingAgainMakesSense) {
    fail();
    const auto again = gate.ask(now).error();
    EXPECT_GE(again, now + connect_gate::pause_ms_min);
    EXPECT_LE(again, now + connect_gate::pause_ms_max);
    now = again;
    EXPECT_FALSE(closed());
}

TEST_F(ConnectGate, SpreadsTheProbesOfManyProcesses) {
    luck = 0;
    fail();
    const auto early = gate.ask(now).error();
    connect_gate other{[] { return 0.999; }};
    other.ask(now).value().failed(now);
    EXPECT_GT(other.ask(now).error() - early, 100ms);
}

TEST_F(ConnectGate, BeginsAgainWithOneAfterARecovery) {
    enter().succeeded();
    enter().succeeded();
    fail();
    now += connect_gate::pause_ms_max;
    enter().succeeded();
    EXPECT_FALSE(gate.believed_dead());
    const auto only = enter();
    EXPECT_TRUE(closed());
}

TEST_F(ConnectGate, ADroppedAttemptSaysNothing) {
    { const auto dropped = enter(); }
    EXPECT_FALSE(gate.believed_dead());
    EXPECT_FALSE(closed());
}

}  // namespace
}  // namespace headroom::persistence
