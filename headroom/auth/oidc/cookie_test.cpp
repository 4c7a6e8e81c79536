#include "headroom/auth/oidc/cookie.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

TEST(HostCookie, IsForThisHostAloneAndNoScript) {
    EXPECT_EQ(host_cookie("session", secret("abc"), 60s),
              "__Host-session=abc; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax");
    EXPECT_EQ(host_cookie("session", secret("abc"), 0s),
              "__Host-session=; Path=/; Max-Age=0; Secure; HttpOnly; SameSite=Lax");
}

TEST(HostCookie, IsFoundAmongOthers) {
    const auto in = [](std::vector<std::string_view> fields) {
        const auto found = host_cookie_in(fields, "session");
        return found ? found->reveal() : "none";
    };
    EXPECT_EQ(in({"__Host-session=abc"}), "abc");
    EXPECT_EQ(in({"a=b; __Host-session=abc;c=d"}), "abc");
    EXPECT_EQ(in({"a=b", "c=d; __Host-session=abc"}), "abc");
    EXPECT_EQ(in({}), "none");
    EXPECT_EQ(in({"session=abc"}), "none") << "another host's, or over no TLS";
    EXPECT_EQ(in({"__Host-session2=abc"}), "none");
    EXPECT_EQ(in({"__Host-session="}), "none");
    EXPECT_EQ(in({"__Host-session=a b"}), "none");
    EXPECT_EQ(in({"__Host-session=abc; __Host-session=def"}), "none") << "which one is meant?";
    EXPECT_EQ(in({"__Host-session=abc", "__Host-session=abc"}), "none");
    EXPECT_EQ(in({";;; ;=; __Host-session"}), "none");
}

TEST(LocalPath, LeadsToNoOtherSite) {
    EXPECT_EQ(local_path("/orders?a=b#c"), "/orders?a=b#c");
    for (const auto* elsewhere : {"", "orders", "https://evil.example", "//evil.example",
                                  "/\\evil.example", "/\t/evil.example", "/a\r\nSet-Cookie: x",
                                  "/ /evil"})
        EXPECT_EQ(local_path(elsewhere), "/") << elsewhere;
    EXPECT_EQ(local_path("/" + std::string(3'000, 'a')), "/");
}

}  // namespace
}  // namespace headroom::auth
