#include "headroom/persistence/redis/connect_info.hpp"

#include <gmock/gmock.h>

namespace headroom::redis {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

connect_info at(std::string_view url) { return parse_connect_info(url).value(); }

TEST(RedisConnectInfo, ReadsEveryWayToWriteAnAddress) {
    EXPECT_EQ(at("redis://cache").describe(), "cache:6379");
    EXPECT_EQ(at("rediss://app:s3cret@cache:6380/2").describe(), "app@cache:6380 tls");
    EXPECT_EQ(at("unix:///run/redis.sock?db=1").describe(), "/run/redis.sock");
    EXPECT_EQ(at("redis+socket://app:s3cret@/run/redis.sock").describe(), "app@/run/redis.sock");
    EXPECT_EQ(at("redis://:s%403cret@[::1]:7000").describe(), "[::1]:7000");
    EXPECT_EQ(at("redis+sentinel://app:s3cret@s1,s2:26380/orders/3").describe(),
              "app@orders of sentinels s1:26379, s2:26380");
}

TEST(RedisConnectInfo, ReadsUserPasswordAndDatabase) {
    const auto read = at("redis://app%20x:p%2Fw@cache:1/7");
    EXPECT_EQ(read.user, "app x");
    EXPECT_EQ(read.password.reveal(), "p/w");
    EXPECT_EQ(read.database, 7u);
    EXPECT_EQ(read.port, 1u);
    EXPECT_EQ(at("redis://s%403cret@h").password.reveal(), "s@3cret");
    EXPECT_EQ(at("redis://h?user=a&password=b&db=4").user, "a");
    EXPECT_EQ(at("redis://h?user=a&password=b&db=4").password.reveal(), "b");
    EXPECT_EQ(at("redis://h?user=a&password=b&db=4").database, 4u);
}

TEST(RedisConnectInfo, KnowsItsAddressWhenNobodyHasToBeAsked) {
    EXPECT_EQ(at("redis://10.0.0.7").hostaddr, "10.0.0.7");
    EXPECT_TRUE(at("redis://[::1]").has_address());
    EXPECT_TRUE(at("unix:///a").has_address());
    EXPECT_FALSE(at("redis://cache").has_address());
    EXPECT_TRUE(at("redis://localhost").is_local());
    EXPECT_TRUE(at("unix:///a").is_local());
    EXPECT_FALSE(at("redis://cache").is_local());
}

TEST(RedisConnectInfo, VerifiesTheServerUnlessToldNotTo) {
    EXPECT_TRUE(at("rediss://h").verify);
    EXPECT_TRUE(at("rediss://h").authorities.empty());
    EXPECT_EQ(at("rediss://h?sslrootcert=%2Fetc%2Fca.pem").authorities, "/etc/ca.pem");
    EXPECT_EQ(at("rediss://h?ssl_ca_certs=/ca.pem").authorities, "/ca.pem");
    EXPECT_FALSE(at("rediss://h?ssl_cert_reqs=none").verify);
    EXPECT_FALSE(at("rediss://h?sslmode=require").verify);
    EXPECT_TRUE(at("rediss://h?sslmode=verify-full").verify);
    EXPECT_TRUE(at("rediss+sentinel://s/m").tls);
}

TEST(RedisConnectInfo, ReadsSentinels) {
    const auto read = at("redis+sentinel://app:pw@s1:1,[::1]:2/orders/3?sentinel_password=sp");
    EXPECT_THAT(read.sentinels, ElementsAre(endpoint{"s1", 1}, endpoint{"::1", 2}));
    EXPECT_EQ(read.master, "orders");
    EXPECT_EQ(read.database, 3u);
    EXPECT_EQ(read.sentinel_password.reveal(), "sp");
    EXPECT_TRUE(read.is_sentinel());
}

TEST(RedisConnectInfo, NamesWhatNothingReads) {
    EXPECT_THAT(at("redis://h?decode_responses=True&db=1&x=2").unread,
                ElementsAre("decode_responses", "x"));
}

TEST(RedisConnectInfo, SaysWhatIsWrongWithoutTheSecret) {
    for (const auto* url :
         {"cache:6379", "http://:s3cret@h", "redis://", "redis://:s3cret@h:port",
          "redis://:s3cret%zz@h", "redis://:s3cret@a,b", "redis://:s3cret@[::1",
          "redis://:s3cret@h/x", "redis://:s3cret@h/1000001", "redis://:s3cret@h:0",
          "redis://:s3cret@h:65536", "unix://:s3cret@run", "redis+sentinel://:s3cret@/m",
          "redis+sentinel://:s3cret@h", "redis://:s3cret@h?sslmode=s3cret", "redis://:s3cret@h%00x",
          "redis+sentinel://:s3cret@a,,b/m"}) {
        const auto read = parse_connect_info(url);
        ASSERT_FALSE(read) << url;
        for (const auto& each : read.error()) EXPECT_THAT(each, Not(HasSubstr("s3cret")));
    }
}

TEST(RedisConnectInfo, BoundsItsInput) {
    EXPECT_FALSE(parse_connect_info("redis://h?" + std::string(url_bytes_max, 'x')));
    EXPECT_FALSE(parse_connect_info("redis://" + std::string(300, 'h')));
    std::string many = "redis+sentinel://s";
    for (std::size_t i = 0; i < sentinels_max; ++i) many += ",s";
    EXPECT_FALSE(parse_connect_info(many + "/m"));
}

}  // namespace
}  // namespace headroom::redis
