#include "command/service_url.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::command {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string described(std::string_view value) {
    const auto url = parse_service_url(value);
    return url ? url->kind + " " + url->describe() : "none";
}

TEST(ServiceUrl, ReadsTheDialectsOfManyLibraries) {
    EXPECT_EQ(described("postgresql+asyncpg://app:pw@db:6432/orders"),
              "postgres app@db:6432/orders");
    EXPECT_EQ(described("postgres://app@db/orders"), "postgres app@db:5432/orders");
    EXPECT_EQ(described("jdbc:postgresql://db:5432/orders?user=app&password=pw"),
              "postgres app@db:5432/orders");
    EXPECT_EQ(described("ecto://app:pw@db/orders"), "postgres app@db:5432/orders");
    EXPECT_EQ(described("rediss://default:pw@cache:6380/2"), "redis default@cache:6380/2");
    EXPECT_EQ(described("redis://cache"), "redis cache:6379");
    EXPECT_EQ(described("Host=db;Port=5433;Database=orders;Username=app;Password=pw"),
              "postgres app@db:5433/orders");
    EXPECT_EQ(described("postgresql://app@/orders?host=/run/postgresql"),
              "postgres app@local/orders");
    EXPECT_EQ(described("postgresql://app@[::1]:5433/orders"), "postgres app@::1:5433/orders");
}

TEST(ServiceUrl, TakesNothingElseForOne) {
    for (const auto* other : {"", "mysql://a@b/c", "https://example.org", "amqp://guest@mq", "a=b",
                              "just text", "://", "redis"})
        EXPECT_EQ(described(other), "none") << other;
}

TEST(ServiceUrl, KeepsParametersAndNoSecretOfThem) {
    const auto url = parse_service_url(
        "postgresql://app:s3cret@db/x?connection_limit=5&password=s3cret&sslkey=s3cret&Pool=7");
    ASSERT_TRUE(url);
    EXPECT_EQ(url->parameters.at("connection_limit"), "5");
    EXPECT_EQ(url->parameters.at("pool"), "7");
    for (const auto& [name, value] : url->parameters) EXPECT_THAT(value, Not(HasSubstr("s3cret")));
}

TEST(ServiceUrl, NeverKeepsWhatMayBeASecret) {
    for (const auto* value :
         {"redis://s3cret@cache/0", "redis://:s3cret@cache/0", "postgres://app:s3c/ret@db/x",
          "postgres://app:s3cret@db", "postgresql://app:s3@cret@db/x", "redis://:s3cret?x@cache"}) {
        const auto url = parse_service_url(value);
        ASSERT_TRUE(url) << value;
        EXPECT_THAT(url->describe(), Not(HasSubstr("s3c"))) << value;
        EXPECT_THAT(url->describe(), Not(HasSubstr("ret"))) << value;
    }
}

}  // namespace
}  // namespace headroom::command
