#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/eventsourcing/projection_admin.hpp"
#include "headroom/eventsourcing/projections_fixture.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::eventually;

/// A projection with short pauses, events at fault, and an operator's connection.
class Poison : public ProjectionsFixture {
protected:
    Poison() {
        quick.retry_least_ms = 2ms;
        quick.retry_most_ms = 5ms;
    }
    /// Runs an operator's verb as the projector role.
    template <class T>
    T operate(projector_process& beside, std::function<task<T>(persistence::connection&)> verb) {
        std::optional<T> answer;
        beside.run([&]() -> task<void> {
            budget::ledger units("postgres", 1);
            auto share = units.open({"operator", 1, 0}).value();
            persistence::connection_options options;
            options.start_up = {"role=headroom_projector"};
            persistence::connection link(beside.home(), share.take().value(), options);
            co_await link.open(persistence::parse_connect_info(writers_url()).value(), soon());
            answer = co_await verb(link);
            co_await link.close(soon());
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return share.held() == 0; }));
        });
        return *std::move(answer);
    }
    std::int64_t ask_for_replay(projector_process& by) {
        return operate<std::int64_t>(by, [](persistence::connection& over) {
            return replay_parked(over, {"test.counting"}, {}, soon());
        });
    }
    std::string reason() const {
        return server().value("select reason from headroom_parked where attempts > 0", database);
    }
    void mend() const {
        server().sql("alter table model drop constraint model_last_check", database);
    }

    projection_bounds quick;
    static constexpr char refused[] = "\"refused\"", unreadable[] = "\"unreadable\"";
};

TEST_F(Poison, ParksAnEventTheServerRefusesWithItsStreamWhileOthersGoOn) {
    put(1, 1);
    const auto bad = put(1, 2, refused);
    put(2, 1);
    const auto later = put(1, 3);
    auto process = started(quick);
    EXPECT_TRUE(taken(*process, put(2, 2)));
    EXPECT_EQ(trace(1), "1");
    EXPECT_EQ(trace(2), "1 2");
    EXPECT_EQ(parked(), std::to_string(bad) + " " + std::to_string(later));
    EXPECT_THAT(reason(), HasSubstr("23514"));
    EXPECT_EQ(server().value("select attempts from headroom_parked where attempts > 0", database),
              "5");
}

TEST_F(Poison, ParksAnEventThatCannotBeRead) {
    auto process = started(quick);
    const auto bad = put(1, 1, unreadable);
    EXPECT_TRUE(taken(*process, put(2, 1)));
    EXPECT_EQ(parked(), std::to_string(bad));
    EXPECT_EQ(reason(), "it cannot be read");
}

TEST_F(Poison, FindsSeveralAmongManyAndLosesNone) {
    for (int i = 1; i <= 300; ++i) put(i, 1, i % 97 == 0 ? refused : "{}");
    auto process = started(quick);
    EXPECT_TRUE(taken(*process, 300));
    EXPECT_EQ(parked(), "97 194 291");
    EXPECT_EQ(server().value("select count(*) from model", database), "297");
}

TEST_F(Poison, ReplaysAStreamInItsOrderAndFollowsItAgain) {
    auto process = started(quick);
    put(1, 1, refused);
    put(1, 2);
    EXPECT_TRUE(taken(*process, put(1, 3)));
    EXPECT_EQ(trace(1), "");
    mend();
    EXPECT_EQ(ask_for_replay(*process), 3);
    EXPECT_TRUE(eventually([&] { return parked().empty(); }));
    EXPECT_TRUE(taken(*process, put(1, 4)));
    EXPECT_EQ(trace(1), "1 2 3 4");
}

TEST_F(Poison, KeepsAStreamParkedWhoseReplayFails) {
    auto process = started(quick);
    put(1, 1, refused);
    EXPECT_TRUE(taken(*process, put(1, 2)));
    EXPECT_EQ(ask_for_replay(*process), 2);
    EXPECT_TRUE(eventually([&] {
        return server().value("select count(*) from headroom_parked where replay", database) == "0";
    }));
    EXPECT_TRUE(taken(*process, put(1, 3)));
    EXPECT_EQ(parked(), "1 2 3");
    EXPECT_EQ(server().value("select max(attempts) from headroom_parked", database), "6");
}

TEST_F(Poison, KeepsParkedStreamsAndRequestsAcrossARestart) {
    auto process = started(quick);
    put(1, 1, refused);
    EXPECT_TRUE(taken(*process, put(2, 1)));
    process.reset();
    mend();
    put(1, 2);
    process = started(quick);
    EXPECT_TRUE(taken(*process, put(2, 2)));
    EXPECT_EQ(parked(), "1 3");
    process.reset();
    server().sql("update headroom_parked set replay = true", database);
    process = started(quick);
    EXPECT_TRUE(eventually([&] { return trace(1) == "1 2"; }));
}

TEST_F(Poison, CountsACrashAsATryAndParksAfterTheLast) {
    put(1, 1);
    put(2, 1);
    auto process = started(quick);
    EXPECT_TRUE(taken(*process, 2));
    process.reset();
    put(3, 1);
    put(4, 1);
    server().sql("update headroom_checkpoints set owner = 'gone', trying = 3, attempts = 5",
                 database);
    process = started(quick);
    EXPECT_TRUE(taken(*process, 4));
    EXPECT_EQ(parked(), "3");
    EXPECT_THAT(reason(), HasSubstr("the process ended"));
    EXPECT_EQ(trace(4), "1");
}

TEST_F(Poison, PausesWithinABatchAndResumesAcrossARestart) {
    auto process = started();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    EXPECT_TRUE(operate<bool>(*process, [](persistence::connection& over) {
        return pause_projection(over, {"test.counting"}, soon());
    }));
    put(1, 2);
    EXPECT_TRUE(eventually([&] { return process->status().state == projection_state::paused; }));
    process = started();
    EXPECT_TRUE(eventually([&] { return process->status().state == projection_state::paused; }));
    EXPECT_EQ(trace(1), "1");
    EXPECT_TRUE(operate<bool>(*process, [](persistence::connection& over) {
        return resume_projection(over, {"test.counting"}, soon());
    }));
    EXPECT_TRUE(taken(*process, 2));
    EXPECT_EQ(trace(1), "1 2");
}

TEST_F(Poison, RebuildsAReadModelThatItEmptiesInTheSameTransaction) {
    auto process = started();
    put(1, 1);
    const auto last = put(1, 2);
    EXPECT_TRUE(taken(*process, last));
    server().sql("update model set trace = 'spoilt'", database);
    const auto epoch = std::stoll(of_checkpoint("epoch"));
    counting same;
    EXPECT_TRUE(operate<bool>(*process, [&](persistence::connection& over) {
        return rewind_projection(over, same, 0, soon());
    }));
    EXPECT_TRUE(eventually([&] { return trace(1) == "1 2"; }));
    EXPECT_GT(std::stoll(of_checkpoint("epoch")), epoch) << "a batch under way was fenced";
}

TEST_F(Poison, GoesBackToAPositionButNotForward) {
    auto process = started();
    put(1, 1);
    EXPECT_TRUE(taken(*process, put(1, 2)));
    counting same;
    const auto back_to = [&](log_position to) {
        return operate<bool>(*process, [&, to](persistence::connection& over) {
            return rewind_projection(over, same, to, soon());
        });
    };
    EXPECT_FALSE(back_to(3));
    EXPECT_TRUE(back_to(1));
    EXPECT_TRUE(eventually([&] { return trace(1) == "1 2 2"; })) << "it is the model's to bear";
}

TEST_F(Poison, ListsWhatAnOperatorAsksFirst) {
    auto process = started(quick);
    put(1, 1, refused);
    EXPECT_TRUE(taken(*process, put(2, 1)));
    const auto all = operate<std::vector<projection_entry>>(
        *process, [](persistence::connection& over) { return list_projections(over, soon()); });
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].name, "test.counting");
    EXPECT_EQ(all[0].position, 2);
    EXPECT_EQ(all[0].newest, 2);
    EXPECT_EQ(all[0].parked, 1);
    EXPECT_THAT(all[0].owner, HasSubstr("eventsourcing.writers"));
    ASSERT_EQ(all[0].reasons.size(), 1U);
    EXPECT_FALSE(all[0].paused);
}

}  // namespace
}  // namespace headroom::eventsourcing
