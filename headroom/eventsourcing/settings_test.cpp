#include "headroom/eventsourcing/settings.hpp"

#include <gtest/gtest.h>

namespace headroom::eventsourcing {
namespace {

using variables = std::vector<std::pair<std::string, std::string>>;

class EventStoreSettings : public ::testing::Test {
protected:
    event_store_settings read(const variables& values) {
        environment from(profile::dev);
        for (const auto& [name, value] : values) from.add(name, value, "test");
        setting_reader reader(from);
        auto made = read_event_store_settings(reader, serve());
        const auto sealed = reader.seal();
        faults_ = sealed ? "" : to_string(sealed.error());
        warnings_ = to_string(reader.warnings());
        table_ = sealed ? to_table(*sealed) : "";
        return made;
    }
    static persistence::connect_info serve() {
        persistence::connect_info app;
        app.user = "app";
        app.database = "shop";
        return app;
    }
    static unsigned planned(const event_store_settings& with) {
        std::uint64_t sum = 0;
        for (const auto& each : consumers(pools_of(with, serve(), true), 3))
            if (each.resource == "postgres") sum += each.pool.value();
        return static_cast<unsigned>(sum);
    }

    std::string faults_, warnings_, table_;
};

TEST_F(EventStoreSettings, PlanFiveConnectionsUntouched) {
    const auto made = read({});
    EXPECT_EQ(faults_ + warnings_, "");
    EXPECT_EQ(made.pool, 2U);
    EXPECT_EQ(made.writers, 2U);
    EXPECT_EQ(made.runners_max, 8U);
    EXPECT_FALSE(made.overflow || made.catch_up || made.own_projector);
    EXPECT_EQ(planned(made), 5U);
}

TEST_F(EventStoreSettings, EachSizeReachesThePlan) {
    EXPECT_EQ(planned(read({{"POSTGRES_POOL_SIZE", "4"}})), 7U);
    EXPECT_EQ(planned(read({{"POSTGRES_PROJECTION_POOL_SIZE", "5"}})), 7U);
    EXPECT_EQ(read({{"POSTGRES_MAX_OVERFLOW", "1"}}).overflow, 1U);
    EXPECT_EQ(read({{"POSTGRES_PROJECTION_MAX_OVERFLOW", "0"}}).catch_up, 0U);
}

TEST_F(EventStoreSettings, AWriterStandsBesideTheFeedAtLeast) {
    const auto made = read({{"POSTGRES_PROJECTION_POOL_SIZE", "1"}});
    EXPECT_EQ(made.writers, 1U);
    EXPECT_NE(warnings_.find("2 connections are planned"), std::string::npos) << warnings_;
    EXPECT_EQ(read({{"POSTGRES_PROJECTION_POOL_SIZE", "2"}}).writers, 1U);
    EXPECT_EQ(warnings_, "");
}

TEST_F(EventStoreSettings, WithoutRunnersNothingIsPlannedForProjections) {
    EXPECT_EQ(planned(read({{"MAX_PROJECTION_RUNNERS", "0"}})), 2U);
}

TEST_F(EventStoreSettings, TheProjectorSignsInAsTheAppUnlessTold) {
    EXPECT_EQ(read({}).projector, serve());
    const auto made = read({{"HEADROOM_PROJECTOR_URL", "postgres://projector:x@h/shop"}});
    EXPECT_EQ(made.projector.user, "projector");
    EXPECT_TRUE(made.own_projector);
    EXPECT_EQ(pools_of(made, serve(), true).projector_role, "projector");
}

TEST_F(EventStoreSettings, NameEachBound) {
    for (const auto& [name, value] : {std::pair("POSTGRES_POOL_SIZE", "0"),
                                      {"POSTGRES_POOL_SIZE", "51"},
                                      {"POSTGRES_MAX_OVERFLOW", "101"},
                                      {"POSTGRES_PROJECTION_POOL_SIZE", "0"},
                                      {"POSTGRES_PROJECTION_POOL_SIZE", "21"},
                                      {"POSTGRES_PROJECTION_MAX_OVERFLOW", "21"},
                                      {"MAX_PROJECTION_RUNNERS", "1025"},
                                      {"POSTGRES_PORT", "0"},
                                      {"POSTGRES_CONN_MAX_AGE", "59"},
                                      {"POSTGRES_CONNECT_TIMEOUT", "4"}}) {
        read({{name, value}});
        EXPECT_EQ(faults_.find(std::string(name) + "=" + value + " (test): must be "), 0U)
            << faults_;
    }
    read({{"MAX_PROJECTION_RUNNERS", "256"}, {"POSTGRES_PROJECTION_POOL_SIZE", "20"}});
    EXPECT_EQ(faults_, "");
}

TEST_F(EventStoreSettings, NeverShowASecret) {
    const std::string canary = "c4n4ry";
    read({{"HEADROOM_PROJECTOR_URL", "postgres://projector:" + canary + "@h/d"},
          {"POSTGRES_PASSWORD", canary}});
    EXPECT_NE(table_.find("projector@h:5432/d"), std::string::npos);
    EXPECT_EQ((table_ + warnings_ + faults_).find(canary), std::string::npos);
}

}  // namespace
}  // namespace headroom::eventsourcing
