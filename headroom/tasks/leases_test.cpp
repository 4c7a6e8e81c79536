#include "headroom/tasks/tasks_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::tasks {
namespace {

class TaskLeases : public tasks_fixture {
protected:
    std::atomic<int> runs = 0;
    std::vector<std::string> stopped;  // tokens of those that were told to

    /// A task whose first run lasts until it is told to stop.
    void is_held() {
        known.handle<>("demo:held", {}, [&](task_context& on) -> task<int> {
            const int run = ++runs;
            const std::stop_callback told(on.stopping(),
                                          [&] { stopped.push_back(on.token().text()); });
            if (run == 1) co_await sleep_until(deadline::after(20s));
            co_return run;
        });
    }
    /// As if its worker had slept for a lease: somebody else has the one task that is pending, and
    /// hands it on at once. Answers which entry it was.
    task<std::string> take_away() {
        const auto pending = co_await mux->run(
            redis::command("XPENDING", "taskiq", "taskiq", "-", "+", 1), soon());
        const std::string entry(pending[0][0].text());
        co_await mux->run(redis::command("XCLAIM", "taskiq", "taskiq", "hr:returned", 0, entry,
                                         "IDLE", 60'000, "JUSTID"),
                          soon());
        co_return entry;
    }
};

TEST_F(TaskLeases, ATaskOfManyLeasesRunsOnceWhileASiblingLooks) {
    known.handle<>("demo:long", {}, [&](task_context&) -> task<void> {
        ++runs;
        co_await sleep_until(deadline::after(3s));
    });
    inside([&]() -> task<void> {
        auto with = usual("one");
        with.lease_ms = 300ms;
        co_await with_worker(with, [&](worker& one) -> task<void> {
            (void)co_await send("demo:long");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
            auto sibling = usual("two");
            sibling.lease_ms = 300ms;
            co_await with_worker(sibling, [&](worker& two) -> task<void> {
                EXPECT_TRUE(
                    co_await eventually_on_reactor([&] { return one.figures().done == 1; }));
                EXPECT_EQ(two.figures().reclaimed, 0u);
            });
            EXPECT_EQ(runs, 1);
            EXPECT_GE(one.figures().renewals, 10u);
        });
    });
}

TEST_F(TaskLeases, AHandlerThatBlocksItsThreadIsNotRunTwice) {
    known.handle<>("demo:block", {}, [&](task_context&) -> task<void> {
        ++runs;
        testing::eventually([] { return false; }, 1'500ms);  // a coroutine that should not
        co_return;
    });
    inside([&]() -> task<void> {
        auto with = usual();
        with.lease_ms = 300ms;
        const auto one = made(with, true), two = made(with, true);
        co_await one->open(soon());
        co_await two->open(soon());
        (void)co_await send("demo:block");
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return one->figures().done + two->figures().done == 1; }));
        EXPECT_EQ(runs, 1);
        co_await one->close(soon());
        co_await two->close(soon());
    });
}

TEST_F(TaskLeases, WhoLostATaskIsToldToStopAndNotBelieved) {
    is_held();
    inside([&]() -> task<void> {
        auto full = usual("loser");
        full.concurrency = 1;  // so that it does not take the task again itself
        full.prefetch = 0;
        co_await with_worker(full, [&](worker& one) -> task<void> {
            const auto id = co_await send("demo:held");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
            const auto entry = co_await take_away();
            co_await with_worker(usual("winner"), [&](worker& two) -> task<void> {
                EXPECT_EQ((co_await result_of(id)).returned, value(2));
                EXPECT_TRUE(co_await eventually_on_reactor(
                    [&] { return two.figures().done == 1 && one.figures().lost == 1; }));
                EXPECT_EQ((co_await result_of(id)).returned, value(2));
                EXPECT_EQ(one.figures().done, 0u);
            });
            EXPECT_THAT(stopped, ElementsAre(entry + "/1"));
        });
    });
}

TEST_F(TaskLeases, WhoTakesBackWhatItLostDoesNotBelieveItsEarlierRun) {
    is_held();
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& one) -> task<void> {
            const auto id = co_await send("demo:held");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
            const auto entry = co_await take_away();
            EXPECT_EQ((co_await result_of(id)).returned, value(2));
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return one.figures().done == 1 && one.figures().lost == 1; }));
            EXPECT_THAT(stopped, ElementsAre(entry + "/1"));
            EXPECT_EQ((co_await result_of(id)).returned, value(2));
        });
    });
}

TEST_F(TaskLeases, AnEntryWhoseDeliveryGotLostIsFoundByTheSameWorker) {
    known.handle<>("demo:run", {}, [&](task_context&) -> task<void> {
        ++runs;
        co_return;
    });
    inside([&]() -> task<void> {
        auto with = usual();
        co_await with_worker(with, [&](worker& of) -> task<void> {
            co_await mux->run(redis::command("SET", "{taskiq}:paused", "1"), soon());
            co_await mux->run(redis::command("INCR", "{taskiq}:v"), soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().paused; }));
            (void)co_await send("demo:run");
            // Its own read, whose answer nobody sees.
            co_await mux->run(redis::command("XREADGROUP", "GROUP", "taskiq", of.consumer(),
                                             "COUNT", 1, "STREAMS", "taskiq", ">"),
                              soon());
            co_await mux->run(redis::command("DEL", "{taskiq}:paused"), soon());
            co_await mux->run(redis::command("INCR", "{taskiq}:v"), soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 1; }));
            EXPECT_EQ(of.figures().reclaimed, 1u);
        });
    });
}

TEST_F(TaskLeases, HandlersGoOnWhileRedisIsAwayAndTheirEndsAreTold) {
    bool go = false;
    known.handle<>("demo:wait", {}, [&](task_context&) -> task<int> {
        while (!go) co_await sleep_until(deadline::after(5ms));
        co_return ++runs;
    });
    inside([&]() -> task<void> {
        auto with = usual();
        with.lease_ms = 15s;
        co_await with_worker(with, [&](worker& of) -> task<void> {
            std::vector<std::string> ids;
            for (int i = 0; i < 10; ++i) ids.push_back(co_await send("demo:wait"));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().running == 10; }));
            for (int i = 0; i < 5; ++i) {
                server.freeze();
                (void)co_await eventually_on_reactor([] { return false; }, 20ms);
                server.thaw();
                for (const auto* type : {"normal", "master"})
                    server.ask({"CLIENT", "KILL", "TYPE", type});
            }
            server.freeze();
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 10; }));
            server.thaw();
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 10; }));
            for (const auto& each : ids) EXPECT_FALSE((co_await result_of(each)).is_error);
            EXPECT_EQ(runs, 10);
            EXPECT_EQ(co_await waiting(), 0);
        });
    });
}

TEST_F(TaskLeases, NobodyHoldsMoreThanHisPlaces) {
    known.handle<>("demo:slow", {}, [&](task_context&) -> task<void> {
        co_await sleep_until(deadline::after(20ms));
    });
    inside([&]() -> task<void> {
        auto with = usual();
        with.concurrency = 1;
        with.prefetch = 0;
        with.lease_ms = 15s;
        std::vector<std::unique_ptr<worker>> all;
        for (int i = 0; i < 4; ++i) {
            all.push_back(made(with));
            co_await all.back()->open(soon());
        }
        for (int i = 0; i < 80; ++i) (void)co_await send("demo:slow");
        const auto done = [&] {
            std::uint64_t sum = 0;
            for (const auto& each : all) {
                EXPECT_LE(each->figures().in_hand, 3u);  // one runs, others are being told
                sum += each->figures().done;
            }
            return sum == 80;
        };
        EXPECT_TRUE(co_await eventually_on_reactor(done));
        std::vector<std::uint64_t> each;
        for (const auto& one : all) each.push_back(one->figures().done);
        const auto [least, most] = std::ranges::minmax(each);
        EXPECT_LE(static_cast<double>(most), 1.5 * static_cast<double>(least));
        for (const auto& one : all) co_await one->close(soon());
    });
}

}  // namespace
}  // namespace headroom::tasks
