#include "headroom/persistence/sync_engine.hpp"

#include <future>

#include "headroom/persistence/sessions_fixture.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

/// Blocking code on a blocking pool, with a session pool on a reactor of its own.
struct SyncEngine : Sessions {
    SyncEngine() {
        ledger.emplace("postgres", 4);
        testing::run_on(home, [this]() -> task<void> {
            own = make(share("persistence.sync_engine"));
            co_await own->start(soon());
        });
        engine.emplace(*own, [this](auto, statement text, parameters values, deadline until) {
            return on_a_lane(text, std::move(values), until);
        }, blocking);
    }
    ~SyncEngine() override {
        blocking.stop();
        testing::run_on(home, [this]() -> task<void> { co_await own->stop(soon()); });
        own.reset();
    }
    task<rows> on_a_lane(statement text, parameters values, deadline until) {
        budget::holder by("lane");
        auto lent = (co_await own->take(by, until)).value();
        co_return co_await lent.run_with(text, std::move(values), until);
    }
    /// Runs blocking code where it belongs and rethrows what it threw.
    template <class Body>
    void blocked(Body body) {
        std::promise<void> done;
        ASSERT_TRUE(blocking.post([&] {
            try {
                body(*engine);
                done.set_value();
            } catch (...) {
                done.set_exception(std::current_exception());
            }
        }));
        done.get_future().get();
    }
    testing::test_reactor home;
    worker_pool blocking{"blocking", threads.several(2)};
    std::unique_ptr<sessions> own;
    std::optional<sync_engine> engine;
};

TEST_F(SyncEngine, AnswersAStatement) {
    blocked([](sync_engine& on) {
        EXPECT_EQ(on.run(one_more, soon(), 41).one<std::int32_t>(), 42);
    });
}

TEST_F(SyncEngine, RunsATransactionOnASessionOfItsOwn) {
    blocked([](sync_engine& on) {
        budget::holder job("job");
        auto open = on.begin(job, soon());
        EXPECT_EQ(open.run(one_more, soon(), 1).one<std::int32_t>(), 2);
        EXPECT_EQ(job.holding(), 1U);
        open.commit(soon());
    });
    EXPECT_TRUE(testing::eventually([&] { return own->figures().used == 0; }));
}

TEST_F(SyncEngine, ScopesATransactionToItsTenant) {
    blocked([](sync_engine& on) {
        budget::holder job("job");
        auto open = on.begin(job, soon(), tenant_id::parse("acme").value());
        EXPECT_EQ(open.run(current_tenant, soon()).one<std::string>(), "acme");
    });
}

TEST_F(SyncEngine, ThrowsARefusalWithItsFigures) {
    blocked([](sync_engine& on) {
        budget::holder job("job");
        std::vector<sync_transaction> open;
        for (int i = 0; i < 4; ++i) open.push_back(on.begin(job, soon()));
        EXPECT_THROW((void)on.begin(job, soon()), budget::refused);
    });
}

TEST_F(SyncEngine, ThrowsAtItsDeadline) {
    blocked([](sync_engine& on) {
        EXPECT_THROW(on.run(doze, deadline::after(50ms), 10.0), deadline_passed);
    });
}

using SyncEngineDeathTest = SyncEngine;

TEST_F(SyncEngineDeathTest, IsNotForThreadsOutsideItsPool) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(engine->run(one_more, soon(), 1), "its own threads");
}

}  // namespace
}  // namespace headroom::persistence
