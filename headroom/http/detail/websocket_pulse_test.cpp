#include "headroom/http/detail/websocket_pulse.hpp"

#include <gtest/gtest.h>

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using verdict = websocket_pulse::verdict;

class WebsocketPulse : public ::testing::Test {
protected:
    const websocket_pulse::time begin{};
    websocket_pulse pulse{{.heartbeat = 10s, .idle_max = 60s, .write_max = 20s, .close_max = 1s},
                          begin};
    verdict at(std::chrono::seconds when) { return pulse.at(begin + when); }
    std::chrono::seconds due() const {
        return std::chrono::duration_cast<std::chrono::seconds>(pulse.due().at() - begin);
    }
};

TEST_F(WebsocketPulse, AsksAfterSilenceAndGivesUpAfterAsMuchAgain) {
    EXPECT_EQ(due(), 10s);
    EXPECT_EQ(at(9s), verdict::alive);
    EXPECT_EQ(at(10s), verdict::ping);
    EXPECT_EQ(due(), 20s);
    EXPECT_EQ(at(19s), verdict::alive);
    EXPECT_EQ(at(20s), verdict::silent);
}

TEST_F(WebsocketPulse, TakesAnyByteForLife) {
    EXPECT_EQ(at(10s), verdict::ping);
    pulse.hear(begin + 15s);
    EXPECT_EQ(at(20s), verdict::alive);
    EXPECT_EQ(at(25s), verdict::ping);
}

TEST_F(WebsocketPulse, EndsWhatNobodyUses) {
    pulse.speak(begin + 30s);
    pulse.hear(begin + 85s);
    EXPECT_EQ(due(), 90s);
    EXPECT_EQ(at(89s), verdict::alive);
    EXPECT_EQ(at(90s), verdict::idle) << "alive, but without a message";
}

TEST_F(WebsocketPulse, GivesAClientItsTimeToTakeWhatIsSent) {
    pulse.wait_for_client(true, begin);
    pulse.wait_for_client(true, begin + 15s);
    pulse.hear(begin + 19s);
    EXPECT_EQ(due(), 20s);
    EXPECT_EQ(at(20s), verdict::stalled) << "it talks, and does not listen";
    pulse.wait_for_client(false, begin + 20s);
    EXPECT_EQ(at(20s), verdict::alive);
}

TEST_F(WebsocketPulse, WaitsBrieflyForTheAnswerToAClose) {
    pulse.close(begin + 5s);
    EXPECT_EQ(due(), 6s);
    EXPECT_EQ(at(6s), verdict::stalled);
}

}  // namespace
}  // namespace headroom::http::detail
