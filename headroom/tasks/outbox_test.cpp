#include "headroom/tasks/outbox.hpp"

#include <gmock/gmock.h>

#include "headroom/persistence/door.hpp"
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
    outbox_relay relay(home, lanes, sender, {.look_ms = 1h});
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
        outbox_relay relay(home, lanes, sender, {.look_ms = 1h});
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
    outbox_relay relay(home, lanes, sender, {.look_ms = 20ms});
    relay.start(soon());
    EXPECT_TRUE(eventually([&] { return entries() == "3\n" && rows() == "2"; }));
    redis_server.ask({"DEL", "taskiq"});
    EXPECT_TRUE(eventually([&] { return entries() == "2\n" && rows() == "0"; }));
    relay.stop(soon());
}

TEST_F(TaskOutbox, ARedisThatIsAwayCostsOnlyTime) {
    redis_server.stop();
    insert();
    outbox_relay relay(home, lanes, sender, {.look_ms = 20ms, .call_ms_max = 100ms});
    relay.start(soon());
    relay_figures now;
    EXPECT_TRUE(eventually([&] {
        home.run_blocking([&]() -> task<void> {
            now = relay.figures();
            co_return;
        });
        return now.failed > 0;
    }));
    EXPECT_EQ(rows(), "1");
    redis_server.start();
    EXPECT_TRUE(eventually([&] { return rows() == "0"; }));
    EXPECT_EQ(entries(), "1\n");
    relay.stop(soon());
}

}  // namespace
}  // namespace headroom::tasks
