#include "headroom/tasks/producer.hpp"

#include "headroom/tasks/tasks_fixture.hpp"

namespace headroom::tasks {
namespace {

class TaskProducer : public tasks_fixture {
protected:
    static task_message message(std::string name = "demo:add") {
        return {producer::new_task_id(), std::move(name), {}, {}, {}};
    }
};

TEST_F(TaskProducer, WritesWhatTaskiqWrites) {
    inside([&]() -> task<void> {
        producer to(*mux, {});
        auto what = message();
        what.task_id = "v-1";
        what.args = {value(1), value("x")};
        const auto sent = co_await to.enqueue(what, {}, soon());
        EXPECT_EQ(sent.value().is, sent_task::state::queued);
        const auto found =
            co_await mux->run(redis::command("XRANGE", "taskiq", "-", "+"), soon());
        EXPECT_EQ(found.size(), 1u);
        EXPECT_EQ(found[0][0].text(), sent->entry.value().text());
        EXPECT_EQ(found[0][1].size(), 2u);
        EXPECT_EQ(found[0][1][0].text(), "data");
        EXPECT_EQ(found[0][1][1].text(),
                  R"({"task_id": "v-1", "task_name": "demo:add", "labels": {}, )"
                  R"("labels_types": {}, "args": [1, "x"], "kwargs": {}})");
    });
}

TEST_F(TaskProducer, AFullQueueRefusesAndDropsNothing) {
    inside([&]() -> task<void> {
        producer to(*mux, {.cap = 5});
        int refused = 0;
        for (int i = 0; i < 8; ++i) {
            const auto sent = co_await to.enqueue(message(), {}, soon());
            if (sent) continue;
            ++refused;
            EXPECT_EQ(sent.error().message(), "queue taskiq is full: 5 tasks, at most 5");
        }
        EXPECT_EQ(refused, 3);
        EXPECT_EQ(co_await waiting(), 5);
        co_await mux->run(redis::command("DEL", "taskiq"), soon());
        EXPECT_TRUE(co_await to.enqueue(message(), {}, soon()));
    });
}

TEST_F(TaskProducer, ALargeCapIsKeptWithoutAskingEachTime) {
    inside([&]() -> task<void> {
        producer to(*mux, {.cap = 3'000});
        int sent = 0;
        for (int i = 0; i < 3'500; ++i)
            if (co_await to.enqueue(message(), {}, soon())) ++sent;
        EXPECT_EQ(sent, 3'000);
        EXPECT_EQ(co_await waiting(), 3'000);
    });
}

TEST_F(TaskProducer, ManyGoInOneWriteOrNotAtAll) {
    inside([&]() -> task<void> {
        producer to(*mux, {.cap = 3'000});
        const std::vector<task_message> many(2'500, message());
        const auto ids = co_await to.enqueue_all(many, "", soon());
        EXPECT_EQ(ids.value().size(), 2'500u);
        EXPECT_TRUE(std::ranges::is_sorted(*ids));
        const auto refused = co_await to.enqueue_all(many, "", soon());
        EXPECT_EQ(refused.error().length, 2'500u);
        EXPECT_EQ(co_await waiting(), 2'500);
    });
}

TEST_F(TaskProducer, AMessageThatIsTooLargeIsRefusedWithItsSize) {
    inside([&]() -> task<void> {
        producer to(*mux, {.payload_bytes_max = 300});
        auto what = message();
        what.args = {value(std::string(300, 'x'))};
        const auto sent = co_await to.enqueue(what, {}, soon());
        EXPECT_EQ(sent.error().why, not_sent::reason::too_large);
        EXPECT_EQ(sent.error().limit, 300u);
        EXPECT_GT(sent.error().length, 300u);
    });
}

TEST_F(TaskProducer, UnderADedupKeyAHundredSendersMakeOneTask) {
    inside([&]() -> task<void> {
        producer to(*mux, {});
        std::vector<std::string> ids;
        for (int i = 0; i < 100; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                const auto sent = co_await to.enqueue(
                    message(), {.dedup_key = "order 7", .dedup_window = 10s}, soon());
                ids.push_back(sent.value().task_id);
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ids.size() == 100; }));
        EXPECT_EQ(std::ranges::count(ids, ids.front()), 100);
        EXPECT_EQ(co_await waiting(), 1);
    });
}

TEST_F(TaskProducer, IdentifiersAreTaskiqs) {
    const auto id = producer::new_task_id();
    EXPECT_EQ(id.size(), 32u);
    EXPECT_EQ(id[12], '4');
    EXPECT_NE(id, producer::new_task_id());
}

}  // namespace
}  // namespace headroom::tasks
