#include "headroom/persistence/settings.hpp"

#include <gtest/gtest.h>

#include "headroom/persistence/redis/settings.hpp"

namespace headroom::persistence {
namespace {

using std::chrono::seconds;
using variables = std::vector<std::pair<std::string, std::string>>;

class DatabaseSettings : public ::testing::Test {
protected:
    database_settings read(const variables& values, profile as = profile::dev) {
        environment from(as);
        for (const auto& [name, value] : values) from.add(name, value, "test");
        setting_reader reader(from);
        auto made = read_database_settings(reader);
        redis_ = redis::read_settings(reader);
        const auto sealed = reader.seal();
        faults_ = sealed ? "" : to_string(sealed.error());
        warnings_ = to_string(reader.warnings());
        table_ = sealed ? to_table(*sealed) : "";
        return made;
    }
    std::string faults_of(const variables& values, profile as = profile::dev) {
        read(values, as);
        return faults_;
    }

    redis::settings redis_;
    std::string faults_, warnings_, table_;
};

TEST_F(DatabaseSettings, StartSmall) {
    const auto made = read({});
    EXPECT_EQ(faults_, "");
    EXPECT_EQ(made.serve.describe(), "postgres@localhost:5432/app sslmode=disable");
    EXPECT_EQ(made.migrate, made.serve);
    EXPECT_EQ(made.async, (async_split{1, 1}));
    EXPECT_EQ(made.sync_pool, 1U);
    EXPECT_FALSE(made.async_overflow || made.sync_overflow || made.echo);
    EXPECT_EQ(made.pool_timeout, seconds(30));
    EXPECT_EQ(made.pool_recycle, seconds(3600));
    EXPECT_EQ(redis_.connections_max, 10U);
    EXPECT_FALSE(redis_.server || redis_.tasks);
}

TEST_F(DatabaseSettings, SplitTheAsyncPoolAsDocumented) {
    EXPECT_EQ(split_async_pool(1), (async_split{1, 0}));
    EXPECT_EQ(split_async_pool(2), (async_split{1, 1}));
    EXPECT_EQ(split_async_pool(3), (async_split{1, 2}));
    EXPECT_EQ(split_async_pool(10), (async_split{4, 6}));
    EXPECT_EQ(split_async_pool(100), (async_split{4, 96}));
}

TEST_F(DatabaseSettings, TakeAnOverflowForACapOnBorrowing) {
    EXPECT_EQ(burst_terms({}), (budget::overflow_terms{budget::overflow_kind::shared, 0}));
    EXPECT_EQ(burst_terms(5), (budget::overflow_terms{budget::overflow_kind::shared, 5}));
    EXPECT_EQ(burst_terms(0), (budget::overflow_terms{budget::overflow_kind::fixed, 0}));
}

TEST_F(DatabaseSettings, SignInWithTheUrlOrItsParts) {
    EXPECT_EQ(read({{"DATABASE_URL", "postgres://app:x@db.example/orders"}}).serve.describe(),
              "app@db.example:5432/orders sslmode=require");
    const auto parts = read({{"DATABASE_HOST", "/run/postgresql"},
                             {"DATABASE_PORT", "5433"},
                             {"DATABASE_USER", "app"},
                             {"DATABASE_PASSWORD", "p/w"},
                             {"DATABASE_NAME", "orders"}});
    EXPECT_EQ(parts.serve.describe(), "app@/run/postgresql:5433/orders sslmode=disable");
    EXPECT_EQ(parts.serve.password.reveal(), "p/w");
    EXPECT_EQ(faults_, "");
}

TEST_F(DatabaseSettings, LetTheUrlDecideOverItsPartsAndSaySo) {
    const auto made = read(
        {{"DATABASE_URL", "postgres://app@db.example/orders"}, {"DATABASE_HOST", "elsewhere"}});
    EXPECT_EQ(made.serve.host, "db.example");
    EXPECT_NE(warnings_.find("DATABASE_HOST and its siblings are not used"), std::string::npos);
}

TEST_F(DatabaseSettings, MigrateAsAnotherRoleWhenTold) {
    const auto made = read({{"DATABASE_URL", "postgres://app:x@h/d"},
                            {"HEADROOM_MIGRATE_URL", "postgres://owner:y@h/d"}});
    EXPECT_EQ(made.serve.user, "app");
    EXPECT_EQ(made.migrate.user, "owner");
}

TEST_F(DatabaseSettings, StateWhatThePoolerLetsIn) {
    const auto made = read({{"DATABASE_URL", "postgres://app:x@pooler/d"},
                            {"HEADROOM_DIRECT_URL", "postgres://app:x@h/d"},
                            {"HEADROOM_POOLER_LIMIT", "40"}});
    EXPECT_EQ(made.pooler_limit, 40U);
    EXPECT_EQ(warnings_, "");
    read({{"DATABASE_URL", "postgres://app:x@h/d"}, {"HEADROOM_POOLER_LIMIT", "40"}});
    EXPECT_NE(warnings_.find("there is no pooler"), std::string::npos);
}

TEST_F(DatabaseSettings, NameEachBound) {
    for (const auto& [name, value] : {std::pair("DATABASE_PORT", "0"),
                                      {"DATABASE_PORT", "65536"},
                                      {"DATABASE_ASYNC_POOL_SIZE", "0"},
                                      {"DATABASE_ASYNC_POOL_SIZE", "101"},
                                      {"DATABASE_ASYNC_MAX_OVERFLOW", "101"},
                                      {"DATABASE_SYNC_POOL_SIZE", "51"},
                                      {"HEADROOM_POOLER_LIMIT", "0"},
                                      {"DATABASE_SYNC_MAX_OVERFLOW", "51"},
                                      {"DATABASE_POOL_TIMEOUT", "0"},
                                      {"DATABASE_POOL_TIMEOUT", "301"},
                                      {"DATABASE_POOL_RECYCLE", "59"},
                                      {"DATABASE_POOL_RECYCLE", "86401"},
                                      {"DATABASE_ECHO", "loud"},
                                      {"REDIS_POOL_SIZE", "0"},
                                      {"REDIS_POOL_SIZE", "101"},
                                      {"REDIS_PORT", "0"},
                                      {"REDIS_DB", "16"}}) {
        const auto faults = faults_of({{name, value}});
        EXPECT_EQ(faults.find(std::string(name) + "=" + value + " (test): must be "), 0U) << faults;
    }
}

TEST_F(DatabaseSettings, AcceptTheValuesAtEachBound) {
    EXPECT_EQ(faults_of({{"DATABASE_SYNC_POOL_SIZE", "0"},
                         {"DATABASE_ASYNC_MAX_OVERFLOW", "0"},
                         {"DATABASE_ASYNC_POOL_SIZE", "100"}}),
              "");
    EXPECT_EQ(faults_of({{"DATABASE_SYNC_POOL_SIZE", "50"},
                         {"DATABASE_POOL_TIMEOUT", "5 min"},
                         {"REDIS_POOL_SIZE", "100"}}),
              "");
}

TEST_F(DatabaseSettings, RefuseInProductionWhatDevelopmentForgives) {
    const auto as = profile::production;
    EXPECT_NE(faults_of({}, as).find("DATABASE_URL: must be set in production"), std::string::npos);
    for (const auto* url :
         {"postgres://app:postgres@db.example/d", "postgres://app:secret@/d?host=/run"})
        EXPECT_NE(faults_of({{"DATABASE_URL", url}}, as).find("tries first"), std::string::npos);
    EXPECT_NE(faults_of({{"DATABASE_HOST", "h"}}, as).find("tries first"), std::string::npos);
    EXPECT_EQ(faults_of({{"DATABASE_URL", "postgres://app:k8Zw-1@db.example/d"}}, as), "");
}

TEST_F(DatabaseSettings, NeverShowASecret) {
    const std::string canary = "c4n4ry";
    read({{"DATABASE_URL", "postgres://app:" + canary + "@h/d"},
          {"DATABASE_PASSWORD", canary},
          {"REDIS_URL", "redis://:" + canary + "@h/0"}});
    EXPECT_NE(table_.find("app@h:5432/d"), std::string::npos);
    EXPECT_EQ((table_ + warnings_ + faults_).find(canary), std::string::npos);
    const auto faults =
        faults_of({{"DATABASE_URL", "postgres://app:" + canary + "@h:0/d?x=" + canary},
                   {"REDIS_URL", canary}});
    EXPECT_NE(faults.find("REDIS_URL=*** (set) (test): must begin with redis://"),
              std::string::npos);
    EXPECT_EQ(faults.find(canary), std::string::npos) << faults;
}

}  // namespace
}  // namespace headroom::persistence
