#include "headroom/tasks/result_waiter.hpp"

#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

class TaskResults : public tasks_fixture {
protected:
    void adds() {
        known.handle<int, int>("demo:add", {"a", "b"},
                               [](task_context&, int a, int b) -> task<int> { co_return a + b; });
    }
    /// With a connection that listens, shared by the worker and whoever waits.
    void with_push(std::function<task<void>(redis::subscriptions&)> body) {
        inside([&]() -> task<void> {
            redis::push_terms with;
            with.options.name = "a/b/0badcafe/persistence.redis_push";
            redis::subscriptions push(*reactor::current(),
                                      ledger.open({"persistence.redis_push", 1, 1}).value(), door,
                                      with);
            push.start();
            co_await push.up(soon());
            co_await testing::and_at_last([&] { return body(push); },
                                          [&] { return push.stop(soon()); });
        });
    }
};

TEST_F(TaskResults, AThousandWaitersAreWokenOverOneConnection) {
    adds();
    with_push([&](redis::subscriptions& push) -> task<void> {
        result_store results(*mux, {.format = serializer::json});
        result_waiter waiter(*reactor::current(), results, &push,
                             {.look_pushed_least_ms = 20s, .look_pushed_most_ms = 20s});
        co_await waiter.open(soon());
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            int right = 0;
            producer to(*mux, {});
            for (int i = 0; i < 1'000; ++i)
                reactor::current()->spawn([&, i]() -> task<void> {
                    const auto sent = co_await to.enqueue(
                        "demo:add", std::tuple(i, 1), {.wake_channel = waiter.channel()}, soon());
                    const auto result = co_await waiter.wait(sent.value().task_id, soon());
                    right += result.returned == value(i + 1);
                });
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 1'000; }));
            EXPECT_EQ(ledger.held(), 3u);
            EXPECT_EQ(push.figures().connects, 1u);
        });
    });
}

TEST_F(TaskResults, WithoutPushTheyAreLookedFor) {
    adds();
    inside([&]() -> task<void> {
        result_store results(*mux, {.format = serializer::json});
        result_waiter waiter(*reactor::current(), results, nullptr);
        co_await waiter.open(soon());
        EXPECT_EQ(waiter.channel(), "");
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto id = co_await send("demo:add", std::tuple(1, 2));
            EXPECT_EQ((co_await waiter.wait(id, soon())).returned, value(3));
        });
    });
}

TEST_F(TaskResults, AWaitEndsAtItsDeadlineAndWaitersAreBounded) {
    inside([&]() -> task<void> {
        result_store results(*mux, {});
        result_waiter waiter(*reactor::current(), results, nullptr, {.waiters_max = 1});
        bool late = false;
        reactor::current()->spawn([&]() -> task<void> {
            try {
                (void)co_await waiter.wait("never", deadline::after(100ms));
            } catch (const persistence::deadline_passed&) {
                late = true;
            }
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiter.waiting() == 1; }));
        bool refused = false;
        try {
            (void)co_await waiter.wait("never", soon());
        } catch (const too_many_waiters&) {
            refused = true;
        }
        EXPECT_TRUE(refused);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return late; }));
        EXPECT_EQ(waiter.waiting(), 0u);
    });
}

TEST_F(TaskResults, AreStoredInBothFormatsWithATimeToLive) {
    inside([&]() -> task<void> {
        for (const auto format : {serializer::json, serializer::pickle}) {
            result_store results(*mux, {.prefix = "res", .format = format, .ttl = 60s});
            task_result of;
            of.returned = value("done");
            EXPECT_FALSE(co_await results.ready("a", soon()));
            co_await results.put("a", of, soon());
            EXPECT_TRUE(co_await results.ready("a", soon()));
            EXPECT_EQ((co_await results.get("a", soon())).value().returned, value("done"));
            EXPECT_GT(co_await number(redis::command("PTTL", "res:a")), 50'000);
            EXPECT_TRUE(co_await results.take("a", soon()));
            EXPECT_FALSE(co_await results.get("a", soon()));
            co_await results.put_progress("a", {"STARTED", value(7)}, soon());
            EXPECT_EQ((co_await results.progress("a", soon())).value().meta, value(7));
        }
    });
}

TEST_F(TaskResults, WhatIsNoResultIsSaidToBeNone) {
    inside([&]() -> task<void> {
        result_store results(*mux, {});
        co_await mux->run(redis::command("SET", "a", "secret"), soon());
        std::string why;
        try {
            (void)co_await results.get("a", soon());
        } catch (const result_unreadable& failed) {
            why = failed.what();
        }
        EXPECT_FALSE(why.empty());
        EXPECT_THAT(why, ::testing::Not(HasSubstr("secret")));
    });
}

TEST_F(TaskResults, ARunningTaskIsStoppedWithin50MsOfItsCancel) {
    std::chrono::steady_clock::time_point asked, told;
    known.handle<>("demo:wait", {}, [&](task_context& on) -> task<void> {
        std::stop_callback when(on.stopping(), [&] { told = std::chrono::steady_clock::now(); });
        co_await sleep_until(deadline::after(20s));
    });
    with_push([&](redis::subscriptions& push) -> task<void> {
        auto with = usual();
        with.look_ms = 10s;
        const auto one = std::make_unique<worker>(
            worker_ground{.io = *reactor::current(),
                          .handlers = *reactor::current(),
                          .mux = *mux,
                          .door = door,
                          .reader = ledger.open({"tasks.reader", 1, 1}).value(),
                          .push = &push},
            known, with);
        co_await one->open(soon());
        const auto id = co_await send("demo:wait");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->figures().running == 1; }));
        queue_control control(*mux, "taskiq");
        asked = std::chrono::steady_clock::now();
        EXPECT_TRUE(co_await control.cancel(id, soon()));
        EXPECT_EQ((co_await result_of(id)).error.value().type, "TaskCancelledError");
        EXPECT_LT(told - asked, with.look_ms / 2) << "told, not found by a look";
        co_await control.pause(soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->figures().paused; }, 1s));
        co_await one->close(soon());
    });
}

}  // namespace
}  // namespace headroom::tasks
