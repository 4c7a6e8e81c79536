#include "headroom/tasks/limits.hpp"

#include <limits>
#include <set>

#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

using wall = std::chrono::steady_clock;

TEST(RunLimits, AreWithinBoundsAndMeanSomething) {
    EXPECT_EQ(limits_fault({}), std::nullopt);
    EXPECT_EQ(limits_fault({.concurrent = 2, .per_second = 0.5, .burst = 3}), std::nullopt);
    EXPECT_EQ(limits_fault({.burst = 3}), "have per_second where they have burst");
    for (const run_limits wrong :
         {run_limits{.concurrent = concurrent_max + 1}, run_limits{.per_second = -1},
          run_limits{.per_second = 1e-9}, run_limits{.per_second = 1e9},
          run_limits{.per_second = std::numeric_limits<double>::quiet_NaN()},
          run_limits{.per_second = 1, .burst = burst_max + 1}})
        EXPECT_TRUE(limits_fault(wrong));
}

class TaskLimits : public tasks_fixture {
protected:
    int now = 0, most = 0, runs = 0;
    bool go = true;
    std::set<unsigned> deliveries;
    std::set<std::size_t> failures;

    /// Runs until `go` is set, and then a little.
    void limited(const std::string& name, run_limits to, std::chrono::milliseconds length = 2ms) {
        known.handle<>(name, {}, [this, length](task_context& on) -> task<void> {
            most = std::max(most, ++now);
            deliveries.insert(on.token().deliveries);
            failures.insert(on.message().labels.size());
            const auto until = deadline::after(length);
            while (!go || !until.passed()) {
                if (on.stopping().stop_requested()) break;
                co_await sleep_until(deadline::after(1ms));
            }
            --now;
            ++runs;
        }, {.limits = to});
    }
    task<void> send_many(std::string name, int count) {
        producer to(*mux, {});
        for (int i = 0; i < count; ++i) (void)co_await to.enqueue(name, std::tuple(), {}, soon());
    }
    task<std::int64_t> keys(std::string pattern) {
        const auto found = co_await mux->run(redis::command("KEYS", pattern), soon());
        co_return static_cast<std::int64_t>(found.size());
    }
    task<limit_facts> facts(std::string of = "") {
        queue_control control(*mux, "taskiq");
        const auto all = co_await control.facts(soon());
        for (const auto& each : all.limits)
            if (each.task == of) co_return each;
        throw std::runtime_error("no limit of " + of);
    }
    /// Several workers at once.
    task<void> with_workers(int count, worker_terms with, std::function<task<void>()> body) {
        std::vector<std::unique_ptr<worker>> all;
        for (int i = 0; i < count; ++i) {
            all.push_back(made(with));
            co_await all.back()->open(soon());
        }
        co_await testing::and_at_last(body, [&]() -> task<void> {
            for (const auto& each : all) co_await each->close(deadline::after(2s));
        });
    }
};

TEST_F(TaskLimits, NoMoreRunAtATimeThanTheTaskMayWhateverTheNumberOfWorkers) {
    limited("demo:two", {.concurrent = 2});
    inside([&]() -> task<void> {
        co_await send_many("demo:two", 60);
        co_await with_workers(3, usual(), [&]() -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 60; }, 30s));
        });
        EXPECT_EQ((co_await facts("demo:two")).running, 0u);
        EXPECT_EQ(most, 2);
        EXPECT_THAT(deliveries, ElementsAre(1u));  // nothing was counted against them
        EXPECT_THAT(failures, ElementsAre(0u));
        EXPECT_EQ(co_await waiting(), 0);
        for (const auto* each : {"{taskiq}:slots*", "{taskiq}:wait*", "{taskiq}:d", "{taskiq}:p"})
            EXPECT_EQ(co_await keys(each), 0) << each;
    });
}

TEST_F(TaskLimits, WhatMayNotBeginHoldsUpNothingBehindIt) {
    go = false;
    limited("demo:one", {.concurrent = 1});
    int others = 0;
    known.handle<>("demo:free", {}, [&](task_context&) -> task<void> {
        ++others;
        co_return;
    });
    inside([&]() -> task<void> {
        co_await send_many("demo:one", 50);
        co_await send_many("demo:free", 20);
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return others == 20; }, 20s));
            EXPECT_EQ(now, 1);
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().put_off >= 49; }));
            const auto shown = co_await facts("demo:one");
            EXPECT_EQ(shown.running, 1u);
            EXPECT_EQ(shown.waiting, 49u);
            EXPECT_GE(shown.refused, 49u);
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 50; }, 30s));
        });
        EXPECT_EQ(most, 1);
    });
}

TEST_F(TaskLimits, ARateIsKeptByAllWorkersTogetherAndAllowsItsBurst) {
    constexpr int count = 30;
    limited("demo:slow", {.per_second = 20, .burst = 10}, 0ms);
    inside([&]() -> task<void> {
        co_await send_many("demo:slow", count);
        const auto begun = wall::now();
        co_await with_workers(3, usual(), [&]() -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs >= 10; }, 20s));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == count; }, 30s));
        });
        // 20 of them waited for a token each; the bucket was full before the first worker asked.
        EXPECT_GE(wall::now() - begun, 950ms);
        EXPECT_THAT(deliveries, ElementsAre(1u));
        EXPECT_EQ(co_await keys("{taskiq}:wait*"), 0);
    });
}

TEST_F(TaskLimits, OfAQueueHoldForAllItsTasksAndWhatMayNotBeginIsNotFetched) {
    go = false;
    limited("demo:a", {});
    limited("demo:b", {});
    inside([&]() -> task<void> {
        for (int i = 0; i < 20; ++i) {
            co_await send_many("demo:a", 1);
            co_await send_many("demo:b", 1);
        }
        auto with = usual();
        with.queues = {{.name = "taskiq", .limits = {.concurrent = 3}}};
        co_await with_workers(2, with, [&]() -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return now == 3; }));
            (void)co_await eventually_on_reactor([&] { return now > 3; }, 200ms);
            // Each worker may have asked while the others' slots were free.
            EXPECT_LE((co_await facts()).refused, 3u);
            EXPECT_GE(co_await waiting(), 37 - 3);
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 40; }, 30s));
        });
        EXPECT_EQ(most, 3);
        EXPECT_EQ((co_await facts()).running, 0u);
    });
}

TEST_F(TaskLimits, AShutQueueHoldsUpNoOther) {
    go = false;
    limited("demo:held", {});
    int others = 0;
    known.handle<>("demo:free", {}, [&](task_context&) -> task<void> {
        ++others;
        co_return;
    });
    inside([&]() -> task<void> {
        producer shut(*mux, {.queue = "shut"}), free(*mux, {.queue = "free"});
        for (int i = 0; i < 10; ++i)
            (void)co_await shut.enqueue("demo:held", std::tuple(), {}, soon());
        auto with = usual();
        with.queues = {{.name = "shut", .weight = 9, .limits = {.concurrent = 1}}, {"free", 1}};
        co_await with_worker(with, [&](worker&) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return now == 1; }));
            for (int i = 0; i < 30; ++i)
                (void)co_await free.enqueue("demo:free", std::tuple(), {}, soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return others == 30; }));
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 10; }, 20s));
        });
        EXPECT_EQ(most, 1);
    });
}

TEST_F(TaskLimits, SlotsAreKeptAsLongAsTheirTasksRun) {
    go = false;
    limited("demo:one", {.concurrent = 1});
    inside([&]() -> task<void> {
        co_await send_many("demo:one", 2);
        auto with = usual();
        with.lease_ms = 300ms;
        co_await with_workers(2, with, [&]() -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return now == 1; }));
            (void)co_await eventually_on_reactor([&] { return now > 1; }, 1500ms);  // five leases
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 2; }, 20s));
        });
        EXPECT_EQ(most, 1);
    });
}

TEST_F(TaskLimits, ASlotOfOneThatIsGoneComesBackWithTheLease) {
    limited("demo:one", {.concurrent = 1});
    inside([&]() -> task<void> {
        // As if a worker had been killed just now.
        co_await mux->run(redis::command("EVAL",
                                         "local t = redis.call('TIME')[1] * 1000 + 600 "
                                         "return redis.call('ZADD', KEYS[1], t, '1-1 hr:dead')",
                                         1, "{taskiq}:slots:demo:one"),
                          soon());
        co_await send_many("demo:one", 5);
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 5; }, 20s));
            EXPECT_GE(of.figures().put_off, 1u);
        });
        EXPECT_EQ(most, 1);
    });
}

TEST_F(TaskLimits, ATaskThatWaitsForItsTurnCanBeCancelled) {
    go = false;
    limited("demo:one", {.concurrent = 1});
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            (void)co_await send("demo:one");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return now == 1; }));
            const auto id = co_await send("demo:one");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().put_off == 1; }));
            EXPECT_TRUE(co_await control.cancel(id, soon()));
            EXPECT_EQ((co_await result_of(id)).error.value().type, "TaskCancelledError");
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
        });
        EXPECT_EQ(most, 1);
    });
}

TEST_F(TaskLimits, TwoTasksOfOneIdAreBothPutOffAndBothRun) {
    limited("demo:one", {.concurrent = 1}, 30ms);
    inside([&]() -> task<void> {
        producer to(*mux, {});
        for (int i = 0; i < 6; ++i)
            (void)co_await to.enqueue(task_message{"same", "demo:one", {}, {}, {}}, {}, soon());
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 6; }, 20s));
        });
    });
}

TEST_F(TaskLimits, AFailureKeepsItsCountWhenItsNextTryIsPutOff) {
    int tries = 0;
    known.handle<>("demo:fail", {}, [&](task_context&) -> task<void> {
        ++tries;
        co_await sleep_until(deadline::after(20ms));
        throw std::runtime_error("again");
    }, {.retries = backoff_rules({{"*", {.base = 1ms, .most = 1ms, .tries_max = 3}}}),
        .limits = {.concurrent = 1}});
    inside([&]() -> task<void> {
        co_await send_many("demo:fail", 4);
        queue_control control(*mux, "taskiq");
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto all_failed = [&] { return of.figures().dead == 4; };
            EXPECT_TRUE(co_await eventually_on_reactor(all_failed, 20s));
        });
        EXPECT_EQ(tries, 12);
        for (const auto& each : co_await control.dead_letters({}, 10, soon()))
            EXPECT_EQ(each.failures, 3u);
    });
}

TEST_F(TaskLimits, OfTheWorkersTermsReplaceThoseOfTheHandler) {
    limited("demo:one", {.concurrent = 1});
    inside([&]() -> task<void> {
        auto with = usual();
        with.limits = {{"demo:one", {.concurrent = 4}}};
        go = false;
        co_await send_many("demo:one", 8);
        co_await with_worker(with, [&](worker&) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return now == 4; }));
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 8; }, 20s));
        });
        EXPECT_EQ(most, 4);
    });
}

}  // namespace
}  // namespace headroom::tasks
