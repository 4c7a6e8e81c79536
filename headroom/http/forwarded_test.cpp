#include "headroom/http/forwarded.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

std::string client_by(const trusted_proxies& trusted, std::string_view peer,
                      const std::vector<field>& asked) {
    return trusted.client_of(boost::asio::ip::make_address(std::string(peer)), fields(asked))
        .to_string();
}

TEST(Forwarded, IsNobodysWordByDefault) {
    EXPECT_EQ(client_by({}, "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4"}}), "10.0.0.1");
}

TEST(Forwarded, IsReadFromTheRightAndEndsAtTheFirstStranger) {
    const trusted_proxies ours({"10.0.0.0/8", "2001:db8::/32"});
    const struct {
        const char *peer, *told, *client;
    } rows[] = {
        {"10.0.0.1", "1.2.3.4", "1.2.3.4"},
        {"10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "1.2.3.4"},  // 6.6.6.6 is the client's claim
        {"9.9.9.9", "1.2.3.4", "9.9.9.9"},
        {"10.0.0.1", "1.2.3.4:5555", "1.2.3.4"},
        {"10.0.0.1", "[2001:db9::1]:443, 2001:db8::7", "2001:db9::1"},
        {"::ffff:10.0.0.1", "1.2.3.4", "1.2.3.4"},
        {"10.0.0.1", "1.2.3.4, unknown", "10.0.0.1"},
        {"10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"},
        {"10.0.0.1", "", "10.0.0.1"},
        {"10.0.0.1", "1.2.3.4,", "10.0.0.1"},
        {"10.0.0.1", "<script>", "10.0.0.1"},
    };
    for (const auto& each : rows)
        EXPECT_EQ(client_by(ours, each.peer, {{"x-forwarded-for", each.told}}), each.client)
            << each.told;
}

TEST(Forwarded, ReadsRepeatedFieldsAsOneList) {
    const trusted_proxies ours({"10.0.0.0/8"});
    EXPECT_EQ(client_by(ours, "10.0.0.1",
                        {{"X-Forwarded-For", "6.6.6.6"}, {"X-Forwarded-For", "1.2.3.4, 10.0.0.9"}}),
              "1.2.3.4");
}

TEST(Forwarded, LooksAtTheFieldOfTheSettingAlone) {
    const trusted_proxies standard({"10.0.0.0/8"}, forwarding_field::forwarded);
    EXPECT_EQ(client_by(standard, "10.0.0.1", {{"X-Forwarded-For", "6.6.6.6"}}), "10.0.0.1");
    EXPECT_EQ(client_by(standard, "10.0.0.1",
                        {{"Forwarded", "for=6.6.6.6, For=\"[2001:db9::1]:80\";proto=https"}}),
              "2001:db9::1");
    EXPECT_EQ(client_by(standard, "10.0.0.1", {{"Forwarded", "by=1.1.1.1;for=1.2.3.4"}}),
              "1.2.3.4");
    EXPECT_EQ(client_by(standard, "10.0.0.1", {{"Forwarded", "for=_hidden"}}), "10.0.0.1");
    EXPECT_EQ(client_by(standard, "10.0.0.1", {{"Forwarded", "for=\"x, for=1.2.3.4"}}), "1.2.3.4");
}

TEST(Forwarded, TellsTheSchemeByWhichTheOutermostProxyWasAsked) {
    const auto scheme = [](const trusted_proxies& by, const char* peer, std::vector<field> asked) {
        return std::string(by.told(boost::asio::ip::make_address(peer), fields(asked)).scheme);
    };
    const trusted_proxies ours({"10.0.0.0/8"});
    EXPECT_EQ(scheme(ours, "10.0.0.1", {{"X-Forwarded-Proto", "HTTPS"}}), "https");
    EXPECT_EQ(scheme(ours, "9.9.9.9", {{"X-Forwarded-Proto", "https"}}), "") << "by no proxy";
    EXPECT_EQ(scheme(ours, "10.0.0.1", {{"X-Forwarded-Proto", "ftp"}}), "");
    EXPECT_EQ(scheme(ours, "10.0.0.1",
                     {{"X-Forwarded-For", "1.2.3.4"}, {"X-Forwarded-Proto", "https, http"}}),
              "http") << "the client's own word";
    EXPECT_EQ(scheme(ours, "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4, 10.0.0.2"},
                                        {"X-Forwarded-Proto", "https, http"}}),
              "https");
    EXPECT_EQ(scheme(ours, "10.0.0.1", {{"X-Forwarded-For", "1.2.3.4, 10.0.0.2"},
                                        {"X-Forwarded-Proto", "https"}}),
              "https");
    const trusted_proxies standard({"10.0.0.0/8"}, forwarding_field::forwarded);
    EXPECT_EQ(scheme(standard, "10.0.0.1", {{"Forwarded", "proto=http, for=1.2.3.4;Proto=https"}}),
              "https");
    EXPECT_EQ(scheme(standard, "10.0.0.1", {{"X-Forwarded-Proto", "https"}}), "");
}

TEST(Forwarded, IsBounded) {
    const trusted_proxies ours({"10.0.0.0/8"});
    std::string chain = "1.2.3.4";
    for (std::size_t i = 0; i < 10 * forwarded_hops_max; ++i) chain += ",10.0.0.2";
    EXPECT_EQ(client_by(ours, "10.0.0.1", {{"X-Forwarded-For", chain}}), "10.0.0.2");
}

TEST(AddressBlock, HoldsWhatSharesItsBits) {
    const auto holds = [](const char* block, const char* address) {
        return address_block::parse(block)->contains(boost::asio::ip::make_address(address));
    };
    EXPECT_TRUE(holds("10.1.0.0/15", "10.0.255.255"));
    EXPECT_FALSE(holds("10.1.0.0/16", "10.0.0.1"));
    EXPECT_FALSE(holds("10.1.0.0/15", "10.2.0.0")) << "a part of a byte counts too";
    EXPECT_FALSE(holds("fe80::/10", "fec0::1"));
    EXPECT_TRUE(holds("10.0.0.0/8", "::ffff:10.0.0.1")) << "as a listener for both sees it";
    EXPECT_TRUE(holds("1.2.3.4", "1.2.3.4"));
    EXPECT_FALSE(holds("1.2.3.4", "1.2.3.5"));
    EXPECT_TRUE(holds("0.0.0.0/0", "255.1.1.1"));
    EXPECT_FALSE(holds("0.0.0.0/0", "::1"));
    EXPECT_TRUE(holds("fe80::/10", "febf::1"));
    for (const auto* wrong : {"", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "host", "::/129",
                              "fe80::1%eth0", "10.0.0.0/-1"})
        EXPECT_FALSE(address_block::parse(wrong)) << wrong;
}

TEST(NetworkOf, IsTheAddressOrTheSixtyFourthOfIt) {
    EXPECT_EQ(network_of("1.2.3.4"), "1.2.3.4");
    EXPECT_EQ(network_of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
    EXPECT_EQ(network_of("nobody"), "nobody");
    EXPECT_EQ(address_in("[::1]:80"), "::1");
    EXPECT_EQ(address_in("1.2.3.4:80"), "1.2.3.4");
}

}  // namespace
}  // namespace headroom::http
