#include "headroom/observability/redactor.hpp"

#include <gtest/gtest.h>

namespace headroom::observability {
namespace {

redactor knowing(std::string text) {
    redactor hiding;
    hiding.learn(secret(std::move(text)));
    return hiding;
}

TEST(Redactor, KnowsTellingNames) {
    for (const auto* each :
         {"password", "db_PASSWORD", "x-api-key", "apiKey", "client_secret", "Authorization",
          "accessToken", "set-cookie", "ssn", "pwd", "credentials", "private_key"})
        EXPECT_TRUE(is_telling(each)) << each;
    for (const auto* each : {"", "consumer", "pass_rate_seconds", "key", "keyboard", "spawned"})
        EXPECT_FALSE(is_telling(each)) << each;
}

TEST(Redactor, HidesTheValueOfATellingName) {
    EXPECT_EQ(redactor().clean("token", "abc"), "***");
    EXPECT_EQ(redactor().clean("consumer", "abc"), "abc");
}

TEST(Redactor, HidesAssignmentsInText) {
    const redactor hiding;
    EXPECT_EQ(hiding.clean("host=h password=a$b user=u"), "host=h password=*** user=u");
    EXPECT_EQ(hiding.clean("Authorization: Bearer ey.J0, more"), "Authorization: Bearer ***, more");
    EXPECT_EQ(hiding.clean(R"({"api_key": "x", "a":1})"), R"({"api_key": "***", "a":1})");
    EXPECT_EQ(hiding.clean("password='two words'"), "password='*** words'");
    EXPECT_EQ(hiding.clean("password authentication failed"), "password authentication failed");
    EXPECT_EQ(hiding.clean("at 12:00, ratio=3"), "at 12:00, ratio=3");
}

TEST(Redactor, HidesThePasswordsOfUrls) {
    EXPECT_EQ(redactor().clean("to postgres://u:pw@h/d"), "to postgres://u:***@h/d");
}

TEST(Redactor, HidesAKnownSecretAsItIs) {
    EXPECT_EQ(knowing("c4n/ry+x").clean("a c4n/ry+x b c4n/ry+x"), "a *** b ***");
}

TEST(Redactor, HidesAKnownSecretPercentEncoded) {
    const auto hiding = knowing("c4n/ry x");
    EXPECT_EQ(hiding.clean("q=c4n%2Fry%20x&b"), "q=***&b");
    EXPECT_EQ(hiding.clean("q=c4n%2fry%20x"), "q=***");
}

// base64 of "", "u:" and "me:" before the secret: each of the three alignments.
TEST(Redactor, HidesAKnownSecretInBase64) {
    const auto hiding = knowing("canary-secret");
    for (const auto* each :
         {"Y2FuYXJ5LXNlY3JldA==", "dTpjYW5hcnktc2VjcmV0", "bWU6Y2FuYXJ5LXNlY3JldA=="}) {
        const auto shown = hiding.clean(each);
        EXPECT_NE(shown.find("***"), std::string::npos) << each;
        EXPECT_LE(shown.size(), 10U) << shown;
    }
}

TEST(Redactor, HidesAKnownSecretEscapedAsJson) {
    EXPECT_EQ(knowing("c4\"n\\ry").clean(R"(x c4\"n\\ry x)"), "x *** x");
}

TEST(Redactor, LeavesShortAndEverydayWordsReadable) {
    EXPECT_EQ(knowing("abc").clean("abcdef"), "abcdef");
    EXPECT_EQ(knowing("postgres").clean("postgres: full"), "postgres: full");
}

}  // namespace
}  // namespace headroom::observability
