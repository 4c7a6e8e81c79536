#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

class TaskDelays : public tasks_fixture {
protected:
    std::vector<int> ran;
    void notes() {
        known.handle<int>("demo:note", {"n"}, [this](task_context&, int n) -> task<void> {
            ran.push_back(n);
            co_return;
        });
    }
};

TEST_F(TaskDelays, RunsWhenItIsDueAndNotBefore) {
    notes();
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto begun = deadline::clock::now();
            (void)co_await send("demo:note", std::tuple(2), {.delay = 600ms});
            (void)co_await send("demo:note", std::tuple(1), {.delay = 300ms});
            queue_control control(*mux, "taskiq");
            EXPECT_GE((co_await control.facts(soon())).delayed, 1u);
            for (const int n : {1, 2}) {
                EXPECT_TRUE(
                    co_await eventually_on_reactor([&] { return std::ssize(ran) == n; }));
                // A millisecond is what the server's clock cuts off.
                EXPECT_GE(deadline::clock::now() - begun, n * 300ms - 1ms);
            }
            EXPECT_THAT(ran, ElementsAre(1, 2));
            // It may run before the server's word of it has come.
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().promoted == 2; }));
        });
    });
}

TEST_F(TaskDelays, AThousandDueAtOnceAllRun) {
    notes();
    inside([&]() -> task<void> {
        for (int i = 0; i < 1'000; ++i)
            (void)co_await send("demo:note", std::tuple(i), {.delay = 1ms});
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ran.size() == 1'000; }));
            queue_control control(*mux, "taskiq");
            const auto facts = co_await control.facts(soon());
            EXPECT_EQ(facts.delayed, 0u);
            EXPECT_EQ(co_await number(redis::command("HLEN", "{taskiq}:p")), 0);
        });
    });
}

TEST_F(TaskDelays, ATaskIsKnownUntilItIsDone) {
    notes();
    inside([&]() -> task<void> {
        const sending_terms unique{
            .dedup_key = "n", .dedup_window = 60s, .dedup_until_done = true};
        producer to(*mux, {});
        const auto first = co_await to.enqueue("demo:note", std::tuple(1), unique, soon());
        const auto second = co_await to.enqueue("demo:note", std::tuple(2), unique, soon());
        EXPECT_EQ(second.value().is, sent_task::state::known);
        EXPECT_EQ(second->task_id, first.value().task_id);
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 1; }));
            const auto third = co_await to.enqueue("demo:note", std::tuple(3), unique, soon());
            EXPECT_EQ(third.value().is, sent_task::state::queued);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 2; }));
        });
        EXPECT_THAT(ran, ElementsAre(1, 3));
    });
}

}  // namespace
}  // namespace headroom::tasks
