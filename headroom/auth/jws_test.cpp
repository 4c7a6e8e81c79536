#include "headroom/auth/jws.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "headroom/auth/base64url.hpp"

namespace headroom::auth {
namespace {

std::string jws_with(std::string_view header, std::string_view payload = "{}") {
    return to_base64url(header) + "." + to_base64url(payload) + ".c2ln";
}

token_fault fault_of(std::string_view token) {
    const auto read = parse_jws(token);
    if (read) throw std::logic_error("a token was read: " + std::string(token));
    return read.error();
}

void expect_header_fault(token_fault why, std::initializer_list<std::string> headers) {
    for (const auto& each : headers) EXPECT_EQ(fault_of(jws_with(each)), why) << each;
}

TEST(Jws, IsTakenApart) {
    const auto token = jws_with(R"({"alg":"ES256","kid":"a","typ":"application/AT+JWT"})", "text");
    const auto read = parse_jws(token);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->header.alg, algorithm::es256);
    EXPECT_EQ(read->header.kid, "a");
    EXPECT_EQ(read->header.typ, "at+jwt");
    EXPECT_EQ(read->payload, "text");
    EXPECT_EQ(read->signature, "sig");
    EXPECT_EQ(read->signed_text, token.substr(0, token.rfind('.')));
}

TEST(Jws, HasThreeParts) {
    for (const auto* token : {"", ".", "a", "a.b", "a.b.c.d", "a.b.c.d.e",
                              R"({"payload":"e30","signatures":[]})"})
        EXPECT_EQ(fault_of(token), token_fault::not_three_parts);
    EXPECT_EQ(fault_of(std::string(token_bytes_max, '.')), token_fault::not_three_parts);
    EXPECT_EQ(fault_of(".."), token_fault::not_json);
}

TEST(Jws, IsNoLargerThanTheBound) {
    const auto fill = [](std::size_t bytes) {
        return jws_with(R"({"alg":"RS256"})") + std::string(bytes, 'A');
    };
    const auto room = token_bytes_max - fill(0).size();
    EXPECT_TRUE(parse_jws(fill(room / 4 * 4)));
    EXPECT_EQ(fault_of(fill(room + 1)), token_fault::too_large);
    EXPECT_EQ(fault_of(std::string(1 << 20, '.')), token_fault::too_large);
}

TEST(Jws, EachPartIsCanonicalBase64url) {
    const auto good = jws_with(R"({"alg":"ES256"})");
    ASSERT_TRUE(parse_jws(good));
    for (std::size_t at = 0; at <= good.size(); ++at)
        for (const char each : {'=', ' ', '\n', '+', '/', '\0', '?'}) {
            auto other = good;
            other.insert(at, 1, each);
            EXPECT_EQ(fault_of(other), token_fault::not_base64url) << at << each;
        }
}

TEST(Jws, UnusedBitsAreZero) {
    const auto head = to_base64url(R"({"alg":"ES256"})") + ".e30.";
    EXPECT_TRUE(parse_jws(head + "Zg"));
    for (const char each : {'h', 'i', 'o', 'v'})
        EXPECT_EQ(fault_of(head + "Z" + each), token_fault::not_base64url);
}

TEST(Jws, TheHeaderIsOneStrictObject) {
    expect_header_fault(token_fault::not_json,
                        {"", "null", "[]", "\"x\"", R"({"alg":"ES256")", R"({"alg":"ES256"}{})",
                         R"({"alg":"ES256","alg":"ES256"})", R"({"alg":"ES256","x":{"a":1,"a":1}})",
                         "{\"alg\":\"ES256\",\"x\":\"\x80\"}", R"({"alg":"ES256","x":"\ud800"})",
                         R"({"alg":"ES256","x":)" + std::string(64, '[') + std::string(64, ']') +
                             "}",
                         std::string("{\"alg\":\"ES256\"}\0", 16), R"({"alg":"ES256","x":1e400})"});
}

TEST(Jws, TheAlgorithmIsOneOfOurs) {
    for (const auto* none : {"none", "None", "NONE", "nOnE", "", "ES256K", "es256", "RS1", "HS256 ",
                             "ES256\\u0000", "RSA-OAEP", "dir"})
        expect_header_fault(token_fault::algorithm_refused,
                            {fmt::format(R"({{"alg":"{}"}})", none)});
    expect_header_fault(token_fault::bad_header,
                        {"{}", R"({"alg":null})", R"({"alg":["ES256"]})", R"({"alg":1})",
                         R"({"Alg":"ES256"})", R"({"alg":{"x":"ES256"}})"});
}

TEST(Jws, CriticalExtensionsAreNotUnderstood) {
    for (const auto* more :
         {R"("crit":["exp"],"exp":1)", R"("crit":[])", R"("crit":["b64"],"b64":true)",
          R"("crit":["b64"],"b64":false)", R"("crit":["x","x"],"x":1)", R"("crit":["absent"])",
          R"("crit":null)", R"("crit":"exp")", R"("crit":{"exp":1})", R"("crit":[1])",
          R"("crit":["alg"])", R"("crit":[""])", R"("b64":false)", R"("b64":null)",
          R"("b64":"false")", R"("b64":0)"})
        expect_header_fault(token_fault::critical_extension,
                            {fmt::format(R"({{"alg":"ES256",{}}})", more)});
    EXPECT_TRUE(parse_jws(jws_with(R"({"alg":"ES256","b64":true})")));
}

TEST(Jws, KidAndTypAreTextOfABoundedLength) {
    expect_header_fault(token_fault::bad_header,
                        {R"({"alg":"ES256","kid":1})", R"({"alg":"ES256","kid":["a"]})",
                         R"({"alg":"ES256","kid":null})", R"({"alg":"ES256","typ":1})",
                         R"({"alg":"ES256","kid":")" + std::string(kid_bytes_max + 1, 'k') + "\"}",
                         R"({"alg":"ES256","kid":")" + std::string(10'000, 'k') + "\"}"});
    EXPECT_TRUE(parse_jws(
        jws_with(R"({"alg":"ES256","kid":")" + std::string(kid_bytes_max, 'k') + "\"}")));
}

}  // namespace
}  // namespace headroom::auth
