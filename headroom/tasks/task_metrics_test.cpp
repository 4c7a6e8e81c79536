#include "headroom/tasks/task_metrics.hpp"

#include <fmt/format.h>

#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using ::testing::Not;

TEST(TaskMetrics, ATaskNobodyKnowsIsUnknownWhateverItCallsItself) {
    observability::metrics all;
    task_metrics to(all, {"demo:add"}, {"taskiq"});
    to.ended("demo:add", task_outcome::succeeded, 3ms);
    to.ended("demo:put", task_outcome::put_off, 0ms);
    to.ended("user-4711", task_outcome::dead, 0ms);
    to.received("taskiq", 3);
    to.received("another", 3);
    const auto text = all.text();
    for (const auto* each : {R"(ended_total{outcome="succeeded",task="demo:add"} 1)",
                             R"(ended_total{outcome="failed",task="demo:add"} 0)",
                             R"(ended_total{outcome="put_off",task="unknown"} 1)",
                             R"(ended_total{outcome="dead",task="unknown"} 1)",
                             R"(duration_seconds_count{task="demo:add"} 1)",
                             R"(duration_seconds_count{task="unknown"} 0)",
                             R"(received_total{queue="taskiq"} 3)"})
        EXPECT_THAT(text, HasSubstr(std::string("\nheadroom_task_") + each + "\n"));
    EXPECT_THAT(text, Not(HasSubstr("user-4711")));
    EXPECT_THAT(text, Not(HasSubstr("another")));
}

TEST(TaskMetrics, OfAThousandTasksAHundredAreNamed) {
    observability::metrics all;
    std::vector<std::string> names;
    for (int i = 0; i < 1'000; ++i) names.push_back(fmt::format("demo:{:04}", i));
    task_metrics to(all, names, {"taskiq"});
    to.ended("demo:0999", task_outcome::succeeded, 1ms);
    const auto text = all.text();
    EXPECT_THAT(text, HasSubstr(R"(task="demo:0099")"));
    EXPECT_THAT(text, Not(HasSubstr(R"(task="demo:0100")")));
    EXPECT_THAT(text, HasSubstr(R"(ended_total{outcome="succeeded",task="other"} 1)"));
}

class TaskMetricsOfAWorker : public tasks_fixture {};

TEST_F(TaskMetricsOfAWorker, CountEachDeliveryByWhatItCameTo) {
    int tries = 0;
    known.handle<>("demo:fail", {}, [&](task_context&) -> task<void> {
        ++tries;
        throw std::runtime_error("no");
        co_return;
    }, {.retries = backoff_rules({{"*", {.base = 1ms, .most = 1ms, .tries_max = 2}}})});
    known.handle<>("demo:run", {}, [](task_context&) -> task<void> { co_return; });
    observability::metrics all;
    task_metrics counts(all, known.names(), {"taskiq"});
    const auto shows = [&](const char* outcome, const char* task) {
        return all.text().contains(
            fmt::format("ended_total{{outcome=\"{}\",task=\"{}\"}} 1\n", outcome, task));
    };
    inside([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        const auto id = co_await send("demo:run");
        (void)co_await control.cancel(id, soon());
        metrics = &counts;
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            (void)co_await send("demo:run");
            (void)co_await send("demo:fail");
            EXPECT_TRUE(co_await eventually_on_reactor([&] {
                return shows("succeeded", "demo:run") && shows("cancelled", "demo:run") &&
                       shows("retried", "demo:fail") && shows("dead", "demo:fail");
            })) << all.text();
        });
    });
    EXPECT_EQ(tries, 2);
    EXPECT_THAT(all.text(), HasSubstr("headroom_task_received_total{queue=\"taskiq\"} 4\n"));
}

}  // namespace
}  // namespace headroom::tasks
