#include "headroom/runtime/deadline_wheel.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <vector>

namespace headroom {
namespace {

using std::chrono::milliseconds;
constexpr auto tick = deadline_wheel::tick_ms;
constexpr auto turn = tick * deadline_wheel::slots;

struct wheel_fixture : ::testing::Test {
    deadline::clock::time_point start{std::chrono::hours(5)};
    deadline_wheel wheel{start};

    deadline due(milliseconds after) const { return deadline(start + after); }
    std::size_t at(milliseconds after) { return wheel.advance(start + after); }
};

using DeadlineWheel = wheel_fixture;

TEST_F(DeadlineWheel, RingsOnceAndNotEarly) {
    int rings = 0;
    alarm one([&] { ++rings; });
    wheel.arm(one, due(milliseconds(52)));
    EXPECT_EQ(at(milliseconds(52)), 0u);
    EXPECT_EQ(at(milliseconds(55)), 1u);
    EXPECT_EQ(at(turn * 3), 0u);
    EXPECT_EQ(rings, 1);
    EXPECT_FALSE(one.armed());
}

TEST_F(DeadlineWheel, RingsADeadlineThatHasPassedAtTheNextTick) {
    int rings = 0;
    alarm late([&] { ++rings; });
    at(milliseconds(100));
    wheel.arm(late, due(milliseconds(3)));
    EXPECT_EQ(at(milliseconds(105)), 1u);
}

TEST_F(DeadlineWheel, DoesNotRingWhatWasDisarmedOrDestroyed) {
    int rings = 0;
    alarm kept([&] { ++rings; });
    auto gone = std::make_unique<alarm>([&] { ++rings; });
    wheel.arm(kept, due(tick));
    wheel.arm(*gone, due(tick));
    kept.disarm();
    gone.reset();
    at(tick * 4);
    EXPECT_EQ(rings, 0);
    EXPECT_TRUE(wheel.empty());
}

TEST_F(DeadlineWheel, MovesAnAlarmThatIsArmedAgain) {
    int rings = 0;
    alarm one([&] { ++rings; });
    wheel.arm(one, due(tick));
    wheel.arm(one, due(tick * 10));
    EXPECT_EQ(at(tick * 9), 0u);
    EXPECT_EQ(at(tick * 12), 1u);
    EXPECT_EQ(rings, 1);
}

TEST_F(DeadlineWheel, KeepsADeadlineOfSeveralTurns) {
    alarm far([] {});
    wheel.arm(far, due(turn * 3 + tick));
    for (auto now = turn / 2; now <= turn * 3; now += turn / 2) EXPECT_EQ(at(now), 0u);
    EXPECT_EQ(at(turn * 3 + tick * 3), 1u);
}

TEST_F(DeadlineWheel, RingsAllThatIsOverdueAfterALongPause) {
    alarm near([] {}), middle([] {}), far([] {}), farther([] {});
    wheel.arm(near, due(tick));
    wheel.arm(middle, due(turn - tick));
    wheel.arm(far, due(turn * 5));
    wheel.arm(farther, due(turn * 50));
    EXPECT_EQ(at(turn * 20), 3u);
    EXPECT_TRUE(farther.armed());
}

TEST_F(DeadlineWheel, LetsAnAlarmArmItselfFromItsRing) {
    int rings = 0;
    std::unique_ptr<alarm> beat;
    beat = std::make_unique<alarm>([&] { wheel.arm(*beat, due(tick * 10 * ++rings)); });
    wheel.arm(*beat, due(milliseconds(0)));
    at(tick * 35);
    EXPECT_EQ(rings, 4);
    EXPECT_TRUE(beat->armed());
}

TEST_F(DeadlineWheel, EndsEvenWhenAnAlarmAlwaysArmsItselfInThePast) {
    int rings = 0;
    std::unique_ptr<alarm> stubborn;
    stubborn = std::make_unique<alarm>([&] {
        ++rings;
        wheel.arm(*stubborn, due(milliseconds(0)));
    });
    wheel.arm(*stubborn, due(milliseconds(0)));
    at(tick * 10);
    EXPECT_EQ(rings, 10);
}

TEST_F(DeadlineWheel, LetsARingDestroyItsNeighbours) {
    std::vector<std::unique_ptr<alarm>> all;
    int rings = 0;
    for (int i = 0; i < 5; ++i)
        all.push_back(std::make_unique<alarm>([&, i] {
            ++rings;
            if (i == 0) all.resize(1);
        }));
    for (auto& each : all) wheel.arm(*each, due(tick));
    at(tick * 3);
    EXPECT_EQ(rings, 1);
}

TEST_F(DeadlineWheel, LetsARingDestroyItsOwnAlarm) {
    int rings = 0;
    std::unique_ptr<alarm> own;
    own = std::make_unique<alarm>([&] {
        ++rings;
        own.reset();
    });
    wheel.arm(*own, due(tick));
    at(tick * 3);
    EXPECT_EQ(rings, 1);
}

TEST_F(DeadlineWheel, UnlinksWhatIsStillArmedWhenItEnds) {
    auto brief = std::make_unique<deadline_wheel>(start);
    alarm outlives([] {});
    brief->arm(outlives, due(tick));
    brief.reset();
    EXPECT_FALSE(outlives.armed());
}

// One random history: alarms armed, moved and disarmed while the clock goes on unevenly.
class DeadlineWheelHistory : public ::testing::TestWithParam<unsigned> {
protected:
    struct entry {
        std::unique_ptr<alarm> bell;
        milliseconds due{0}, armed_at{0};
        bool expected = false;
    };

    void arm(entry& each) {
        each.due = now_ + milliseconds(pick(3'000)) * (pick(10) == 0 ? 20 : 1);
        each.armed_at = now_;
        each.expected = true;
        wheel_.arm(*each.bell, deadline(start_ + each.due));
    }
    void rang(entry& each) {
        EXPECT_TRUE(each.expected);
        EXPECT_GT(now_, each.due) << "early";
        each.expected = false;
    }
    void advance(milliseconds by) {
        now_ += by;
        wheel_.advance(start_ + now_);
        for (const auto& each : entries_)
            if (each.expected) EXPECT_LE(now_, each.due + 2 * tick) << "late";
    }
    unsigned pick(unsigned below) {
        return std::uniform_int_distribution<unsigned>(0, below - 1)(random_);
    }

    std::mt19937 random_{GetParam()};
    const deadline::clock::time_point start_{std::chrono::hours(1)};
    milliseconds now_{0};
    deadline_wheel wheel_{start_};
    std::vector<entry> entries_ = std::vector<entry>(200);
};

TEST_P(DeadlineWheelHistory, NeverRingsEarlyAndAtMostTwoTicksLate) {
    for (auto& each : entries_) each.bell = std::make_unique<alarm>([this, &each] { rang(each); });
    for (int step = 0; step < 3'000; ++step) {
        auto& each = entries_[pick(200)];
        if (pick(4) == 0) {
            each.bell->disarm();
            each.expected = false;
        } else {
            arm(each);
        }
        advance(milliseconds(pick(100) == 0 ? pick(20'000) : pick(12)));
    }
    advance(milliseconds(100'000));
    EXPECT_TRUE(wheel_.empty());
}

INSTANTIATE_TEST_SUITE_P(Seeds, DeadlineWheelHistory, ::testing::Range(1u, 21u));

}  // namespace
}  // namespace headroom
