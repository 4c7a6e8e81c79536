#include "headroom/runtime/backlog.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/manual_clock.hpp"

namespace headroom {
namespace {

using namespace std::chrono_literals;
using refusal = backlog_refusal::reason;

class Backlog : public ::testing::Test {
protected:
    /// So many looks, each after 100 ms in which `served` were served and `asking` are left.
    void look(unsigned times, std::uint64_t asking, std::uint64_t served) {
        while (times-- > 0) {
            clock.advance(100ms);
            ever += served;
            of.observe({asking, ever}, clock.now());
        }
    }
    std::optional<backlog_refusal> ask(std::chrono::milliseconds left = 10s) {
        return of.refuse(clock.now(), deadline(clock.now() + left));
    }
    unsigned let_in(unsigned asked, std::chrono::milliseconds left) {
        unsigned in = 0;
        while (asked-- > 0) in += !ask(left);
        return in;
    }
    testing::manual_clock clock;
    std::uint64_t ever = 0;
    backlog of;
};

TEST_F(Backlog, OfNobodyRefusesNobody) {
    EXPECT_FALSE(ask());
    look(100, 0, 0);
    EXPECT_FALSE(of.stands());
    EXPECT_FALSE(ask(0ms));
}

TEST_F(Backlog, OfABurstThatDrainsRefusesNobody) {
    look(20, 0, 1);
    look(9, 10'000, 100);
    EXPECT_FALSE(of.stands());
    EXPECT_FALSE(ask(1ms));
    look(1, 0, 1);
    look(10, 10'000, 100);
    EXPECT_FALSE(of.stands()) << "it was empty within the interval before";
}

TEST_F(Backlog, ThatIsBusyAndServesInTimeRefusesNobody) {
    look(30, 200, 160);
    EXPECT_TRUE(of.stands());
    EXPECT_FALSE(ask(10s));
    EXPECT_FALSE(ask(150ms));
}

TEST_F(Backlog, LetsInAsManyAsAreServedBeforeTheirDeadline) {
    look(30, 200, 100);  // 1,000 a second
    EXPECT_EQ(let_in(500, 400ms), 201u) << "200 ahead, and one takes a millisecond";
    const auto why = ask(400ms).value();
    EXPECT_EQ(why.why, refusal::slow);
    EXPECT_EQ(why.asking, 401u);
    EXPECT_EQ(why.wait, 401ms);
    EXPECT_FALSE(ask(2s)) << "who has more time may";
    look(1, 300, 100);
    EXPECT_EQ(let_in(500, 400ms), 101u);
}

// A unit that serves 16 a second, clients that always ask and leave after a second: what is let in
// stays as it is, and nobody who was let in is late.
TEST_F(Backlog, DoesNotSwingUnderAStandingOverload) {
    look(30, 64, 4);  // 40 a second: 64 take 1.6 s
    std::uint64_t asking = 64, least = 64, most = 0;
    for (int each = 0; each < 600; ++each) {
        asking += let_in(100, 1s);
        most = std::max(most, asking);
        asking -= 4;
        look(1, asking, 4);
        if (each > 20) least = std::min(least, asking);
    }
    EXPECT_GE(least, 36u) << "always enough to do";
    EXPECT_LE(most, 64u);
    EXPECT_FALSE(of.stalled());
}

TEST_F(Backlog, StallsWhenNothingMovesForAsLongAsItMay) {
    look(10, 5, 100);
    look(14, 5, 0);
    EXPECT_FALSE(of.stalled());
    look(1, 5, 0);
    ASSERT_TRUE(of.stalled());
    EXPECT_FALSE(ask()) << "one may look";
    const auto why = ask().value();
    EXPECT_EQ(why.why, refusal::stalled);
    EXPECT_EQ(why.asking, 5u);
    EXPECT_EQ(why.wait, 1'500ms);
}

TEST_F(Backlog, ThatNobodyAsksDoesNotStall) {
    look(10, 5, 100);
    look(100, 0, 0);
    EXPECT_FALSE(of.stalled());
    EXPECT_FALSE(ask());
}

TEST_F(Backlog, ThatHasStalledLetsOneInEachInterval) {
    look(16, 5, 0);
    EXPECT_EQ(let_in(100, 10s), 1u);
    look(9, 6, 0);
    EXPECT_EQ(let_in(100, 10s), 0u);
    look(1, 6, 0);
    EXPECT_EQ(let_in(100, 10s), 1u);
    EXPECT_EQ(let_in(100, 10s), 0u);
}

TEST_F(Backlog, ThatHasStalledDoesNotForgetItWhenEverybodyHasLeft) {
    look(16, 5, 0);
    look(100, 0, 0);
    EXPECT_TRUE(of.stalled());
}

TEST_F(Backlog, MovesAgainAfterTwoLooksOrWhenNobodyIsLeft) {
    look(16, 5, 0);
    look(1, 5, 1);
    EXPECT_TRUE(of.stalled()) << "once is not yet well";
    look(1, 5, 0);
    look(1, 5, 1);
    EXPECT_TRUE(of.stalled());
    look(1, 5, 1);
    EXPECT_FALSE(of.stalled());
    look(16, 5, 0);
    ASSERT_TRUE(of.stalled());
    look(1, 0, 5);
    EXPECT_FALSE(of.stalled());
    EXPECT_FALSE(ask());
}

TEST_F(Backlog, OurOwnAbsenceIsNoStall) {
    look(10, 5, 100);
    clock.advance(1h);
    look(1, 5, 0);
    EXPECT_FALSE(of.stalled());
}

}  // namespace
}  // namespace headroom
