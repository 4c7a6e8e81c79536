#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include "headroom/eventsourcing/projections_fixture.hpp"
#include "headroom/testing/part_contract.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using wall = std::chrono::steady_clock;

/// Two processes that run the same projection.
class Ownership : public ProjectionsFixture {
protected:
    static bool is(projector_process& process, projection_state state) {
        return eventually([&] { return process.status().state == state; });
    }
    /// Terminates whatever sessions have this consumer's name.
    void end_sessions(const std::string& consumer) {
        for (const auto& each : server().backends())
            if (each.database == database && each.application_name.ends_with(consumer))
                server().terminate(each.pid);
    }
    unsigned sessions_of(const std::string& consumer) {
        unsigned found = 0;
        for (const auto& each : server().backends())
            if (each.database == database && each.application_name.ends_with(consumer)) ++found;
        return found;
    }
};

TEST_F(Ownership, IsOneProcessesAndTheOtherStandsBy) {
    auto first = started();
    EXPECT_TRUE(taken(*first, put(1, 1)));
    auto second = started();
    EXPECT_TRUE(is(*second, projection_state::standing_by));
    EXPECT_TRUE(taken(*first, put(1, 2)));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Ownership, PassesOnWithinATenthOfASecondWhenReleased) {
    auto first = started();
    EXPECT_TRUE(taken(*first, put(1, 1)));
    auto second = started();
    EXPECT_TRUE(is(*second, projection_state::standing_by));
    first->all().stop(soon());
    const auto left = wall::now();
    EXPECT_TRUE(is(*second, projection_state::following));
    EXPECT_LT(wall::now() - left, 100ms);
    EXPECT_TRUE(taken(*second, put(1, 2)));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Ownership, ComesBackWhenControlWasLost) {
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    const auto epoch = of_checkpoint("epoch");
    server().terminate(process->control().backend_pid());
    EXPECT_TRUE(eventually([&] { return of_checkpoint("epoch") != epoch; }));
    EXPECT_TRUE(taken(*process, put(1, 2)));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Ownership, OfAProcessThatLostItsLockIsTakenOver) {
    auto first = started();
    EXPECT_TRUE(taken(*first, put(1, 1)));
    auto second = started();
    EXPECT_TRUE(is(*second, projection_state::standing_by));
    const auto ended = wall::now();
    server().terminate(first->control().backend_pid());
    EXPECT_TRUE(eventually([&] {
        return first->status().state == projection_state::following ||
               second->status().state == projection_state::following;
    }));
    EXPECT_LT(wall::now() - ended, 1s);
    put(1, 2);
    EXPECT_TRUE(eventually([&] { return trace(1) == "1 2"; }));
}

TEST_F(Ownership, SurvivesItsWritersAndTheServersRestart) {
    auto process = started();
    log_position last = 0;
    for (int i = 1; i <= 20; ++i) {
        last = put(1, i);
        if (i % 5 == 0) end_sessions("eventsourcing.writers");
    }
    EXPECT_TRUE(taken(*process, last));
    server().restart(testing::stop_mode::immediate);
    EXPECT_TRUE(taken(*process, put(1, 21)));
    EXPECT_EQ(server().value("select events from model", database), "21");
    EXPECT_EQ(parked(), "");
}

TEST_F(Ownership, LetsOthersWaitForWhatTheOwnerHasSeen) {
    projection_bounds rarely;
    rarely.pass_over_ms = 1h;  // the owner's row says nothing of foreign events while this runs
    auto first = started(rarely);
    EXPECT_TRUE(taken(*first, put(1, 1)));
    auto second = started();
    EXPECT_TRUE(is(*second, projection_state::standing_by));
    EXPECT_TRUE(taken(*second, put(1, 2, "{}", "shop:Order.Foreign")))
        << "though the owner need not write its row for that";
    EXPECT_TRUE(taken(*second, put(1, 3)));
}

TEST_F(Ownership, CostsTheSameForAnyNumberOfProjections) {
    projection_bounds many;
    many.runners_max = 64;
    for (const unsigned count : {4U, 16U, 64U}) {
        std::vector<std::unique_ptr<projection>> all;
        for (unsigned i = 0; i < count; ++i)
            all.push_back(std::make_unique<counting>("test.n" + std::to_string(i)));
        auto process = started(std::move(all), many);
        const auto last = put(static_cast<int>(count), 1);
        bool done = false;
        process->run([&]() -> task<void> {
            done = co_await process->all().wait_for_all(last, soon());
        });
        EXPECT_TRUE(done);
        EXPECT_EQ(sessions_of("eventsourcing.writers"), 2U) << count;
        EXPECT_EQ(sessions_of("eventsourcing.feed"), 1U) << count;
    }
}

TEST_F(Ownership, IsTakenFromAWriterThatSleepsInTheMiddleOfABatch) {
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    process.reset();
    const auto name = writers_url() + "&application_name=asleep";
    const std::unique_ptr<PGconn, decltype(&PQfinish)> asleep(PQconnectdb(name.c_str()), &PQfinish);
    PQclear(PQexec(asleep.get(), "set role headroom_projector; begin;"
                                 "update headroom_checkpoints set owner = 'asleep'; commit;"
                                 "begin; select from headroom_checkpoints for update"));
    process = started();
    const auto last = put(1, 2);
    EXPECT_TRUE(taken(*process, last));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Ownership, SaysWhyNobodyCanTellWhoOwnsIt) {
    auto process = make(one(std::make_unique<counting>()));
    server().sql("alter table headroom_checkpoints rename to elsewhere", database);
    process->start();
    EXPECT_TRUE(eventually([&] {
        return process->status().trouble.find("headroom_checkpoints") != std::string::npos;
    }));
    server().sql("alter table elsewhere rename to headroom_checkpoints", database);
    EXPECT_TRUE(taken(*process, put(1, 1)));
}

/// Projections on a process that runs already.
struct projections_part final : part {
    explicit projections_part(std::unique_ptr<projector_process> on) : process(std::move(on)) {
        process->feed_process::start();
    }
    std::string_view name() const noexcept override { return process->all().name(); }
    void start(deadline by) override { process->all().start(by); }
    void stop(deadline until) noexcept override { process->all().stop(until); }
    std::unique_ptr<projector_process> process;
};

TEST_F(Ownership, KeepsTheContractOfParts) {
    testing::expect_keeps_contract([&] {
        return std::make_unique<projections_part>(make(one(std::make_unique<counting>())));
    });
}

}  // namespace
}  // namespace headroom::eventsourcing
