#include "headroom/persistence/cache/record.hpp"

#include <gmock/gmock.h>

#include "headroom/persistence/cache/key_space.hpp"
#include "headroom/persistence/cache/lifetime.hpp"

namespace headroom::cache {
namespace {

using namespace std::chrono_literals;

TEST(CacheRecord, IsReadAsItWasWritten) {
    const auto until = wall_time(1'700'000'000'123ms);
    const std::string body("b\0dy", 4);
    const auto text = make_record(record_kind::value, 0xFFEEDDCCBBAA9988, until, body);
    const auto read = parse_record(text);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->kind, record_kind::value);
    EXPECT_EQ(read->fresh_until, until);
    EXPECT_EQ(read->body, body);
}

TEST(CacheRecord, OfAnotherStampHasAnotherHead) {
    const auto one = make_record(record_kind::open, 1), two = make_record(record_kind::open, 2);
    EXPECT_NE(one.substr(0, head_bytes), two.substr(0, head_bytes));
}

TEST(CacheRecord, IsNotWhatSomebodyElseWrote) {
    EXPECT_FALSE(parse_record(""));
    EXPECT_FALSE(parse_record("42"));
    EXPECT_FALSE(parse_record("{\"name\": \"a text of some length\"}"));
}

TEST(CacheKeys, OfTwoServicesDiffer) {
    const key_space one("shop"), two("shop:eu");
    EXPECT_EQ(one.full("profile:7"), "shop:profile:7");
    EXPECT_EQ(one.channel(), "shop:changed");
    EXPECT_NE(one.channel(), two.channel());
}

TEST(CacheKeys, KeepTheirHashTags) {
    EXPECT_EQ(key_space("shop").full("{tenant-1}:limits").find('{'), 5u);
    EXPECT_FALSE(key_space::is_prefix("{shop}"));
    EXPECT_FALSE(key_space::is_prefix(""));
    EXPECT_FALSE(key_space::is_prefix(std::string(65, 'a')));
}

TEST(CacheKeys, AreBounded) {
    EXPECT_NO_THROW(key_space::check(std::string(512, 'k')));
    EXPECT_THROW(key_space::check(std::string(513, 'k')), std::length_error);
    EXPECT_THROW(key_space::check(""), std::length_error);
}

TEST(CacheLifetime, IsJitteredWithinItsShare) {
    EXPECT_EQ(jittered(1'000ms, 0.10, 0.0), 900ms);
    EXPECT_EQ(jittered(1'000ms, 0.10, 0.5), 1'000ms);
    EXPECT_NEAR(static_cast<double>(jittered(1'000ms, 0.10, 0.999).count()), 1'100, 2);
    EXPECT_EQ(jittered(1ms, 0.10, 0.0), 1ms);
}

TEST(CacheLifetime, IsNeverOverBeforeItIsStale) {
    for (const double random : {0.0, 0.3, 0.999}) {
        const auto drawn = jittered(lifetime{100ms, 100ms}, 0.10, random);
        EXPECT_LE(drawn.fresh, drawn.kept);
    }
}

}  // namespace
}  // namespace headroom::cache
