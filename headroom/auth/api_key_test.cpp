#include "headroom/auth/api_key.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

const secret pepper("pepper-of-a-test");

TEST(ApiKey, IsReadBackAsItWasMade) {
    const auto made = make_api_key();
    const auto read = parse_api_key(made.text.reveal());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, made.id);
    EXPECT_EQ(read->value.reveal(), made.value.reveal());
    EXPECT_EQ(made.text.reveal().size(), 3U + 8 + 43 + 6);
}

TEST(ApiKey, AMistypedOneIsNone) {
    const auto made = make_api_key();
    std::string text(made.text.reveal());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto other = text;
        other[i] = other[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(parse_api_key(other)) << i;
    }
    EXPECT_FALSE(parse_api_key(""));
    EXPECT_FALSE(parse_api_key("pk_"));
    EXPECT_FALSE(parse_api_key(text + "A"));
}

TEST(ApiKey, OneWithoutAChecksumIsReadToo) {
    const std::string older = "pk_" + std::string(8, 'a') + std::string(43, 'b');
    const auto read = parse_api_key(older);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, std::string(8, 'a'));
}

TEST(ApiKey, WhatIsKeptVerifiesNothingWithoutThePepper) {
    const auto made = make_api_key();
    const auto kept = api_key_hash(made.value, pepper);
    EXPECT_EQ(kept.size(), 64U);
    EXPECT_TRUE(matches_api_key(made.value, pepper, kept));
    EXPECT_FALSE(matches_api_key(made.value, secret("another"), kept));
    EXPECT_FALSE(matches_api_key(make_api_key().value, pepper, kept));
    EXPECT_EQ(kept.find(made.value.reveal()), std::string::npos);
}

TEST(ApiKey, TheHashIsHmacSha256) {  // RFC 4231, test case 2
    EXPECT_EQ(api_key_hash(secret("what do ya want for nothing?"), secret("Jefe")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace headroom::auth
