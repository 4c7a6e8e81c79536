#include "headroom/tasks/worker.hpp"

#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

class TaskWorker : public tasks_fixture {};

TEST_F(TaskWorker, RunsATaskAndStoresItsResult) {
    known.handle<int, int>("demo:add", {"a", "b"},
                           [](task_context&, int a, int b) -> task<int> { co_return a + b; });
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto id = co_await send("demo:add", std::tuple(2, 3));
            const auto result = co_await result_of(id);
            EXPECT_FALSE(result.is_error);
            EXPECT_EQ(result.returned, value(5));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 1; }));
            EXPECT_EQ(co_await waiting(), 0);  // nothing stays behind
        });
    });
}

TEST_F(TaskWorker, RunsWhatBlocksOnAThread) {
    known.handle<std::string>("demo:block", {"text"},
                              [](task_context&, const std::string& text) {
                                  EXPECT_NE(worker_pool::current(), nullptr);
                                  return text + "!";
                              });
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto id = co_await send("demo:block", std::tuple(std::string("hey")));
            EXPECT_EQ((co_await result_of(id)).returned, value("hey!"));
        });
    });
}

TEST_F(TaskWorker, AFailureIsTheResult) {
    known.handle<>("demo:fail", {}, [](task_context&) -> task<void> {
        throw task_failed("ValueError", "no such thing", "builtins");
        co_return;
    });
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            const auto result = co_await result_of(co_await send("demo:fail"));
            EXPECT_TRUE(result.is_error);
            EXPECT_EQ(result.error.value().type, "ValueError");
            EXPECT_THAT(result.error.value().arguments, ElementsAre(value("no such thing")));
        });
    });
}

TEST_F(TaskWorker, HoldsTwoConnectionsForAThousandTasksInFlight) {
    bool go = false;
    known.handle<>("demo:wait", {}, [&](task_context&) -> task<void> {
        while (!go) co_await sleep_until(deadline::after(20ms));
    });
    inside([&]() -> task<void> {
        auto with = usual();
        with.concurrency = 1000;
        with.lease_ms = 15s;
        co_await with_worker(with, [&](worker& of) -> task<void> {
            for (int i = 0; i < 1000; ++i) (void)co_await send("demo:wait");
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().running == 1000; }));
            const auto clients = co_await mux->run(redis::command("CLIENT", "LIST"), soon());
            EXPECT_EQ(std::ranges::count(clients.text(), '\n'), 2) << clients.text();
            EXPECT_EQ(ledger.held(), 2u);
            go = true;
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().done == 1000; }));
        });
    });
}

TEST_F(TaskWorker, GivesBackWhatHasNotBegunAndLeavesNothingBehind) {
    known.handle<>("demo:wait", {}, [&](task_context& on) -> task<void> {
        while (!on.stopping().stop_requested()) co_await sleep_until(deadline::after(20ms));
    });
    inside([&]() -> task<void> {
        auto with = usual("first");
        with.concurrency = 1;
        with.prefetch = 20;
        with.lease_ms = 15s;
        const auto one = made(with);
        for (int i = 0; i < 10; ++i) (void)co_await send("demo:wait");
        co_await one->open(soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one->figures().running > 0; }));
        co_await one->close(deadline::after(50ms));
        const auto pending = co_await mux->run(
            redis::command("XPENDING", "taskiq", "taskiq", "-", "+", 100), soon());
        EXPECT_EQ(pending.size(), 10u);
        for (const auto row : pending) {
            EXPECT_EQ(row[1].text(), returned_consumer);
            EXPECT_GE(row[2].number(), 15'000);
            EXPECT_EQ(row[3].number(), 0);
        }
        const auto consumers = co_await mux->run(
            redis::command("XINFO", "CONSUMERS", "taskiq", "taskiq"), soon());
        EXPECT_EQ(consumers.size(), 1u);
    });
}

TEST_F(TaskWorker, ForgetsWorkersThatAreGoneAndHoldNothing) {
    inside([&]() -> task<void> {
        const auto run = [&](redis::command what) { return mux->run(std::move(what), soon()); };
        co_await run(redis::command("XGROUP", "CREATE", "taskiq", "taskiq", "0", "MKSTREAM"));
        for (const auto* each : {"hr:gone-1", "hr:holds-1", "python"})
            co_await run(redis::command("XGROUP", "CREATECONSUMER", "taskiq", "taskiq", each));
        co_await run(redis::command("XADD", "taskiq", "*", "data", "{"));
        co_await run(redis::command("XREADGROUP", "GROUP", "taskiq", "hr:holds-1", "STREAMS",
                                    "taskiq", ">"));
        auto with = usual();
        with.lease_ms = 15s;
        with.forget_ms = 0ms;
        co_await with_worker(with, [&](worker&) -> task<void> {
            const auto said =
                co_await run(redis::command("XINFO", "CONSUMERS", "taskiq", "taskiq"));
            std::vector<std::string> names;
            for (const auto each : said) names.emplace_back(each.find("name").value().text());
            EXPECT_THAT(names, ElementsAre("hr:holds-1", "python"));
        });
    });
}

}  // namespace
}  // namespace headroom::tasks
