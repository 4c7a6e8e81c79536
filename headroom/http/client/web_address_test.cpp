#include "headroom/http/client/web_address.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

std::string fault(std::string_view url) {
    const auto read = parse_web_address(url);
    return read ? "" : read.error();
}

TEST(WebAddress, IsTakenApart) {
    const auto plain = parse_web_address("http://Login.Example/a?b=c#d").value();
    EXPECT_FALSE(plain.secure);
    EXPECT_EQ(plain.host, "login.example");
    EXPECT_EQ(plain.port, 80);
    EXPECT_EQ(plain.url, "http://login.example/a?b=c");
    const auto six = parse_web_address("HTTPS://[::1]:8443").value();
    EXPECT_TRUE(six.secure);
    EXPECT_EQ(six.host, "::1");
    EXPECT_EQ(six.origin(), "https://[::1]:8443");
    EXPECT_EQ(six.url, "https://[::1]:8443/");
}

TEST(WebAddress, TwoFormsOfOnePortAreOneOrigin) {
    EXPECT_EQ(parse_web_address("https://a/").value().origin(),
              parse_web_address("https://A:443/x").value().origin());
    EXPECT_NE(parse_web_address("http://a/").value().origin(),
              parse_web_address("https://a/").value().origin());
}

TEST(WebAddress, WhatIsNoneIsRefusedWithoutBeingRepeated) {
    for (const auto* each : {"", "login.example/x", "/x", "//a/b", "https://", "https:///x",
                             "https://a:0/", "https://a:65536/", "https://a:99999/",
                             "https://a:4294967739/", "https://a b/", "https://a/%zz",
                             "https://a/\r\nX: y", "file:///etc/passwd", "gopher://a/",
                             "https://joe:canary@a/"}) {
        EXPECT_NE(fault(each), "") << each;
        EXPECT_FALSE(fault(each).contains("canary"));
    }
    EXPECT_NE(fault("https://a/" + std::string(url_bytes_max, 'x')), "");
}

TEST(WebAddress, ALocationIsFollowedFromItsPage) {
    const auto from = parse_web_address("https://a/one/two?x").value();
    EXPECT_EQ(follow(from, "three").value().url, "https://a/one/three");
    EXPECT_EQ(follow(from, "/three").value().url, "https://a/three");
    EXPECT_EQ(follow(from, "//b/three").value().url, "https://b/three");
    EXPECT_EQ(follow(from, "http://c:81/").value().origin(), "http://c:81");
    EXPECT_FALSE(follow(from, "ftp://c/"));
    EXPECT_FALSE(follow(from, "https://joe:secret@c/"));
}

}  // namespace
}  // namespace headroom::http
