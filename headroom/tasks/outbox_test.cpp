#include "headroom/tasks/outbox.hpp"

#include <gmock/gmock.h>

#include "headroom/persistence/door.hpp"
#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/schema.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::soon;

/// Both servers, and what a relay stands on. Waits are long: what is brought is brought by a poke.
class TaskOutbox : public ::testing::Test {
protected:
    testing::private_postgres postgres;
    testing::private_redis redis_server;
    testing::test_reactor home;
    budget::ledger sessions{"postgres", 2}, clients{"redis", 2};
    persistence::door to_postgres{persistence::parse_connect_info(postgres.url()).value()};
    redis::door to_redis{
        redis::parse_connect_info("unix://" + redis_server.socket_file()).value()};
    persistence::lanes lanes{
        {&home}, sessions.open({"persistence.lanes", 1, 1}).value(),
        [this](persistence::connection& which, deadline until) {
            return to_postgres.open(which, until);
        },
        {.application_name = "test/work/00000001/persistence.lanes"}};
    redis::mux mux{home, clients.open({"tasks.mux", 1, 1}).value(), to_redis, {}};
    producer sender{mux, {.cap = 3}};

    void SetUp() override {
        postgres.create_role("headroom_app");
        postgres.sql(std::string(schema().text));
        home.run_blocking([this]() -> task<void> {
            mux.start();
            co_await mux.up(soon());
            co_await lanes.start(soon());
        });
    }
    ~TaskOutbox() override {
        home.run_blocking([this]() -> task<void> {
            co_await lanes.stop(soon());
            co_await mux.stop(soon());
        });
        home.stop();
    }

    std::string insert(const std::string& queue = "taskiq") {
        const task_message asked{producer::new_task_id(), "demo:add", {}, {value(1)}, {}};
        home.run_blocking([&]() -> task<void> {
            for (int twice = 0; twice < 2; ++twice)  // as an append that is repeated
                (void)co_await lanes.run(insert_outbox, soon(), asked.task_id, queue,
                                         write_message(asked).value());
        });
        return asked.task_id;
    }
    /// As another program might.
    void insert_text(const std::string& id, const std::string& message) {
        home.run_blocking([&]() -> task<void> {
            (void)co_await lanes.run(insert_outbox, soon(), id, std::string("taskiq"), message);
        });
    }
    std::vector<dead_letter> letters() {
        std::vector<dead_letter> found;
        home.run_blocking([&]() -> task<void> {
            queue_control control(mux, "taskiq");
            found = co_await control.dead_letters({}, 10, soon());
        });
        return found;
    }
    relay_figures figures(const outbox_relay& of) {
        relay_figures now;
        home.run_blocking([&]() -> task<void> {
            now = of.figures();
            co_return;
        });
        return now;
    }
    void poke(outbox_relay& which) {
        home.run_blocking([&]() -> task<void> {
            which.poke();
            co_return;
        });
    }
    std::string rows() { return postgres.value("select count(*) from headroom_task_outbox"); }
    std::string entries() { return redis_server.ask({"XLEN", "taskiq"}); }
};

TEST_F(TaskOutbox, RowsAreBroughtInTheirOrderAndDeleted) {
    const auto first = insert(), second = insert();
    insert("another");
    outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 1h});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return rows() == "1"; }));  // another queue's is not ours
    const auto all = redis_server.ask({"XRANGE", "taskiq", "-", "+"});
    EXPECT_LT(all.find(first), all.find(second));
    EXPECT_NE(all.find(second), all.npos);
    insert();
    poke(relay);
    EXPECT_TRUE(eventually([&] { return entries() == "3\n"; }));
    relay.stop(soon());
}

TEST_F(TaskOutbox, ARowThatIsBroughtTwiceIsOneTask) {
    const auto id = insert();
    const auto text = postgres.value("select message from headroom_task_outbox");
    for (int relays = 0; relays < 2; ++relays) {
        outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 1h});
        relay.start(soon());
        EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
        relay.stop(soon());
        // As if the first one had died before it deleted the row.
        postgres.sql("insert into headroom_task_outbox values ('" + id + "', 'taskiq', '" + text +
                     "')");
    }
    EXPECT_EQ(entries(), "1\n");
}

TEST_F(TaskOutbox, WhenTheQueueIsFullRowsStayWhereTheyAre) {
    for (int i = 0; i < 5; ++i) insert();
    outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 20ms});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return entries() == "3\n" && rows() == "2"; }));
    redis_server.ask({"DEL", "taskiq"});
    EXPECT_TRUE(eventually([&] { return entries() == "2\n" && rows() == "0"; }));
    relay.stop(soon());
}

TEST_F(TaskOutbox, ARedisThatIsAwayCostsOnlyTime) {
    redis_server.stop();
    insert();
    outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 20ms, .call_ms_max = 100ms});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return figures(relay).failed > 0; }));
    EXPECT_EQ(rows(), "1");
    redis_server.start();
    EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
    EXPECT_EQ(entries(), "1\n");
    relay.stop(soon());
}

TEST_F(TaskOutbox, WhatNoQueueTakesIsADeadLetterAndTheOthersGoOn) {
    const std::string huge(3 << 20, 'x'), long_text(65 << 10, 'y');
    insert_text("broken", "{");
    insert_text("huge", huge);
    insert_text("long", R"({"task_id": "long", "task_name": "t", "labels": {}, "args": [")" +
                            long_text + R"("], "kwargs": {}})");
    insert();
    outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 1h});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
    EXPECT_EQ(entries(), "1\n");
    const auto found = letters();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].task_id, "broken");
    EXPECT_EQ(found[0].reason, "unparsable");
    EXPECT_EQ(found[0].data, "{");
    EXPECT_EQ(found[1].reason, "too_large");
    EXPECT_EQ(found[1].note, "3145728 bytes, at most 65536");
    EXPECT_EQ(found[1].data, "") << "it is not carried to whoever looks";
    EXPECT_EQ(found[2].task_id, "long");
    EXPECT_EQ(found[2].reason, "too_large");
    EXPECT_EQ(figures(relay).dead, 3u);
    EXPECT_THAT(figures(relay).last_error, ::testing::HasSubstr("65536"));
    home.run_blocking([&]() -> task<void> {  // a worker takes more than a sender may send
        queue_control control(mux, "taskiq");
        EXPECT_TRUE(co_await control.requeue(found[1].id, soon()));
        EXPECT_TRUE(co_await control.requeue(found[2].id, soon()));
        EXPECT_TRUE(co_await control.drop(found[0].id, soon()));
    });
    EXPECT_EQ(entries(), "3\n");
    EXPECT_TRUE(redis_server.ask({"XRANGE", "taskiq", "-", "+"}).contains(huge)) << "all of it";
    relay.stop(soon());
}

TEST_F(TaskOutbox, ALetterIsWrittenOnceHoweverOftenItsRowIsMet) {
    for (int relays = 0; relays < 2; ++relays) {
        insert_text("broken", "{");  // again, as if the first relay had died before it deleted it
        outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 1h});
        relay.start(soon());
        EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
        relay.stop(soon());
    }
    EXPECT_EQ(letters().size(), 1u);
}

TEST_F(TaskOutbox, AnIdAsLongAsTaskiqAllowsIsSentAndALongerOneIsADeadLetter) {
    const auto with_id = [](const std::string& id) {
        return R"({"task_id": ")" + id +
               R"(", "task_name": "t", "labels": {}, "args": [], "kwargs": {}})";
    };
    const std::string longest(512, 'i');
    std::string longer;  // 512 characters, of two bytes each
    for (int i = 0; i < 512; ++i) longer += "\u00e9";
    insert_text(longest, with_id(longest));
    insert_text(longer, with_id("short"));
    outbox_relay relay(home, lanes, {{"taskiq", &sender}}, {.look_ms = 1h});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
    EXPECT_EQ(entries(), "1\n");
    ASSERT_EQ(letters().size(), 1u);
    EXPECT_EQ(letters()[0].note, "its id has more than 512 bytes");
    relay.stop(soon());
}

TEST_F(TaskOutbox, SeveralQueuesAreBroughtAndAFullOneHoldsUpNoOther) {
    producer other(mux, {.queue = "other"});
    for (int i = 0; i < 5; ++i) insert();
    insert("other");
    outbox_relay relay(home, lanes, {{"taskiq", &sender}, {"other", &other}},
                       {.look_ms = 20ms, .count_ms = 20ms});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return redis_server.ask({"XLEN", "other"}) == "1\n"; }));
    EXPECT_TRUE(eventually([&] { return figures(relay).waiting == 2; }));
    redis_server.ask({"DEL", "taskiq"});
    EXPECT_TRUE(eventually([&] { return figures(relay).waiting == 0; }));
    relay.stop(soon());
}

}  // namespace
}  // namespace headroom::tasks
