#include "headroom/runtime/worker_pool.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <future>
#include <memory>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

using testing::eventually;
using testing::test_reactor;
using testing::thread_budget;

// A pool whose threads can be kept busy until the test lets them go.
struct pool_fixture : ::testing::Test {
    thread_budget threads{2};
    worker_pool pool{"runtime.blocking_pool", threads.several(2)};
    std::promise<void> gate;
    std::shared_future<void> opened{gate.get_future()};
    std::atomic<unsigned> busy{0};
    bool is_open = false;

    ~pool_fixture() override {
        open();
        pool.stop();
    }
    void occupy_all() {
        for (unsigned i = 0; i < pool.size(); ++i)
            EXPECT_TRUE(pool.post([this] {
                ++busy;
                opened.wait();
            }));
        EXPECT_TRUE(eventually([this] { return busy == pool.size(); }));
    }
    void open() {
        if (!std::exchange(is_open, true)) gate.set_value();
    }
    void fill() {
        while (pool.post([] {})) continue;
    }
};

using WorkerPool = pool_fixture;

TEST_F(WorkerPool, HoldsOneUnitAThreadUntilItStops) {
    EXPECT_EQ(pool.size(), 2u);
    EXPECT_EQ(threads.held(), 2u);
    pool.stop();
    EXPECT_EQ(threads.held(), 0u);
    pool.stop();
}

TEST_F(WorkerPool, RunsJobsOnItsThreadsOnly) {
    std::promise<const worker_pool*> where;
    ASSERT_TRUE(pool.post([&] { where.set_value(worker_pool::current()); }));
    EXPECT_EQ(where.get_future().get(), &pool);
    EXPECT_EQ(worker_pool::current(), nullptr);
}

TEST_F(WorkerPool, RefusesTheJobAfterTheLastThatFits) {
    occupy_all();
    fill();
    EXPECT_EQ(pool.waiting(), worker_pool::queue_max);
    const auto refused = pool.post([] {});
    ASSERT_FALSE(refused);
    const auto& why = refused.error();
    EXPECT_EQ(why.reason, budget::refusal_reason::queue_full);
    EXPECT_EQ(why.resource, "threads");
    EXPECT_EQ(why.consumer, "runtime.blocking_pool");
    EXPECT_EQ(why.held, 2u);
    EXPECT_EQ(why.limit, 2u);
    EXPECT_EQ(why.waiting, worker_pool::queue_max);
}

TEST_F(WorkerPool, FinishesQueuedJobsBeforeStopReturns) {
    occupy_all();
    std::atomic<int> done{0};
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.post([&] { ++done; }));
    open();
    pool.stop();
    EXPECT_EQ(done, 100);
}

TEST_F(WorkerPool, RefusesJobsAfterItsStop) {
    pool.stop();
    const auto refused = pool.post([] {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, budget::refusal_reason::closing);
}

TEST_F(WorkerPool, EndsWhatAJobCapturedBeforeTheNextOneStarts) {
    auto witness = std::make_shared<int>();
    ASSERT_TRUE(pool.post([witness] {}));
    EXPECT_TRUE(eventually([&] { return witness.use_count() == 1; }));
}

TEST_F(WorkerPool, ResumesATaskOnItsReactorWithTheResult) {
    testing::run([&]() -> task<void> {
        auto* const home = reactor::current();
        const auto where = co_await pool.run([] { return worker_pool::current(); });
        EXPECT_EQ(where, &pool);
        EXPECT_EQ(reactor::current(), home);
        const auto moved = co_await pool.run([] { return std::make_unique<int>(42); });
        EXPECT_EQ(*moved, 42);
    });
}

TEST_F(WorkerPool, HandsAJobsExceptionToItsTask) {
    EXPECT_THROW(testing::run([&]() -> task<void> {
                     co_await pool.run([] { throw std::out_of_range("planted"); });
                 }),
                 std::out_of_range);
}

TEST_F(WorkerPool, RefusesATaskOnceAndWithFigures) {
    occupy_all();
    fill();
    testing::run([&]() -> task<void> {
        try {
            co_await pool.run([] {});
            ADD_FAILURE() << "not refused";
        } catch (const budget::refused& why) {
            EXPECT_EQ(why.why().reason, budget::refusal_reason::queue_full);
        }
    });
}

TEST_F(WorkerPool, KeepsACancelledTaskUntilItsJobIsDone) {
    occupy_all();
    boost::asio::cancellation_signal stop;
    std::promise<bool> resumed;
    bool job_done = false;
    const auto body = [&]() -> task<void> {
        co_await pool.run([&] { job_done = true; });
        resumed.set_value(job_done);
    };
    test_reactor one;
    boost::asio::co_spawn(one.get_executor(), body,
                          boost::asio::bind_cancellation_slot(stop.slot(), boost::asio::detached));
    one.run_blocking([&]() -> task<void> {
        co_await yield_now();
        stop.emit(boost::asio::cancellation_type::terminal);
    });
    auto answer = resumed.get_future();
    EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
    open();
    EXPECT_TRUE(answer.get());
    pool.stop();
}

TEST_F(WorkerPool, DestroysATaskWhoseReactorStoppedWhileItsJobRan) {
    auto witness = std::make_shared<int>();
    std::atomic<bool> job_done = false;
    {
        test_reactor one;
        one.spawn([&, witness]() -> task<void> {
            co_await pool.run([&, witness] {
                ++busy;
                opened.wait();
                job_done = true;
            });
        });
        ASSERT_TRUE(eventually([&] { return busy == 1; }));
        one.stop();
        EXPECT_GT(witness.use_count(), 1) << "the job still refers to its task";
        open();
        pool.stop();
    }
    EXPECT_TRUE(job_done);
    EXPECT_EQ(witness.use_count(), 1);
}

TEST_F(WorkerPool, ServesManyTasksOfTwoReactors) {
    test_reactor one, other;
    std::atomic<int> done{0};
    const auto work = [&]() -> task<void> {
        for (int i = 0; i < 50; ++i) done += co_await pool.run([] { return 1; });
    };
    for (int i = 0; i < 8; ++i) (i % 2 ? one : other).spawn(work);
    EXPECT_TRUE(eventually([&] { return done == 400; }));
    pool.stop();
}

}  // namespace
}  // namespace headroom
