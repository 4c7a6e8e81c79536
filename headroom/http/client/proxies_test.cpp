#include "headroom/http/client/proxies.hpp"

#include <gtest/gtest.h>

#include <map>

namespace headroom::http {
namespace {

using variables = std::map<std::string, std::string, std::less<>>;

std::expected<proxies, std::vector<proxy_fault>> read(const variables& all) {
    return proxies::read([&](std::string_view name) {
        const auto found = all.find(name);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    });
}
proxies of(const variables& all) { return read(all).value(); }
std::string before(const proxies& all, std::string_view url) {
    const auto* found = all.before(parse_web_address(url).value());
    return found == nullptr ? "" : found->url;
}

TEST(Proxies, AreChosenByTheSchemeThatIsAskedFor) {
    const auto all = of({{"http_proxy", "http://one:3128"}, {"https_proxy", "two:3128"}});
    EXPECT_EQ(before(all, "http://a.example/"), "http://one:3128/");
    EXPECT_EQ(before(all, "https://a.example/"), "http://two:3128/");
    EXPECT_EQ(before(of({{"ALL_PROXY", "http://one:1"}}), "https://a.example/"), "http://one:1/");
    EXPECT_EQ(before(of({}), "https://a.example/"), "");
    EXPECT_EQ(before(of({{"https_proxy", ""}}), "https://a.example/"), "");
}

TEST(Proxies, AVariableThatAClientOfACgiProgramCanSetIsNotRead) {
    EXPECT_EQ(before(of({{"HTTP_PROXY", "http://evil:1"}}), "http://a.example/"), "");
    EXPECT_EQ(before(of({{"HTTPS_PROXY", "http://one:1"}}), "https://a.example/"),
              "http://one:1/");
}

TEST(Proxies, TheOwnMachineAndWhatIsExceptedAreAskedThemselves) {
    const auto all = of({{"http_proxy", "http://one:1"}, {"no_proxy", "b.example, .C.example"}});
    for (const auto* each : {"http://localhost/", "http://127.0.0.1:8080/", "http://[::1]/",
                             "http://b.example/", "http://x.b.example/", "http://x.c.example/"})
        EXPECT_EQ(before(all, each), "") << each;
    EXPECT_EQ(before(all, "http://notb.example/"), "http://one:1/");
    const auto blocks =
        of({{"http_proxy", "http://one:1"}, {"no_proxy", "a.example 10.0.0.0/8,::2"}});
    for (const auto* each : {"http://a.example/", "http://10.1.2.3/", "http://[::2]/"})
        EXPECT_EQ(before(blocks, each), "") << each;
    EXPECT_EQ(before(blocks, "http://11.1.2.3/"), "http://one:1/");
    const auto none = of({{"http_proxy", "http://one:1"}, {"NO_PROXY", "*"}});
    EXPECT_EQ(before(none, "http://a.example/"), "");
}

TEST(Proxies, CredentialsAreKeptApartFromTheUrl) {
    const auto all = of({{"https_proxy", "http://joe:c%40nary@one:1"}});
    const auto* proxy = all.before(parse_web_address("https://a.example/").value());
    ASSERT_NE(proxy, nullptr);
    EXPECT_EQ(proxy->url, "http://one:1/");
    EXPECT_EQ(all.credentials_for(*proxy), "joe:c@nary");
    EXPECT_EQ(all.passwords(), std::vector<std::string>{"c@nary"});
}

TEST(Proxies, WhatIsNoProxyIsNamed) {
    for (const auto* name : {"https_proxy", "HTTPS_PROXY", "all_proxy"}) {
        const auto made = read({{name, "socks5://joe:canary@one:1"}});
        ASSERT_FALSE(made.has_value()) << name;
        ASSERT_EQ(made.error().size(), 1U) << "though it is asked for two schemes";
        EXPECT_EQ(made.error()[0].variable, name);
        EXPECT_FALSE(made.error()[0].problem.contains("canary"));
    }
}

TEST(Proxies, AllThatIsWrongIsToldAtOnce) {
    const auto made = read({{"http_proxy", "ftp://one:1"}, {"https_proxy", "http://"},
                            {"no_proxy", "a.example,10.0.0.0/99"}});
    ASSERT_FALSE(made.has_value());
    std::vector<std::string> named;
    for (const auto& each : made.error()) named.push_back(each.variable);
    EXPECT_EQ(named, (std::vector<std::string>{"http_proxy", "https_proxy", "no_proxy"}));
}

}  // namespace
}  // namespace headroom::http
