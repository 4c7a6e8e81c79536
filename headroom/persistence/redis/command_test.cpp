#include "headroom/persistence/redis/command.hpp"

#include <gtest/gtest.h>

namespace headroom::redis {
namespace {

std::string encoded(const command& what) {
    std::string bytes;
    what.append_to(bytes);
    EXPECT_EQ(bytes.size(), what.bytes());
    return bytes;
}

TEST(RedisCommand, IsAnArrayOfTexts) {
    EXPECT_EQ(encoded(command("GET", "a b")), "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
    EXPECT_EQ(encoded(command("PING")), "*1\r\n$4\r\nPING\r\n");
    using namespace std::string_literals;
    EXPECT_EQ(encoded(command("SET", "k", "\0\r\n"s, "PX", 1500)),
              "*5\r\n$3\r\nSET\r\n$1\r\nk\r\n$3\r\n\0\r\n\r\n"
              "$2\r\nPX\r\n$4\r\n1500\r\n"s);
    EXPECT_EQ(encoded(command("X", -1, 0U, std::numeric_limits<std::int64_t>::min(),
                              std::numeric_limits<std::uint64_t>::max())),
              "*5\r\n$1\r\nX\r\n$2\r\n-1\r\n$1\r\n0\r\n$20\r\n-9223372036854775808\r\n$20\r\n"
              "18446744073709551615\r\n");
}

TEST(RedisCommand, GrowsWordByWord) {
    command many("DEL");
    for (int i = 0; i < 12; ++i) many.add(i);
    EXPECT_TRUE(encoded(many).starts_with("*13\r\n$3\r\nDEL\r\n$1\r\n0\r\n"));
    EXPECT_EQ(many.name(), "DEL");
    EXPECT_EQ(many.words(), 13u);
}

TEST(RedisCommand, TakesAnotherHead) {
    const command named("EVALSHA", "0123456789abcdef", 1, "key", "value");
    EXPECT_EQ(encoded(named.with_head("EVAL", "return 1")),
              encoded(command("EVAL", "return 1", 1, "key", "value")));
    EXPECT_EQ(named.with_head("EVAL", "x").name(), "EVAL");
    EXPECT_THROW(named.with_head("EVAL", std::string(command::bytes_max - 20, 'x')),
                 command_too_large);
}

TEST(RedisCommand, BoundsItsBytes) {
    command large("SET", "key");
    const std::string most(command::bytes_max - 100, 'x');
    large.add(most);
    EXPECT_LE(large.bytes(), command::bytes_max);
    EXPECT_THROW(large.add(std::string(100, 'x')), command_too_large);
    EXPECT_THROW(command("SET", std::string(command::bytes_max, 'x')), command_too_large);
}

TEST(RedisCommand, BoundsItsWords) {
    command many("DEL");
    while (many.words() < command::words_max) many.add("k");
    EXPECT_THROW(many.add("k"), command_too_large);
    EXPECT_EQ(encoded(many).substr(0, 10), "*1048576\r\n");
}

TEST(RedisCommand, TellsWhenPushesStandForItsAnswer) {
    EXPECT_EQ(command("GET", "a").answers_by_push(), 0u);
    EXPECT_EQ(command("SUBSCRIBE", "a", "b").answers_by_push(), 2u);
    EXPECT_EQ(command("unsubscribe", "a").answers_by_push(), 1u);
    EXPECT_EQ(command("PSUBSCRIBE", "a*").answers_by_push(), 1u);
}

TEST(RedisCommandDeathTest, ANameIsAWordOfTheProgram) {
    EXPECT_DEATH(command("GET key"), "a word of the program");
    EXPECT_DEATH(command(""), "a word of the program");
}

}  // namespace
}  // namespace headroom::redis
