#include <signal.h>

#include <random>

#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/testing/child_process.hpp"

namespace headroom::fleet {
namespace {

using testing::eventually;
using wall = std::chrono::steady_clock;

/// HEADROOM_STOPS=200 for the long run.
int stops() {
    const char* wanted = std::getenv("HEADROOM_STOPS");
    return wanted != nullptr ? std::atoi(wanted) : 40;
}

/// Programs that are members of one fleet.
class Processes : public FleetFixture {
protected:
    using child = std::unique_ptr<testing::child_process>;

    child spawn(unsigned floor, unsigned most, unsigned sessions = 0) const {
        testing::program what;
        what.arguments = {HEADROOM_MEMBER, server().url("app", database), std::to_string(floor),
                          std::to_string(most), std::to_string(sessions)};
        return std::make_unique<testing::child_process>(what);
    }
    static bool has_joined(const child& which) {
        return eventually([&] { return which->output().starts_with("joined "); });
    }
    int sessions() const {
        return std::stoi(value("select count(*) from pg_stat_activity where application_name like"
                               " 'test/%'"));
    }
    /// One that holds 90 units and has 21 sessions.
    child member_of_90() const {
        auto made = spawn(90, 90, 20);
        EXPECT_TRUE(has_joined(made));
        EXPECT_TRUE(eventually([&] { return sessions() == 21; }));
        return made;
    }
    /// How long the server takes to be rid of all members' sessions, after `trouble`.
    milliseconds time_to_end(const std::function<void()>& trouble) const {
        const auto began = wall::now();
        trouble();
        EXPECT_TRUE(eventually([&] { return sessions() == 0; }));
        return since(began);
    }
    /// How long a process takes to be granted `units` of its own, after `trouble`.
    milliseconds time_to_join(unsigned units, const std::function<void()>& trouble) const {
        milliseconds took{0};
        with_processes([&](processes& all) -> task<void> {
            auto& one = add(all, ask(units, units));
            co_await one.control.open(testing::soon());
            const auto began = wall::now();
            trouble();
            const auto got = co_await one.member.join(testing::soon());
            took = since(began);
            EXPECT_TRUE(got.has_value());
        });
        return took;
    }
};

/// In turn with it: how long the server itself takes to end the sessions of one that was killed.
TEST_F(Processes, AKilledMembersShareIsReusedWithinATenthOfASecond) {
    std::vector<milliseconds> reused, ended;
    for (int i = 0; i < 10; ++i) {
        const auto first = member_of_90();
        reused.push_back(time_to_join(90, [&] { first->signal(SIGKILL); }));
        const auto second = member_of_90();
        ended.push_back(time_to_end([&] { second->signal(SIGKILL); }));
    }
    expect_within(100ms, 2, "reuse_ms", reused, ended);
}

TEST_F(Processes, AStoppedMemberKeepsItsShareForAsLongAsItIsStopped) {
    const auto member = spawn(60, 60, 3);
    ASSERT_TRUE(has_joined(member));
    member->signal(SIGSTOP);
    with_processes([&](processes& all) -> task<void> {
        EXPECT_FALSE((co_await add(all, ask(40, 40)).try_once()).has_value());
        EXPECT_TRUE((co_await add(all, ask(35, 35)).start()).has_value());
    });
    member->signal(SIGCONT);
    EXPECT_EQ(reserved(), 60);
}

TEST_F(Processes, OneThatIsStoppedAnywhereInItsJoiningHoldsUpNobody) {
    std::minstd_rand random(7);
    std::uniform_int_distribution<int> moment(0, 60);
    milliseconds worst{0};
    for (int i = 0; i < stops(); ++i) {
        const auto joiner = spawn(5, 20);
        eventually([] { return false; }, milliseconds(moment(random)));
        joiner->signal(SIGSTOP);
        const auto took = time_to_join(20, [] {});
        worst = std::max(worst, took);
        ASSERT_LE(took, milliseconds(1'000)) << "stop " << i;
        joiner->signal(SIGKILL);
    }
    RecordProperty("join_ms_max", static_cast<int>(worst.count()));
}

}  // namespace
}  // namespace headroom::fleet
