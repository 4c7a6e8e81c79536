#include "headroom/tasks/tasks_fixture.hpp"

#include "headroom/tasks/queue_control.hpp"

namespace headroom::tasks {
namespace {

class TaskRetries : public tasks_fixture {
protected:
    int runs = 0;

    /// Fails so many times, then succeeds.
    void fails(int times, handler_terms with = {}) {
        known.handle<>("demo:flaky", {}, [this, times](task_context&) -> task<int> {
            if (++runs <= times) throw task_failed("Flaky", "not yet");
            co_return runs;
        }, std::move(with));
    }
    static handler_terms rules(int tries) {
        return {.retries = backoff_rules({{"*", {.grows = backoff::growth::fixed,
                                                 .base = 20ms,
                                                 .full_jitter = false,
                                                 .tries_max = tries}}})};
    }
    task<std::string> send_labelled(label_set labels) {
        producer to(*mux, {});
        task_message what{producer::new_task_id(), "demo:flaky", std::move(labels), {}, {}};
        co_return (co_await to.enqueue(what, {}, soon())).value().task_id;
    }
};

TEST_F(TaskRetries, TriesAgainByRulesUntilItSucceeds) {
    fails(2, rules(5));
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto result = co_await result_of(co_await send("demo:flaky"));
            EXPECT_EQ(result.returned, value(3));
            EXPECT_EQ(of.figures().retried, 2u);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().in_hand == 0; }));
            EXPECT_EQ(co_await waiting(), 0);
        });
    });
}

TEST_F(TaskRetries, ByTaskiqsLabelsAtOnce) {
    fails(2);
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            label_set labels;
            labels.set("retry_on_error", value(true));
            labels.set("max_retries", value(3));
            labels.set("delay", value(0));
            const auto result = co_await result_of(co_await send_labelled(std::move(labels)));
            EXPECT_FALSE(result.is_error);
            EXPECT_EQ(*result.labels.find("_retries"), value(2));
        });
    });
}

TEST_F(TaskRetries, WithoutLabelsItFailsOnce) {
    fails(1);
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            EXPECT_TRUE((co_await result_of(co_await send("demo:flaky"))).is_error);
            EXPECT_EQ(runs, 1);
        });
    });
}

TEST_F(TaskRetries, WhatFailedForGoodIsADeadLetterAndCanBeSentAgain) {
    fails(2, rules(2));
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto id = co_await send("demo:flaky");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().dead == 1; }));
            EXPECT_TRUE((co_await result_of(id)).is_error);
            queue_control control(*mux, "taskiq");
            const auto letters = co_await control.dead_letters({}, 10, soon());
            EXPECT_EQ(letters.size(), 1u);
            EXPECT_EQ(letters.at(0).reason, "failed");
            EXPECT_EQ(letters.at(0).note, "Flaky: not yet");
            EXPECT_EQ(letters.at(0).task_id, id);
            EXPECT_EQ(letters.at(0).failures, 2u);
            EXPECT_TRUE(co_await control.requeue(letters[0].id, soon()));
            EXPECT_FALSE(co_await control.requeue(letters[0].id, soon()));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 1; }));
            EXPECT_EQ((co_await result_of(id)).returned, value(3));
            EXPECT_EQ((co_await control.facts(soon())).dead, 0u);
        });
    });
}

TEST_F(TaskRetries, TimeIsOverForACoroutineThatWaits) {
    known.handle<>("demo:hang", {}, [](task_context&) -> task<void> {
        co_await sleep_until(deadline::after(20s));
    }, {.timeout = 50ms});
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto first = co_await result_of(co_await send("demo:hang"));
            EXPECT_EQ(first.error.value().type, "TimeoutError");
            const auto second = co_await result_of(co_await send("demo:hang"));
            EXPECT_EQ(second.error.value().type, "TimeoutError");
        });
    });
}

TEST_F(TaskRetries, WhatNobodyCanRunIsADeadLetterWithItsReason) {
    inside([&]() -> task<void> {
        auto with = usual();
        with.payload_bytes_max = 500;
        co_await with_worker(with, [&](worker& of) -> task<void> {
            const auto add = [&](std::string field, std::string text) -> task<void> {
                co_await mux->run(redis::command("XADD", "taskiq", "*", field, text), soon());
            };
            co_await add("other", "x");
            co_await add("data", "{");
            co_await add("data", std::string(501, ' '));
            co_await add("data", R"({"task_id": "a", "task_name": "demo:none", "labels": {}, )"
                                 R"("args": [], "kwargs": {}})");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().dead == 4; }));
            queue_control control(*mux, "taskiq");
            std::vector<std::string> reasons;
            for (const auto& each : co_await control.dead_letters({}, 10, soon()))
                reasons.push_back(each.reason);
            EXPECT_THAT(reasons,
                        ElementsAre("no_data", "unparsable", "too_large", "unknown_task"));
            EXPECT_EQ(co_await waiting(), 0);
            EXPECT_EQ(co_await control.drop_all(soon()), 4u);
        });
    });
}

}  // namespace
}  // namespace headroom::tasks
