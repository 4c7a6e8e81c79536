#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "headroom/tasks/schedules/schedule_source.hpp"
#include "headroom/tasks/wire/label_words.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::soon;

constexpr unsigned queue_database = 1;

/// Schedulers that are programs of their own, with clocks that are wrong.
class ScheduleProcesses : public ::testing::Test {
protected:
    using child = std::unique_ptr<testing::child_process>;

    testing::private_redis server{{{"appendonly", "yes"}, {"appendfsync", "always"}}};
    budget::ledger ledger{"redis", 2};
    redis::door door{redis::parse_connect_info(server.url(queue_database)).value()};
    testing::test_reactor home;
    redis::mux mux{home, ledger.open({"tasks.mux", 1, 1}).value(), door, {}};
    std::mt19937 random{11};

    ScheduleProcesses() { mux.start(); }
    ~ScheduleProcesses() override {
        home.run_blocking([&] { return mux.stop(soon()); });
        home.stop();
    }

    child spawn(const std::string& name, std::chrono::milliseconds ahead = 0ms) const {
        testing::program what;
        what.arguments = {HEADROOM_SCHEDULER, server.url(queue_database), name};
        what.environment = {{"LD_PRELOAD", HEADROOM_TEST_CLOCK},
                            {"HEADROOM_TEST_CLOCK_AHEAD_MS", std::to_string(ahead.count())}};
        return std::make_unique<testing::child_process>(what);
    }
    void add(schedule of) {
        home.run_blocking([&]() -> task<void> {
            schedule_source to(mux, {});
            const auto added = co_await to.add(std::move(of), soon());
            EXPECT_TRUE(added);
        });
    }
    void add_interval(const std::string& id) {
        schedule of;
        of.task_name = "demo:tick";
        of.schedule_id = id;
        of.interval = schedule_interval{1s};
        add(std::move(of));
    }
    void add_time(const std::string& id, std::chrono::milliseconds from_now) {
        schedule of;
        of.task_name = "demo:once";
        of.schedule_id = id;
        of.time = in_utc(std::chrono::floor<std::chrono::microseconds>(
                             std::chrono::system_clock::now()) + from_now);
        add(std::move(of));
    }
    std::int64_t number(redis::command what) {
        std::int64_t found = 0;
        home.run_blocking([&]() -> task<void> {
            found = (co_await mux.run(std::move(what), soon(), redis::sending::repeatable))
                        .number();
        });
        return found;
    }
    std::int64_t sent() { return number(redis::command("XLEN", "taskiq")); }
    /// How often each slot was sent, by schedule.
    using slots = std::map<std::string, std::map<std::int64_t, int>>;
    slots sent_slots() {
        slots made;
        home.run_blocking([&]() -> task<void> {
            const auto all = co_await mux.run(redis::command("XRANGE", "taskiq", "-", "+"),
                                              soon(), redis::sending::repeatable);
            for (const auto entry : all) {
                const auto message = read_message(entry[1][1].text()).value();
                const auto slot = parse_date_time(
                    text_of(message.labels, label_name::schedule_slot)).value();
                ++made[std::string(text_of(message.labels, label_name::schedule_id))]
                      [slot.wall / 1s];
            }
        });
        return made;
    }
    void expect_each_once_without_gaps(const slots& all) {
        for (const auto& [id, of] : all) {
            for (const auto& [slot, times] : of) EXPECT_EQ(times, 1) << id << " " << slot;
            EXPECT_EQ(of.rbegin()->first - of.begin()->first + 1, std::ssize(of)) << id;
        }
    }
    void pass(std::chrono::milliseconds time) const {
        eventually([] { return false; }, time);
    }
};

TEST_F(ScheduleProcesses, KilledFrozenAndWithWrongClocksFireEachSlotOnce) {
    const std::array<std::chrono::milliseconds, 5> ahead{-2000ms, 2000ms, -1h, 400ms, 24h};
    for (int i = 0; i < 10; ++i) add_interval(fmt::format("tick{}", i));
    for (int i = 0; i < 100; ++i) add_time(fmt::format("at{}", i), i * 80ms);
    std::vector<child> all;
    for (std::size_t i = 0; i < ahead.size(); ++i)
        all.push_back(spawn(fmt::format("s{}", i), ahead[i]));
    std::uniform_int_distribution<std::size_t> which(0, ahead.size() - 1);
    std::uniform_int_distribution<int> moment(20, 250);
    std::set<std::size_t> frozen;
    const auto begun = std::chrono::steady_clock::now();
    while (std::chrono::steady_clock::now() - begun < 9s) {
        pass(std::chrono::milliseconds(moment(random)));
        const auto i = which(random);
        if (frozen.erase(i) > 0) {
            all[i]->signal(SIGCONT);
        } else if (random() % 2 == 0 && frozen.size() < 3) {
            all[i]->signal(SIGSTOP);
            frozen.insert(i);
        } else {
            all[i]->signal(SIGKILL);
            all[i] = spawn(fmt::format("s{}", i), ahead[i]);
        }
    }
    for (const auto i : frozen) all[i]->signal(SIGCONT);
    EXPECT_TRUE(eventually([&] { return sent_slots().size() == 110; }));
    const auto found = sent_slots();
    expect_each_once_without_gaps(found);
    for (const auto& [id, of] : found)
        EXPECT_GE(of.size(), id.starts_with("tick") ? 9u : 1u) << id;
    // The clocks really were wrong.
    const auto now = std::chrono::system_clock::now().time_since_epoch() / 1ms;
    EXPECT_LT(number(redis::command("EVAL", "return tonumber(redis.call('GET', 'clock:s2'))", 0)),
              now - 3'000'000);
}

TEST_F(ScheduleProcesses, AnotherGoesOnAtOnceForOneThatIsKilled) {
    add_interval("tick");
    auto first = spawn("first");
    const auto second = spawn("second");
    ASSERT_TRUE(eventually([&] { return sent() >= 2; }));
    first->signal(SIGKILL);
    const auto before = sent();
    EXPECT_TRUE(eventually([&] { return sent() >= before + 2; }, 3s));
    expect_each_once_without_gaps(sent_slots());
}

TEST_F(ScheduleProcesses, AFlushOfTheCachesDatabaseDoesNotMatter) {
    add_interval("tick");
    const auto one = spawn("one");
    ASSERT_TRUE(eventually([&] { return sent() >= 1; }));
    EXPECT_EQ(server.ask({"-n", "0", "FLUSHDB"}), "OK\n");
    const auto before = sent();
    EXPECT_TRUE(eventually([&] { return sent() >= before + 2; }));
    expect_each_once_without_gaps(sent_slots());
}

TEST_F(ScheduleProcesses, ARestartOfRedisLosesNoSlot) {
    add_interval("tick");
    auto one = spawn("one");
    ASSERT_TRUE(eventually([&] { return sent() >= 1; }));
    server.crash();
    server.stop();
    server.start();
    const auto before = sent();
    EXPECT_TRUE(eventually([&] { return sent() >= before + 3; }, 20s));
    expect_each_once_without_gaps(sent_slots());
    EXPECT_TRUE(one->running());
}

TEST_F(ScheduleProcesses, HoldsOneConnectionAndStopsWhenTold) {
    for (int i = 0; i < 300; ++i) add_interval(fmt::format("tick{}", i));
    const auto one = spawn("one");
    ASSERT_TRUE(eventually([&] { return sent() >= 600; }));
    const auto clients = server.ask({"CLIENT", "LIST"});
    EXPECT_THAT(clients, ::testing::HasSubstr("name=a/schedule/one/tasks.mux"));
    std::size_t held = 0;
    for (auto at = clients.find("a/schedule/"); at != std::string::npos;
         at = clients.find("a/schedule/", at + 1))
        ++held;
    EXPECT_EQ(held, 1u) << clients;
    one->signal(SIGTERM);
    EXPECT_EQ(one->wait(5s), (testing::exit_status{0, 0}));
}

}  // namespace
}  // namespace headroom::tasks
