#include "headroom/persistence/redis/error.hpp"

#include <gtest/gtest.h>

namespace headroom::redis {
namespace {

TEST(RedisError, KnowsItsCodeWord) {
    EXPECT_EQ(server_error("MOVED 3999 127.0.0.1:6381", "GET").code(), code::moved);
    EXPECT_EQ(server_error("ERR syntax error", "SET").code(), "ERR");
    EXPECT_EQ(server_error("Something else", "SET").code(), "");
    EXPECT_TRUE(server_error("READONLY You can't write against a read only replica.", "SET")
                    .is_of_wrong_server());
    EXPECT_TRUE(server_error("LOADING Redis is loading the dataset in memory", "GET")
                    .is_of_wrong_server());
    EXPECT_FALSE(server_error("OOM command not allowed", "SET").is_of_wrong_server());
    EXPECT_TRUE(server_error("ERR max number of clients reached", "HELLO").is_full());
}

TEST(RedisError, SaysWhatHappenedToWhichCommand) {
    const std::string_view said = "READONLY You can't write against a read only replica.";
    EXPECT_EQ(server_error(said, "SET").what(), "SET: " + std::string(said));
    EXPECT_STREQ(server_error("NOPERM this user has no permissions to run the 'config|set' command",
                              "CONFIG")
                     .what(),
                 "CONFIG: NOPERM this user has no permissions to run the 'config|set' command");
}

TEST(RedisError, ShowsNothingOfWhatTheCommandHeld) {
    for (const std::string_view said :
         {"ERR unknown command 'FOO', with args beginning with: 's3cret' 's3cret' ",
          "ERR unknown subcommand 's3cret'. Try CONFIG HELP.",
          "NOGROUP No such key 's3cret' or consumer group 's3cret' in XREADGROUP",
          "ERR CONFIG SET failed (possibly related to argument 's3cret') - no \"s3cret",
          "ERR Error compiling script: user_script:1: unexpected symbol near `s3cret`",
          "ERR 's3cret", "ERR a\r\ns3cret"}) {
        const std::string shown = server_error(said, "CONFIG").what();
        EXPECT_EQ(shown.find("s3cret"), std::string::npos) << shown;
    }
}

TEST(RedisError, IsPrintableAndShort) {
    const std::string shown = server_error("ERR " + std::string(10'000, '\x01'), "GET").what();
    EXPECT_EQ(shown.size(), 5 + server_error::text_bytes_max);
    EXPECT_EQ(shown.find('\x01'), std::string::npos);
}

}  // namespace
}  // namespace headroom::redis
