#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <random>

#include "headroom/eventsourcing/projections_fixture.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/testing/child_process.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using wall = std::chrono::steady_clock;

/// HEADROOM_KILLS=200 for the long run.
int kills() {
    const char* wanted = std::getenv("HEADROOM_KILLS");
    return wanted != nullptr ? std::atoi(wanted) : 40;
}

/// Programs that run one projection, of which one owns it.
class Processes : public ProjectionsFixture {
protected:
    using child = std::unique_ptr<testing::child_process>;

    child spawn(const std::string& deadly = {}) {
        testing::program what;
        what.arguments = {HEADROOM_PROJECTOR, url(), writers_url()};
        if (!deadly.empty()) what.arguments.push_back(deadly);
        return std::make_unique<testing::child_process>(what);
    }
    /// One event more in each of twenty streams.
    void put_round(int round) const {
        server().sql("insert into headroom_events (originator_id, originator_version, topic, state)"
                     " select ('00000000-0000-0000-0000-' || lpad(i::text, 12, '0'))::uuid, " +
                         std::to_string(round) +
                         ", 'shop:Order.Placed', '{}' from generate_series(1, 20) i",
                     database);
    }
    bool stands_at(log_position at) const {
        return std::stoll("0" + of_checkpoint("position")) >= at;
    }
    bool reaches(log_position at, std::chrono::milliseconds bound = 10s) const {
        return eventually([&] { return stands_at(at); }, bound);
    }
    std::string model(const std::string& projection) const {
        return server().value("select string_agg(stream || ':' || events || ':' || trace || ':' ||"
                              " last, ';' order by stream) from model where projection = '" +
                                  projection + "'",
                              database);
    }
    bool two_are_connected() const {
        return server().value("select count(*) from pg_stat_activity where application_name like"
                              " '%persistence.control' and datname = '" + database + "'",
                              database) == "2";
    }
    /// The backend that holds the projection's session lock.
    int lock_holder() const {
        return std::stoi("0" + server().value("select pid from pg_locks where locktype = 'advisory'"
                                              " and granted and classid::int8 = " +
                                                  std::to_string(leader_class),
                                              database));
    }
    static constexpr auto leader_class = static_cast<int>(persistence::lock_class::leader);
    std::mt19937 random{7};
    void pass(std::chrono::milliseconds time) const {
        eventually([] { return false; }, time);
    }
};

TEST_F(Processes, KilledAtRandomCountEveryEventOnce) {
    std::uniform_int_distribution<int> moment(0, 250);
    auto owner = spawn(), standby = spawn();
    int round = 0;
    for (int i = 0; i < kills(); ++i) {
        for (int more = 0; more < 3; ++more) put_round(++round);
        pass(std::chrono::milliseconds(moment(random)));
        put_round(++round);
        owner->signal(SIGKILL);
        owner = std::exchange(standby, spawn());
    }
    const log_position last = 20LL * round;
    EXPECT_TRUE(reaches(last, 30s)) << of_checkpoint("position") << " of " << last;
    owner.reset();
    standby.reset();
    EXPECT_EQ(parked(), "");
    auto fresh = started(one(std::make_unique<counting>("test.fresh")));
    // A trace of every event makes a model's row longer with each: a thousand kills take a while.
    EXPECT_TRUE(eventually([&] { return taken(*fresh, last, "test.fresh"); }, 60s));
    EXPECT_EQ(model("test.counting"), model("test.fresh"));
    RecordProperty("kills", kills());
    RecordProperty("events", static_cast<int>(last));
    EXPECT_EQ(server().value("select sum(events) from model where projection = 'test.counting'",
                             database),
              std::to_string(last));
}

// The time of one take-over is in the test's report.
TEST_F(Processes, TakesOverWithinASecondOfAKill) {
    auto first = spawn();
    EXPECT_TRUE(reaches(put(1, 1)));
    const auto second = spawn();
    ASSERT_TRUE(eventually([&] { return two_are_connected(); }));
    pass(500ms);
    first->signal(SIGKILL);
    const auto killed = wall::now();
    EXPECT_TRUE(reaches(put(1, 2)));
    const auto took = wall::now() - killed;
    RecordProperty("ms", static_cast<int>(took / 1ms));
    EXPECT_LT(took, 1s);
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Processes, TakesOverWithinATenthOfASecondOfATerm) {
    auto first = spawn();
    EXPECT_TRUE(reaches(put(1, 1)));
    const auto second = spawn();
    ASSERT_TRUE(eventually([&] { return two_are_connected(); }));
    pass(500ms);
    const auto before = of_checkpoint("owner");
    const auto asked = std::chrono::system_clock::now();
    first->signal(SIGTERM);
    EXPECT_TRUE(eventually([&] {
        const auto now = of_checkpoint("owner");
        return !now.empty() && now != before;
    }));
    // When the row says it happened: to look at it takes a new connection, and many milliseconds.
    const std::chrono::microseconds taken_over(
        std::stoll(of_checkpoint("(extract(epoch from updated_at) * 1000000)::bigint")));
    const auto took = taken_over - asked.time_since_epoch();
    EXPECT_GT(took, 0ms);
    RecordProperty("ms", static_cast<int>(took / 1ms));
    EXPECT_LT(took, 100ms);
    EXPECT_TRUE(reaches(put(1, 2)));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Processes, AsleepWhileAnotherTookOverCommitNothingWhenTheyWake) {
    int round = 0;
    auto owner = spawn(), other = spawn();
    ASSERT_TRUE(eventually([&] { return two_are_connected() && of_checkpoint("owner") != ""; }));
    for (int i = 0; i < 5; ++i) {
        for (int more = 0; more < 10; ++more) put_round(++round);
        const auto control = lock_holder();
        owner->signal(SIGSTOP);
        other->signal(SIGSTOP);
        ASSERT_GT(control, 0);
        server().terminate(control);
        (i % 2 == 0 ? other : owner)->signal(SIGCONT);
        put_round(++round);
        pass(300ms);
        owner->signal(SIGCONT);
        other->signal(SIGCONT);
        EXPECT_TRUE(reaches(20LL * round));
        EXPECT_TRUE(eventually([&] { return two_are_connected(); }));
    }
    EXPECT_EQ(server().value("select count(*) from model where events = " + std::to_string(round) +
                                 " and trace like '1 2 3 %'",
                             database),
              "20");
    EXPECT_EQ(parked(), "");
}

TEST_F(Processes, ThatDieOfAnEventParkItAndGoOn) {
    const std::string deadly = "\"deadly\"";
    put(1, 1);
    const auto bad = put(1, 2, deadly);
    const auto last = put(2, 1);
    int starts = 0;
    for (auto one = spawn(deadly); !stands_at(last) && starts < 20; ++starts) {
        EXPECT_TRUE(eventually([&] { return !one->running() || stands_at(last); }));
        if (!one->running()) one = spawn(deadly);
    }
    EXPECT_TRUE(reaches(last));
    EXPECT_EQ(parked(), std::to_string(bad));
    EXPECT_EQ(trace(1), "1");
    EXPECT_EQ(trace(2), "1");
    EXPECT_LE(starts, 7);
}

}  // namespace
}  // namespace headroom::eventsourcing
