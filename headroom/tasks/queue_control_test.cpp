#include "headroom/tasks/queue_control.hpp"

#include "headroom/tasks/result_waiter.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

class TaskControl : public tasks_fixture {
protected:
    int runs = 0, stopped = 0;

    void waits() {
        known.handle<>("demo:wait", {}, [this](task_context& on) -> task<void> {
            ++runs;
            while (!on.stopping().stop_requested()) co_await sleep_until(deadline::after(5ms));
            ++stopped;
            throw std::runtime_error("told to stop");
        });
    }
    void counts() {
        known.handle<>("demo:run", {}, [this](task_context&) -> task<void> {
            ++runs;
            co_return;
        });
    }
};

TEST_F(TaskControl, ATaskCancelledWhileItWaitsNeverRuns) {
    counts();
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        const auto first = co_await send("demo:run"), second = co_await send("demo:run");
        EXPECT_TRUE(co_await control.cancel(first, soon()));
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            EXPECT_EQ((co_await result_of(first)).error.value().type, "TaskCancelledError");
            EXPECT_FALSE((co_await result_of(second)).is_error);
            EXPECT_EQ(runs, 1);
            EXPECT_EQ(of.figures().cancelled, 1u);
            EXPECT_EQ((co_await control.facts(soon())).cancelled, 0u);
        });
    });
}

TEST_F(TaskControl, CancelledRightAfterItWasSentItDoesNotRunInARunningWorkerEither) {
    counts();
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        auto with = usual();
        with.look_ms = 10s;  // nothing but the reads themselves can tell it
        co_await with_worker(with, [&](worker& of) -> task<void> {
            for (int i = 0; i < 200; ++i) {
                const auto id = producer::new_task_id();
                EXPECT_TRUE(co_await control.cancel(id, soon()));
                producer to(*mux, {});
                (void)co_await to.enqueue(task_message{id, "demo:run", {}, {}, {}}, {}, soon());
            }
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().cancelled == 200; }));
            EXPECT_EQ(runs, 0);
        });
    });
}

TEST_F(TaskControl, ATaskThatRunsIsToldToStop) {
    waits();
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto id = co_await send("demo:wait");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
            EXPECT_TRUE(co_await control.cancel(id, soon()));
            EXPECT_EQ((co_await result_of(id)).error.value().type, "TaskCancelledError");
            EXPECT_EQ(runs, 1);
        });
    });
}

TEST_F(TaskControl, ADelayedTaskEndsAtOnceWhenItIsCancelled) {
    counts();
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto id = co_await send("demo:run", {}, {.delay = 10min});
            EXPECT_TRUE(co_await control.cancel(id, soon()));
            EXPECT_EQ((co_await result_of(id)).error.value().type, "TaskCancelledError");
            EXPECT_EQ(runs, 0);
        });
    });
}

TEST_F(TaskControl, MarksAreBounded) {
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        co_await mux->run(redis::command("EVAL",
                                         "local t = redis.call('TIME')[1] * 1000 "
                                         "for i = 1, tonumber(ARGV[1]) do "
                                         "redis.call('ZADD', KEYS[1], t, i) end",
                                         1, "{taskiq}:x", cancels_max - 1),
                          soon());
        EXPECT_TRUE(co_await control.cancel("last", soon()));
        EXPECT_FALSE(co_await control.cancel("one more", soon()));
    });
}

TEST_F(TaskControl, APausedQueueIsNotReadAndStaysPaused) {
    counts();
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            co_await control.pause(soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().paused; }, 1s));
            (void)co_await send("demo:run");
            (void)co_await eventually_on_reactor([] { return false; }, 100ms);
            EXPECT_EQ(runs, 0);
        });
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            EXPECT_TRUE(of.figures().paused);
            const auto facts = co_await control.facts(soon());
            EXPECT_TRUE(facts.paused);
            EXPECT_EQ(facts.length, 1u);
            co_await control.resume(soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }, 2s));
        });
    });
}

TEST_F(TaskControl, FactsOfAQueueNobodyHasUsedAreZero) {
    inside([&]() -> task<void> {
        queue_control control(*mux, "never");
        const auto facts = co_await control.facts(soon());
        EXPECT_EQ(facts.length + facts.in_hand + facts.delayed + facts.dead + facts.consumers, 0u);
        EXPECT_THAT(co_await control.dead_letters({}, 10, soon()), IsEmpty());
        EXPECT_FALSE(co_await control.drop({1, 0}, soon()));
        EXPECT_FALSE(co_await control.requeue({1, 0}, soon()));
    });
}

}  // namespace
}  // namespace headroom::tasks
