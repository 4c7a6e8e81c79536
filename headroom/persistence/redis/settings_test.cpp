#include "headroom/persistence/redis/settings.hpp"

#include <gmock/gmock.h>

namespace headroom::redis {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using std::chrono::milliseconds;
using variables = std::vector<std::pair<std::string, std::string>>;

class RedisSettings : public ::testing::Test {
protected:
    settings read(const variables& values, profile as = profile::dev) {
        environment from(as);
        for (const auto& [name, value] : values) from.add(name, value, "test");
        setting_reader reader(from);
        auto made = read_settings(reader);
        const auto sealed = reader.seal();
        faults_ = sealed ? "" : to_string(sealed.error());
        warnings_ = to_string(reader.warnings());
        table_ = sealed ? to_table(*sealed) : "";
        return made;
    }

    std::string faults_, warnings_, table_;
};

TEST_F(RedisSettings, WithoutAnAddressThereIsNoRedis) {
    const auto none = read({{"REDIS_POOL_SIZE", "5"}});
    EXPECT_EQ(faults_, "");
    EXPECT_FALSE(none.server || none.tasks);
    EXPECT_TRUE(consumers(none, {.shared = true, .push = true}).empty());
}

TEST_F(RedisSettings, ReadTheUrlOrItsParts) {
    const auto url = read({{"REDIS_URL", "rediss://app:s3cret@cache:6380/2"},
                           {"REDIS_SOCKET_CONNECT_TIMEOUT", "5.0"},
                           {"REDIS_SOCKET_TIMEOUT", "250 ms"},
                           {"REDIS_MAXCLIENTS", "500"}});
    EXPECT_EQ(faults_, "");
    EXPECT_EQ(url.server->describe(), "app@cache:6380 tls");
    EXPECT_EQ(url.connect_timeout, milliseconds(5000));
    EXPECT_EQ(url.silence, milliseconds(250));
    EXPECT_EQ(url.clients_max, 500u);
    EXPECT_THAT(table_, HasSubstr("app@cache:6380 tls"));
    const auto parts = read({{"REDIS_HOST", "cache"}, {"REDIS_PASSWORD", "s3cret"}});
    EXPECT_EQ(parts.server->describe(), "cache:6379");
    EXPECT_EQ(parts.server->password.reveal(), "s3cret");
    read({{"REDIS_URL", "redis://a"}, {"REDIS_HOST", "b"}});
    EXPECT_THAT(warnings_, HasSubstr("REDIS_HOST and its siblings are not used"));
}

TEST_F(RedisSettings, TasksHaveADatabaseOfTheirOwn) {
    EXPECT_EQ(read({{"REDIS_URL", "redis://cache/2"}}).tasks->database, 3u);
    const auto apart = read({{"REDIS_URL", "redis://a"}, {"TASKIQ_REDIS_URL", "redis://b/1"}});
    EXPECT_EQ(apart.tasks->describe(), "b:6379");
    EXPECT_EQ(apart.tasks->database, 1u);
}

TEST_F(RedisSettings, WarnOfWhatNothingReadsAndOfAPasswordInClear) {
    read({{"REDIS_URL", "redis://cache?decode_responses=True"}});
    EXPECT_THAT(warnings_, HasSubstr("nothing reads its parameter decode_responses"));
    const variables clear{{"REDIS_URL", "redis://:s3cret@cache"}};
    read(clear, profile::production);
    EXPECT_THAT(warnings_, HasSubstr("travels in clear"));
    read({{"REDIS_URL", "redis://:s3cret@localhost"}}, profile::production);
    EXPECT_EQ(warnings_, "");
}

TEST_F(RedisSettings, NeverShowASecret) {
    for (const auto* url : {"redis://:s3cret@h:port", "http://s3cret@h", "redis://:s3cret%zz@h"}) {
        read({{"REDIS_URL", url}, {"TASKIQ_REDIS_URL", url}});
        EXPECT_NE(faults_, "");
        EXPECT_THAT(faults_ + warnings_, Not(HasSubstr("s3cret")));
    }
    read({{"REDIS_URL", "redis://:s3cret@h?s3cret"}});
    EXPECT_THAT(table_, Not(HasSubstr("s3cret@")));
}

TEST_F(RedisSettings, NameEachBound) {
    for (const auto& [name, value] :
         {std::pair("REDIS_POOL_SIZE", "0"), {"REDIS_POOL_SIZE", "101"}, {"REDIS_MAXCLIENTS", "0"},
          {"REDIS_MAXCLIENTS", "1000001"}, {"REDIS_SOCKET_TIMEOUT", "99 ms"},
          {"REDIS_SOCKET_CONNECT_TIMEOUT", "301"}}) {
        read({{name, value}});
        EXPECT_THAT(faults_, HasSubstr(std::string(name) + "=" + value + " (test): must be "));
    }
}

TEST_F(RedisSettings, PoolSizeCapsFloorsAndReserve) {
    const auto with = [&](const char* cap) {
        return read({{"REDIS_URL", "redis://h"}, {"REDIS_POOL_SIZE", cap}});
    };
    EXPECT_EQ(reserve_of(with("10"), 1), 1u);
    EXPECT_EQ(reserve_of(with("10"), 2), 2u);
    EXPECT_EQ(reserve_of(with("3"), 2), 1u);
    EXPECT_EQ(reserve_of(with("1"), 1), 0u);
    EXPECT_EQ(reserve_of(with("1"), 2), 0u);
    const auto rows = consumers(with("10"), {.shared = true, .push = true});
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].name, shared_consumer);
    EXPECT_EQ(rows[1].name, push_consumer);
    EXPECT_EQ(rows[2].resource, "files");
    EXPECT_EQ(rows[2].pool, 4u);
}

}  // namespace
}  // namespace headroom::redis
