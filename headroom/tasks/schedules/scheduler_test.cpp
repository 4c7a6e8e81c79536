#include "headroom/tasks/schedules/scheduler.hpp"

#include "headroom/tasks/schedules/schedules_fixture.hpp"

namespace headroom::tasks {
namespace {

class Scheduler : public schedules_fixture {};

TEST_F(Scheduler, SendsAnIntervalAtOnceAndAgain) {
    inside([&]() -> task<void> {
        co_await add(every_second("tick"));
        co_await with_schedulers(1, brisk(), [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(3));
            EXPECT_GE(of.figures().fired, 3u);
        });
        const auto all = co_await sent();
        EXPECT_EQ(all[0].task_name, "demo:tick");
        EXPECT_EQ(text_of(all[0].labels, label_name::schedule_id), "tick");
        const auto first = parse_date_time(text_of(all[0].labels, label_name::schedule_slot));
        const auto third = parse_date_time(text_of(all[2].labels, label_name::schedule_slot));
        EXPECT_EQ(third.value().wall - first.value().wall, 2s);
        EXPECT_NE(all[0].task_id, all[1].task_id);
    });
}

TEST_F(Scheduler, SendsAtATimeOnceAndForgetsIt) {
    inside([&]() -> task<void> {
        co_await add(at("past", -2h));
        co_await add(at("soon", 1s));
        co_await add(at("later", 1h));
        co_await with_schedulers(1, brisk(), [&](scheduler&) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(2));
        });
        const auto all = co_await sent();
        EXPECT_EQ(all.size(), 2u);
        EXPECT_EQ(text_of(all[0].labels, label_name::schedule_id), "past");
        EXPECT_EQ(co_await number(redis::command("EXISTS", "schedule:data:soon")), 0);
        const auto left = co_await mux->run(redis::command("KEYS", "schedule:time:*"), soon());
        EXPECT_EQ(left.size(), 1u);
    });
}

TEST_F(Scheduler, FindsWhatPythonPutsThere) {
    inside([&]() -> task<void> {
        co_await with_schedulers(1, brisk(), [&](scheduler&) -> task<void> {
            const auto tick = every_second("tick");
            co_await put("tick", "schedule:interval",
                         write_schedule(tick, serializer::pickle).value());
            const auto late = at("late", -30s);
            co_await put("late", schedule_keys().index_of(late),
                         write_schedule(late, serializer::json).value());
            EXPECT_TRUE(co_await eventually_sent(3));
        });
    });
}

TEST_F(Scheduler, ManyOfThemFireEachSlotOnce) {
    inside([&]() -> task<void> {
        for (int i = 0; i < 20; ++i) co_await add(every_second("tick" + std::to_string(i)));
        for (int i = 0; i < 20; ++i) co_await add(at("at" + std::to_string(i), i * 100ms));
        auto with = brisk();
        with.misfires.is = misfire_policy::kind::all;
        co_await with_schedulers(5, with, [&](scheduler&) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(100));
        });
        std::set<std::string> slots;
        const auto all = co_await sent();
        for (const auto& each : all)
            slots.insert(std::string(text_of(each.labels, label_name::schedule_id)) + ' ' +
                         std::string(text_of(each.labels, label_name::schedule_slot)));
        EXPECT_EQ(slots.size(), all.size());
    });
}

TEST_F(Scheduler, OfSlotsNobodyWasThereForTheNewestFires) {
    inside([&]() -> task<void> {
        co_await add(nightly("nightly"));
        co_await mux->run(redis::command("SET", "schedule:slot:nightly",
                                         "1700000000 cron 30 2 * * * UTC"), soon());
        co_await with_schedulers(2, brisk(), [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(1));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().refreshes > 2; }));
        });
        const auto all = co_await sent();
        EXPECT_EQ(all.size(), 1u);
        const std::string slot(text_of(all[0].labels, label_name::schedule_slot));
        EXPECT_TRUE(slot.ends_with("T02:30:00Z")) << slot;
    });
}

TEST_F(Scheduler, UnderSkipWhatWasMissedIsPassedOver) {
    inside([&]() -> task<void> {
        co_await add(nightly("nightly", "0 0 1 1 *"));
        co_await add(at("past", -2h));
        co_await mux->run(redis::command("SET", "schedule:slot:nightly",
                                         "1700000000 cron 0 0 1 1 * UTC"), soon());
        auto with = brisk();
        with.misfires.is = misfire_policy::kind::skip;
        co_await with_schedulers(1, with, [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().passed == 2; }));
        });
        EXPECT_EQ(co_await waiting(), 0);
        EXPECT_EQ(co_await number(redis::command("EXISTS", "schedule:data:past")), 0);
    });
}

TEST_F(Scheduler, AScheduleThatCannotBeReadIsReportedOnceAndTheRestGoesOn) {
    inside([&]() -> task<void> {
        co_await put("broken", "schedule:cron", "{\"task_name\": ");
        co_await put("zone", "schedule:cron",
                     R"({"task_name": "n", "labels": {}, "args": [], "kwargs": {}, )"
                     R"("schedule_id": "zone", "cron": "* * * * *", "cron_offset": "Mars/X"})");
        co_await put("large", "schedule:interval", std::string(100'000, 'x'));
        co_await mux->run(redis::command("LPUSH", "schedule:data:list", "x"), soon());
        co_await mux->run(redis::command("RPUSH", "schedule:interval", "list"), soon());
        co_await add(every_second("tick"));
        co_await with_schedulers(1, brisk(), [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(2));
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().refreshes > 3; }));
            EXPECT_EQ(of.figures().faulty, 4u);
        });
        EXPECT_EQ(said.size(), 4u) << ::testing::PrintToString(said);
    });
}

TEST_F(Scheduler, WhatWasRemovedOrChangedNeverFiresAsItWas) {
    inside([&]() -> task<void> {
        schedule_source all(*mux, {});
        co_await add(at("gone", 1s));
        co_await add(at("moved", 1s));
        auto with = brisk();
        with.refresh_ms = 60s;
        co_await with_schedulers(1, with, [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().schedules == 2; }));
            EXPECT_TRUE(co_await all.remove("gone", soon()));
            auto moved = at("moved", 1500ms);
            moved.task_name = "demo:moved";
            co_await add(std::move(moved));
            EXPECT_TRUE(co_await eventually_sent(1));
        });
        const auto found = co_await sent();
        EXPECT_EQ(found.size(), 1u);
        EXPECT_EQ(found[0].task_name, "demo:moved");
    });
}

TEST_F(Scheduler, ACronScheduleThatBecomesATimeFiresAtThatTime) {
    inside([&]() -> task<void> {
        co_await add(nightly("s"));
        co_await with_schedulers(1, brisk(), [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(
                co_await eventually_on_reactor([&] { return of.figures().schedules == 1; }));
            const auto time = at("s", 0ms);  // as Python does it: the id stays in the other list
            co_await put("s", schedule_keys().index_of(time),
                         write_schedule(time, serializer::json).value());
            EXPECT_TRUE(co_await eventually_sent(1));
        });
        EXPECT_EQ(co_await number(redis::command("LLEN", "schedule:cron")), 0);
    });
}

TEST_F(Scheduler, AFullQueueMakesASlotWait) {
    inside([&]() -> task<void> {
        co_await mux->run(redis::command("XADD", "taskiq", "*", "data", "x"), soon());
        co_await add(at("past", -2s));
        auto with = brisk();
        with.queue_cap = 1;
        co_await with_schedulers(1, with, [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().full > 0; }));
            co_await mux->run(redis::command("DEL", "taskiq"), soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().fired == 1; }));
        });
    });
}

TEST_F(Scheduler, ALabelNamesTheQueue) {
    inside([&]() -> task<void> {
        auto of = at("past", -2s);
        of.labels.set("queue_name", "orders");
        co_await add(std::move(of));
        co_await with_schedulers(1, brisk(), [&](scheduler&) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(1, "orders"));
        });
    });
}

TEST_F(Scheduler, HoldsTheOneConnectionItWasGiven) {
    inside([&]() -> task<void> {
        for (int i = 0; i < 200; ++i) co_await add(every_second("tick" + std::to_string(i)));
        co_await with_schedulers(1, brisk(), [&](scheduler&) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(200));
            const auto clients = co_await mux->run(redis::command("CLIENT", "LIST"), soon());
            EXPECT_EQ(std::ranges::count(clients.text(), '\n'), 1) << clients.text();
        });
    });
}

TEST_F(Scheduler, GoesOnWhenTheServerHasForgottenScriptsAndSlots) {
    inside([&]() -> task<void> {
        co_await add(every_second("tick"));
        co_await with_schedulers(1, brisk(), [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_sent(1));
            co_await mux->run(redis::command("SCRIPT", "FLUSH"), soon());
            co_await mux->run(redis::command("DEL", "schedule:slot:tick"), soon());
            const auto fired = of.figures().fired;
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return of.figures().fired >= fired + 2; }));
        });
    });
}

TEST_F(Scheduler, SaysOnceThatAScheduleIsNeverDueOrNotInSomeMinutes) {
    inside([&]() -> task<void> {
        auto with = brisk();
        with.planning.dialect = cron_dialect::taskiq;
        schedule_source to(*mux, {.planning = with.planning});
        for (const auto* cron : {"5 */0 * * *", "60 * * * *", "0 0 1,*/x * *", "0 0 1 1 *"})
            EXPECT_TRUE(co_await to.add(nightly(cron, cron), soon()));
        co_await with_schedulers(1, with, [&](scheduler& of) -> task<void> {
            EXPECT_TRUE(co_await eventually_on_reactor(
                [&] { return of.figures().refreshes >= 3; }));
            EXPECT_EQ(of.figures().never_due, 2u);
            EXPECT_EQ(of.figures().faulty, 0u);
        });
        const auto count = [&](std::string_view text) {
            return std::ranges::count_if(said, [&](auto& line) { return line.contains(text); });
        };
        EXPECT_EQ(count("never due"), 2);
        EXPECT_EQ(count("it means no minute"), 1);
        EXPECT_EQ(count("not due in some minutes"), 1);
        EXPECT_EQ(said.size(), 3u);
    });
}

}  // namespace
}  // namespace headroom::tasks
