// tasks/tasks_fixture.hpp: a Redis, a ledger and a worker, for the tests.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/worker.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::tasks {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::eventually_on_reactor;
using testing::private_redis;
using testing::soon;

class tasks_fixture : public ::testing::Test {
protected:
    budget::ledger ledger{"redis", 40};
    private_redis server;
    redis::door door{redis::parse_connect_info("unix://" + server.socket_file()).value()};
    testing::test_reactor other;  // where handlers run that may block it
    testing::thread_budget threads;
    worker_pool blocking{"blocking", threads.several(4)};

    redis::mux* mux = nullptr;  // within a body
    task_metrics* metrics = nullptr;
    handlers known;

    ~tasks_fixture() override { blocking.stop(); }

    static redis::mux_terms quick() {
        redis::mux_terms with;
        with.options.name = "a/b/0badcafe/tasks.mux";
        with.options.abandon_grace_ms = 500ms;
        with.connect_ms_max = 1000ms;
        return with;
    }
    static worker_terms usual(std::string name = "w") {
        worker_terms with;
        with.name = std::move(name);
        with.concurrency = 10;
        with.lease_ms = 600ms;
        with.look_ms = 60ms;
        with.reader.name = "a/b/0badcafe/tasks.reader";
        with.results->format = serializer::json;
        return with;
    }
    /// A body with a connection for everybody, on a reactor of its own.
    void inside(std::function<task<void>()> body, redis::mux_terms with = quick()) {
        testing::run([&]() -> task<void> {
            redis::mux shared(*reactor::current(),
                              ledger.open({"tasks.mux", 1, 1}).value(), door, with);
            mux = &shared;
            shared.start();
            co_await testing::and_at_last(body, [&] { return shared.stop(soon()); });
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        });
    }
    std::unique_ptr<worker> made(worker_terms with, bool own_reactor = false) {
        auto share = ledger.open({"tasks.reader." + std::to_string(++workers_), 1, 1}).value();
        return std::make_unique<worker>(
            worker_ground{.io = *reactor::current(),
                          .handlers = own_reactor ? other : *reactor::current(),
                          .mux = *mux,
                          .door = door,
                          .reader = std::move(share),
                          .blocking = &blocking,
                          .metrics = metrics},
            known, std::move(with));
    }
    /// A started worker for a body, and its end.
    task<void> with_worker(worker_terms with, std::function<task<void>(worker&)> body) {
        const auto one = made(std::move(with));
        co_await one->open(soon());
        co_await testing::and_at_last([&] { return body(*one); },
                                      [&] { return one->close(deadline::after(2s)); });
    }
    template <class... Arguments>
    task<std::string> send(std::string name, std::tuple<Arguments...> arguments = {},
                           sending_terms how = {}) {
        producer to(*mux, {});
        const auto sent = co_await to.enqueue(std::move(name), arguments, std::move(how), soon());
        EXPECT_TRUE(sent);
        co_return sent->task_id;
    }
    task<std::int64_t> number(redis::command what) {
        co_return (co_await mux->run(std::move(what), soon())).number();
    }
    task<std::int64_t> waiting() { co_return co_await number(redis::command("XLEN", "taskiq")); }
    /// The result, once there is one.
    task<task_result> result_of(std::string id) {
        result_store results(*mux, {.format = serializer::json});
        for (const auto until = soon(); !until.passed(); co_await yield_now())
            if (auto found = co_await results.get(id, until)) co_return std::move(*found);
        throw std::runtime_error("no result in time");
    }

private:
    unsigned workers_ = 0;
};

}  // namespace headroom::tasks
