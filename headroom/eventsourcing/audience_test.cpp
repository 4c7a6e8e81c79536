#include "headroom/eventsourcing/audience.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/eventsourcing/projections_fixture.hpp"

namespace headroom::eventsourcing {
namespace {

using ::testing::ElementsAre;
using testing::eventually;

/// Notes what it is told, and what the read model said then.
class ProjectionAudience : public ProjectionsFixture, public audience {
protected:
    task<void> changing(std::string_view projection, std::vector<std::string> what) override {
        note("changing", projection, what);
        co_return;
    }
    task<void> changed(std::string_view projection, std::vector<std::string> what) override {
        note("changed", projection, what);
        co_return;
    }
    void note(const std::string& call, std::string_view projection,
              const std::vector<std::string>& what) {
        EXPECT_EQ(projection, "test.counting");
        for (const auto& each : what) {
            const auto at = std::stoi(each.substr(each.size() - 2));
            const std::scoped_lock lock(mutex_);
            heard_.push_back(call + " " + std::to_string(at) + ": " + trace(at));
        }
    }
    std::vector<std::string> heard() {
        const std::scoped_lock lock(mutex_);
        return heard_;
    }
    std::unique_ptr<projector_process> told() {
        auto made = std::make_unique<projector_process>(
            url(), writers_url(), one(std::make_unique<counting>()), projection_bounds{}, this);
        made->start();
        return made;
    }

private:
    std::mutex mutex_;
    std::vector<std::string> heard_;  // guarded by mutex_
};

TEST_F(ProjectionAudience, IsToldBeforeAndAfterTheCommit) {
    auto process = told();
    EXPECT_TRUE(taken(*process, put(1, 1)));
    EXPECT_TRUE(eventually([&] { return heard().size() == 2; }));
    EXPECT_TRUE(taken(*process, put(2, 1)));
    EXPECT_TRUE(eventually([&] { return heard().size() == 4; }));
    EXPECT_THAT(heard(),
                ElementsAre("changing 1: ", "changed 1: 1", "changing 2: ", "changed 2: 1"));
}

TEST_F(ProjectionAudience, IsToldOfAThingOnceABatch) {
    for (int version = 1; version <= 5; ++version) put(1, version);
    auto process = told();
    EXPECT_TRUE(taken(*process, 5));
    EXPECT_TRUE(eventually([&] { return heard().size() == 2; }));
    EXPECT_THAT(heard(), ElementsAre("changing 1: ", "changed 1: 1 2 3 4 5"));
}

TEST_F(ProjectionAudience, IsNotToldOfTheEndOfWhatFailed) {
    auto process = told();
    put(1, 1, "\"refused\"");
    EXPECT_TRUE(taken(*process, put(2, 1)));
    EXPECT_TRUE(eventually([&] { return !parked().empty(); }));
    for (const auto& each : heard()) EXPECT_EQ(each.find("changed 1"), each.npos) << each;
    process.reset();
    EXPECT_EQ(heard().back(), "changed 2: 1");
}

}  // namespace
}  // namespace headroom::eventsourcing
