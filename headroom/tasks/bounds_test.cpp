#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

/// What others put into a queue is of any size.
class TaskBounds : public tasks_fixture {
protected:
    static constexpr std::int64_t huge_bytes = 100 << 20;

    int runs = 0;

    /// A server that moves a hundred megabytes is silent for a while.
    static redis::mux_terms patient() {
        auto with = quick();
        with.options.abandon_grace_ms = 20s;
        with.ping_ms_max = 20s;
        return with;
    }
    void counts() {
        known.handle<>("demo:run", {}, [this](task_context&) -> task<void> {
            ++runs;
            co_return;
        });
        known.handle<std::string>("demo:long", {"text"},
                                  [this](task_context&, const std::string&) -> task<void> {
                                      ++runs;
                                      co_return;
                                  });
    }
    /// So many entries of so many bytes each, made by the server itself.
    task<void> add_filled(int entries, std::int64_t bytes) {
        co_await mux->run(
            redis::command("EVAL",
                           "local text = 'x' while #text < tonumber(ARGV[2]) do "
                           "text = text .. text end text = string.sub(text, 1, ARGV[2]) "
                           "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', "
                           "'data', '{\"task_id\": \"' .. i .. '\", \"task_name\": \"demo:long\", "
                           "\"labels\": {}, \"args\": [\"' .. text .. '\"], \"kwargs\": {}}') end",
                           1, "taskiq", entries, bytes),
            deadline::after(60s));
    }
};

TEST_F(TaskBounds, AMessageOfAHundredMegabytesIsADeadLetterAndOthersRun) {
    counts();
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            (void)co_await send("demo:run");
            co_await add_filled(1, huge_bytes);
            (void)co_await send("demo:run");
            const auto is_dead = [&] { return of.figures().dead == 1; };
            EXPECT_TRUE(co_await eventually_on_reactor(is_dead, 60s));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 2; }));
            queue_control control(*mux, "taskiq");
            const auto until = deadline::after(60s);  // such a message is copied at length
            const auto letters = co_await control.dead_letters({}, 10, until);
            EXPECT_EQ(letters.size(), 1u);
            EXPECT_EQ(letters.at(0).reason, "too_large");
            EXPECT_THAT(letters.at(0).note, HasSubstr("at most 1048576"));
            EXPECT_EQ(letters.at(0).data, "");
            // Its message never came here, and is whole all the same.
            co_await control.pause(until);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().paused; }));
            EXPECT_TRUE(co_await control.requeue(letters.at(0).id, until));
            EXPECT_GT(co_await number(redis::command("MEMORY", "USAGE", "taskiq")), huge_bytes);
            EXPECT_EQ(mux->figures().connects, 1u);
        });
    }, patient());
}

TEST_F(TaskBounds, MessagesBeyondOneAnswerAreReadAndTakenOverInPieces) {
    constexpr int entries = 80;
    constexpr std::int64_t bytes = 1'000'000;
    counts();
    inside([&]() -> task<void> {
        auto with = usual();
        with.concurrency = 128;
        with.results.reset();
        co_await with_worker(with, [&](worker& of) -> task<void> {
            co_await add_filled(entries, bytes);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == entries; }));
            EXPECT_EQ(of.figures().reclaimed, 0u);
        });
        co_await add_filled(entries, bytes);
        co_await mux->run(redis::command("EVAL",
                                         "redis.call('XREADGROUP', 'GROUP', 'taskiq', 'hr:gone', "
                                         "'COUNT', ARGV[1], 'STREAMS', KEYS[1], '>')",
                                         1, "taskiq", entries),
                          soon());
        co_await with_worker(with, [&](worker& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 2 * entries; }));
            EXPECT_EQ(of.figures().reclaimed, static_cast<unsigned>(entries));
        });
        EXPECT_EQ(mux->figures().connects, 1u);
    }, patient());
}

TEST_F(TaskBounds, LettersAreShownInPagesOfBoundedBytes) {
    constexpr int letters = 40;
    inside([&]() -> task<void> {
        co_await mux->run(
            redis::command("EVAL",
                           "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', "
                           "'reason', 'failed', 'data', string.rep('x', 1000000)) end",
                           1, queue_keys("taskiq").dead, letters),
            soon());
        queue_control control(*mux, "taskiq");
        std::optional<entry_id> after;
        std::size_t seen = 0, pages = 0;
        while (true) {
            const auto page = co_await control.dead_letters(after, letters_page_max, soon());
            if (page.empty()) break;
            seen += page.size();
            ++pages;
            after = page.back().id;
        }
        EXPECT_EQ(seen, static_cast<unsigned>(letters));
        EXPECT_GE(pages, 3u);  // of 16 MiB
    });
}

TEST_F(TaskBounds, WhatIsNoTaskAtAllIsADeadLetterToo) {
    counts();
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker& of) -> task<void> {
            const auto add = [&](std::string text) -> task<void> {
                co_await mux->run(redis::command("XADD", "taskiq", "*", "data", text), soon());
            };
            const std::string deep(100'000, '[');
            for (const auto& each : {std::string(), std::string("\0\xff", 2), std::string("null"),
                                     std::string("[]"), deep, std::string("\x80\x04.")})
                co_await add(each);
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().dead == 6; }));
            queue_control control(*mux, "taskiq");
            for (const auto& each : co_await control.dead_letters({}, 10, soon()))
                EXPECT_EQ(each.reason, "unparsable") << each.data.size();
            (void)co_await send("demo:run");
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == 1; }));
        });
    });
}

TEST_F(TaskBounds, AQueueThatIsGoneIsMadeAgain) {
    counts();
    inside([&]() -> task<void> {
        co_await with_worker(usual(), [&](worker&) -> task<void> {
            for (int round = 1; round <= 3; ++round) {
                co_await mux->run(redis::command("FLUSHALL"), soon());
                (void)co_await send("demo:run");
                EXPECT_TRUE(co_await eventually_on_reactor([&] { return runs == round; }));
            }
        });
    });
}

}  // namespace
}  // namespace headroom::tasks
