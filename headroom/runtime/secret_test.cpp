#include "headroom/runtime/secret.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <sstream>

namespace headroom {
namespace {

TEST(Secret, NeverPrints) {
    const secret password("c4nary");
    std::ostringstream out;
    out << password;
    EXPECT_EQ(out.str(), "***");
    EXPECT_EQ(fmt::format("[{}] [{:>5}]", password, password), "[***] [  ***]");
    EXPECT_EQ(::testing::PrintToString(password), "***");
}

TEST(Secret, ComparesWholeTexts) {
    EXPECT_EQ(secret("abc"), secret("abc"));
    EXPECT_NE(secret("abc"), secret("abd"));
    EXPECT_NE(secret("abc"), secret("ab"));
    EXPECT_EQ(secret(), secret(""));
}

TEST(Secret, LeavesNothingBehindWhenItMovesOrIsWiped) {
    secret first("a secret longer than any small string buffer");
    const secret second(std::move(first));
    EXPECT_TRUE(first.empty());  // NOLINT(bugprone-use-after-move): what a moved-from one holds
    EXPECT_EQ(second.reveal().size(), 44U);

    std::string text = "short";
    const char* at = text.data();
    wipe(text);
    EXPECT_EQ(std::string_view(at, 5), std::string_view("\0\0\0\0\0", 5));
}

TEST(MaskUrl, HidesPasswordsWhereverAUrlStands) {
    EXPECT_EQ(mask_url("postgres://app:pw@h:5432/d"), "postgres://app:***@h:5432/d");
    EXPECT_EQ(mask_url("to redis://:pw@h/0 and http://a:b@c, done"),
              "to redis://:***@h/0 and http://a:***@c, done");
    EXPECT_EQ(mask_url("https://token@errors.example/1"), "https://***@errors.example/1");
    EXPECT_EQ(mask_url("postgresql://app@h/d"), "postgresql://app@h/d");
}

TEST(MaskUrl, RatherHidesTooMuchOfABrokenUrl) {
    EXPECT_EQ(mask_url("postgres://u:p@ss/w@h/d"), "postgres://u:***@h/d");
    EXPECT_EQ(mask_url("postgres://u:p?w@h/d"), "postgres://u:***@h/d");
    EXPECT_EQ(mask_url("postgres://u:p#w@h/d"), "postgres://u:***@h/d");
}

TEST(MaskUrl, HidesParametersNamedLikeASecret) {
    EXPECT_EQ(mask_url("http://h/p?a=1&access_token=x&b=2"), "http://h/p?a=1&access_token=***&b=2");
    EXPECT_EQ(mask_url("postgres://h/d?sslPassword=x"), "postgres://h/d?sslPassword=***");
}

TEST(MaskUrl, LeavesOtherTextAlone) {
    for (const auto* each : {"", "plain", "a@b.example", "http://h:80/p?q=1", "://", "x://"})
        EXPECT_EQ(mask_url(each), each);
}

}  // namespace
}  // namespace headroom
