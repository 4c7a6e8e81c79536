#include "service/identity/api_key.hpp"

#include <gtest/gtest.h>

namespace headroom::service::identity {
namespace {

const secret pepper("pepper-of-a-test");

TEST(ApiKey, IsReadBackAsItWasMade) {
    const auto made = make_key();
    const auto read = parse_key(made.text.reveal());
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, made.id);
    EXPECT_EQ(read->value.reveal(), made.value.reveal());
    EXPECT_EQ(made.text.reveal().size(), 3U + 8 + 43 + 6);
}

TEST(ApiKey, AMistypedOneIsNone) {
    const auto made = make_key();
    std::string text(made.text.reveal());
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto other = text;
        other[i] = other[i] == 'x' ? 'y' : 'x';
        EXPECT_FALSE(parse_key(other)) << i;
    }
    EXPECT_FALSE(parse_key(""));
    EXPECT_FALSE(parse_key("pk_"));
    EXPECT_FALSE(parse_key(text + "A"));
}

TEST(ApiKey, OneWithoutAChecksumIsReadToo) {
    const std::string older = "pk_" + std::string(8, 'a') + std::string(43, 'b');
    const auto read = parse_key(older);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->id, std::string(8, 'a'));
}

TEST(ApiKey, WhatIsKeptVerifiesNothingWithoutThePepper) {
    const auto made = make_key();
    const auto kept = hash_of(made.value, pepper);
    EXPECT_EQ(kept.size(), 64U);
    EXPECT_TRUE(matches(made.value, pepper, kept));
    EXPECT_FALSE(matches(made.value, secret("another"), kept));
    EXPECT_FALSE(matches(make_key().value, pepper, kept));
    EXPECT_EQ(kept.find(made.value.reveal()), std::string::npos);
}

TEST(ApiKey, TheHashIsHmacSha256) {  // RFC 4231, test case 2
    EXPECT_EQ(hash_of(secret("what do ya want for nothing?"), secret("Jefe")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace headroom::service::identity
