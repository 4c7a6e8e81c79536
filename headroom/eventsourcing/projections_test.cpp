#include "headroom/eventsourcing/projections.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/eventsourcing/projections_fixture.hpp"
#include "headroom/testing/part_contract.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::eventually;

using Projections = ProjectionsFixture;

TEST_F(Projections, TakesWhatWasThereAndWhatComes) {
    put(1, 1);
    put(2, 1);
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 2)));
    EXPECT_EQ(trace(1), "1 2");
    EXPECT_EQ(trace(2), "1");
    EXPECT_EQ(of_checkpoint("position"), "3");
}

TEST_F(Projections, PassesOverForeignEventsWithoutAWriteEach) {
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    const auto written = of_checkpoint("updated_at");
    const auto last = std::stoll(server().value(
        "with foreign_events as (insert into headroom_events (originator_id, originator_version,"
        " topic, state) select '" + stream_text(1) + "', i, 'shop:Order.Foreign', '{}'"
        " from generate_series(2, 40) i returning notification_id)"
        " select max(notification_id) from foreign_events", database));
    EXPECT_TRUE(taken(*process, last)) << "though the row lags behind";
    EXPECT_EQ(of_checkpoint("updated_at"), written);
    EXPECT_TRUE(eventually([&] { return of_checkpoint("position") == std::to_string(last); }));
}

TEST_F(Projections, ReleasesInGoodOrderAndGoesOnWhereItStood) {
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    EXPECT_NE(of_checkpoint("owner"), "");
    process.reset();
    EXPECT_EQ(of_checkpoint("owner"), "");
    const auto last = put(1, 2);
    process = started();
    EXPECT_TRUE(taken(*process, last));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Projections, RefusesOneMoreThanAllowedByName) {
    std::vector<std::unique_ptr<projection>> nine;
    for (int i = 1; i <= 9; ++i)
        nine.push_back(std::make_unique<counting>("test.n" + std::to_string(i)));
    try {
        auto process = make(std::move(nine));
        FAIL() << "nine were accepted";
    } catch (const projection_refused& refused) {
        EXPECT_THAT(refused.what(), HasSubstr("test.n9"));
        EXPECT_THAT(refused.what(), HasSubstr("MAX_PROJECTION_RUNNERS is 8"));
    }
}

TEST_F(Projections, StartsWithNone) {
    EXPECT_TRUE(started(std::vector<std::unique_ptr<projection>>{})->all().statuses().empty());
    projection_bounds none;
    none.runners_max = 0;
    EXPECT_TRUE(started(none)->all().statuses().empty());
}

TEST_F(Projections, RefusesASecondRunnerOfOneProjectionInAProcess) {
    auto process = started();
    EXPECT_FALSE(process->feed().enter("test.counting version 1"));
    EXPECT_TRUE(process->feed().enter("test.counting version 2"));
}

TEST_F(Projections, TellsItsPositionAndLag) {
    auto process = started();
    const auto last = put(1, 1);
    EXPECT_TRUE(taken(*process, last));
    EXPECT_TRUE(eventually([&] {
        const auto now = process->status();
        return now.state == projection_state::following && now.position == last &&
               now.lag_events == 0;
    }));
    EXPECT_EQ(process->status().trouble, "");
}

TEST_F(Projections, GivesAnUnknownNameNoAnswer) {
    auto process = started();
    EXPECT_THROW(taken(*process, 1, "test.unknown"), std::invalid_argument);
}

TEST_F(Projections, StopsWaitingAtTheDeadline) {
    auto process = started();
    bool done = true;
    process->run([&]() -> task<void> {
        done = co_await process->all().wait_for(99, "test.counting", deadline::after(20ms));
    });
    EXPECT_FALSE(done);
}

}  // namespace
}  // namespace headroom::eventsourcing
