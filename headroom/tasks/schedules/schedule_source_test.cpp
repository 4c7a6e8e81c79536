#include "headroom/tasks/schedules/schedule_source.hpp"

#include "headroom/tasks/schedules/schedules_fixture.hpp"

namespace headroom::tasks {
namespace {

class ScheduleSource : public schedules_fixture {};

TEST_F(ScheduleSource, WritesWhatPythonWrites) {
    inside([&]() -> task<void> {
        schedule_source to(*mux, {.format = serializer::json});
        const auto of = nightly("s");
        EXPECT_TRUE(co_await to.add(of, soon()));
        const auto data = co_await mux->run(redis::command("GET", "schedule:data:s"), soon());
        EXPECT_EQ(data.text(), write_schedule(of, serializer::json).value());
        const auto ids =
            co_await mux->run(redis::command("LRANGE", "schedule:cron", 0, -1), soon());
        EXPECT_EQ(ids.size(), 1u);
        EXPECT_EQ(ids[0].text(), "s");
    });
}

TEST_F(ScheduleSource, ListsByIdWithLastAndNextSlots) {
    inside([&]() -> task<void> {
        schedule_source all(*mux, {});
        co_await add(every_second("b"));
        co_await add(at("c", 1h));
        co_await add(nightly("a"));
        co_await put("d", "schedule:cron", "?");
        const auto found = co_await all.list(soon());
        EXPECT_EQ(found.size(), 4u);
        EXPECT_EQ(found[0].id, "a");
        EXPECT_GT(found[0].next.value(), found[0].last.value());
        EXPECT_EQ(found[1].next.value(), found[1].last.value() + 1s);
        EXPECT_FALSE(found[2].last);
        EXPECT_TRUE(found[2].next);
        EXPECT_FALSE(found[3].of);
    });
}

TEST_F(ScheduleSource, AddingAgainReplacesAndUnchangedKeepsItsLastSlot) {
    inside([&]() -> task<void> {
        schedule_source all(*mux, {});
        co_await add(at("s", 1h));
        co_await add(nightly("s"));
        EXPECT_EQ((co_await all.list(soon())).size(), 1u);
        EXPECT_EQ((co_await mux->run(redis::command("KEYS", "schedule:time:*"), soon())).size(),
                  0u);
        const std::string slot = "1700000000 cron 30 2 * * * UTC";
        co_await mux->run(redis::command("SET", "schedule:slot:s", slot), soon());
        co_await add(nightly("s"));
        EXPECT_EQ(
            (co_await mux->run(redis::command("GET", "schedule:slot:s"), soon())).text(), slot);
        co_await add(nightly("s", "31 2 * * *"));
        EXPECT_NE(
            (co_await mux->run(redis::command("GET", "schedule:slot:s"), soon())).text(), slot);
        EXPECT_EQ(co_await number(redis::command("LLEN", "schedule:cron")), 1);
    });
}

TEST_F(ScheduleSource, RemovesAllOfIt) {
    inside([&]() -> task<void> {
        schedule_source all(*mux, {});
        co_await add(at("s", 1h));
        co_await add(every_second("t"));
        EXPECT_TRUE(co_await all.remove("s", soon()));
        EXPECT_TRUE(co_await all.remove("t", soon()));
        EXPECT_FALSE(co_await all.remove("t", soon()));
        EXPECT_EQ((co_await mux->run(redis::command("KEYS", "*"), soon())).size(), 1u);
    });
}

TEST_F(ScheduleSource, RefusesWhatASchedulerCouldNotRead) {
    inside([&]() -> task<void> {
        schedule_source to(*mux, {});
        EXPECT_EQ((co_await to.add(nightly("s", "61 * * * *"), soon())).error(),
                  "minute: a value out of range");
        auto of = nightly("s");
        of.labels.set("queue_name", "a b");
        EXPECT_FALSE(co_await to.add(of, soon()));
        of = nightly("s");
        of.args.push_back(std::string(70'000, 'x'));
        EXPECT_FALSE(co_await to.add(of, soon()));
        of = nightly("s");
        of.cron.reset();
        EXPECT_FALSE(co_await to.add(of, soon()));
        EXPECT_EQ((co_await mux->run(redis::command("KEYS", "*"), soon())).size(), 0u);
    });
}

TEST(SchedulePrefix, IsNoPattern) {
    EXPECT_FALSE(schedule_prefix_fault("schedule"));
    EXPECT_FALSE(schedule_prefix_fault("{taskiq}:schedule"));
    for (const auto* wrong : {"", "a*", "a b", "[a]", "a?", "a\\"})
        EXPECT_TRUE(schedule_prefix_fault(wrong)) << wrong;
    EXPECT_TRUE(schedule_prefix_fault(std::string(schedule_prefix_bytes_max + 1, 'a')));
}

}  // namespace
}  // namespace headroom::tasks
