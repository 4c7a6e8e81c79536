#include "headroom/auth/base64url.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace headroom::auth {
namespace {

TEST(Base64url, IsThatOfTheStandard) {  // RFC 4648, section 10, without its padding
    const std::pair<const char*, const char*> vectors[] = {
        {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"},
        {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff", "-_8"}};
    for (const auto& [octets, text] : vectors) {
        EXPECT_EQ(to_base64url(octets), text);
        EXPECT_EQ(from_base64url(text), octets);
    }
}

TEST(Base64url, NothingElseIsRead) {
    for (const auto* text : {"Zg==", "Zg=", "Zm9v=", "Zm9v\n", " Zm9v", "Zm 9v", "Zm9v\r\n", "-+8",
                             "/_8", "Z", "Zm9vY", "Zm9v?", "Zm9v\x80", "Zh", "Zm9"})
        EXPECT_FALSE(from_base64url(text)) << text;
    EXPECT_FALSE(from_base64url(std::string_view("Zm9\0", 4)));
}

TEST(Base64url, WhatIsReadIsWrittenTheSame) {
    EXPECT_TRUE(rc::check([](const std::string& octets) {
        RC_ASSERT(from_base64url(to_base64url(octets)) == octets);
    }));
    EXPECT_TRUE(rc::check([] {
        const auto text = *rc::gen::container<std::string>(
            rc::gen::elementOf(std::string("ABCDghij0189-_=+")));
        const auto octets = from_base64url(text);
        if (octets) RC_ASSERT(to_base64url(*octets) == text);
    }));
}

}  // namespace
}  // namespace headroom::auth
