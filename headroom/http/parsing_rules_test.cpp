// Each rule of parsing by its name, with what is just within and just beyond it. Every text is read
// whole, at every split and byte by byte.
//
// | rule                                             | answer   | test                          |
// |--------------------------------------------------|----------|-------------------------------|
// | Content-Length beside Transfer-Encoding          | 400      | LengthBesideCoding            |
// | lengths that differ or repeat                    | 400      | LengthsThatDiffer             |
// | a length that is no number                       | 400, 413 | MalformedLength               |
// | a coding that is not one final chunked           | 400, 501 | CodingButFinalChunked         |
// | a folded line                                    | 400      | FoldedLine                    |
// | a bare CR or LF, anywhere                        | 400      | BareCrOrLf                    |
// | white space before a field's colon               | 400      | WhiteSpaceBeforeAColon        |
// | NUL and other control characters                 | 400      | Nul                           |
// | Host missing, repeated or malformed              | 400      | OneHost                       |
// | a chunk size that is not 1*HEXDIG, or overflows  | 400, 413 | ChunkSize                     |
// | trailers never become fields                     |          | TrailersStayApart             |
// | another version                                  | 505      | Version                       |
// | request line, fields, their number, body         | 414, 431,| Limits                        |
// |                                                  | 413      |                               |
//
// The same rules by their letter stand in request_reader_test.cpp; others' cases in
// llhttp_vectors_test.cpp; the times that apply in limits_test.cpp; what proxies make of them in
// tests/http.
#include "headroom/http/split_reading_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::string_literals;

struct rule_case {
    std::string text, answer;
};

void expect_all(const std::vector<rule_case>& of, const limits& bounds = {}) {
    for (const auto& each : of) EXPECT_EQ(read(each.text, bounds), each.answer) << each.text;
}

std::string in_chunks(std::string_view body) {
    return with_lines("Transfer-Encoding: chunked\r\n", body);
}

TEST(ParsingRule, LengthBesideCoding) {
    expect_all({
        {with_lines("Content-Length: 5\r\n", "hello"), "200"},
        {with_lines("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400"},
        {with_lines("Transfer-Encoding: chunked\r\nContent-Length: 0\r\n", "0\r\n\r\n"), "400"},
        {with_lines("Content-Length: 0\r\nA: b\r\ntransfer-encoding: CHUNKED\r\n"), "400"},
        {with_lines("Content-Length:\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), "400"},
    });
}

TEST(ParsingRule, LengthsThatDiffer) {
    expect_all({
        {with_lines("Content-Length: 1\r\nContent-Length: 2\r\n", "ab"), "400"},
        {with_lines("Content-Length: 1\r\nA: b\r\nCONTENT-LENGTH: 1\r\n", "a"), "400"},
        {with_lines("Content-Length: 1, 2\r\n", "ab"), "400"},
        {with_lines("Content-Length: 1, 1\r\n", "a"), "400"},
    });
}

TEST(ParsingRule, MalformedLength) {
    expect_all({
        {with_lines("Content-Length:\t 1 \t\r\n", "a"), "200"},
        {with_lines("Content-Length: 0001\r\n", "a"), "200"},
        {with_lines("Content-Length: 1a\r\n", "a"), "400"},
        {with_lines("Content-Length: 1 a\r\n", "a"), "400"},
        {with_lines("Content-Length: \"1\"\r\n", "a"), "400"},
        {with_lines("Content-Length: 1_0\r\n", "a"), "400"},
        {with_lines("Content-Length: 18446744073709551615\r\n"), "413"},
        {with_lines("Content-Length: 18446744073709551616\r\n"), "413"},
        {with_lines("Content-Length: " + std::string(400, '9') + "\r\n"), "413"},
    });
}

TEST(ParsingRule, CodingButFinalChunked) {
    expect_all({
        {with_lines("Transfer-Encoding: \tChunked \r\n", "0\r\n\r\n"), "200"},
        {with_lines("Transfer-Encoding: deflate, chunked\r\n", "0\r\n\r\n"), "501"},
        {with_lines("Transfer-Encoding: chunked, deflate\r\n", "0\r\n\r\n"), "400"},
        {with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
         "400"},
        {with_lines("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                    "0\r\n\r\n"),
         "400"},
        {with_lines("Transfer-Encoding: chunked \x0b\r\n", "0\r\n\r\n"), "400"},
        {"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"},
    });
}

TEST(ParsingRule, FoldedLine) {
    expect_all({
        {with_lines("A: b\r\n c\r\n"), "400"},
        {with_lines("A: b\r\n\tc: d\r\n"), "400"},
        {with_lines("A:\r\n b\r\n"), "400"},
        {with_lines("Content-Length:\r\n 1\r\n", "a"), "400"},
        {"GET / HTTP/1.1\r\n Host: x\r\n\r\n", "400"},
        {with_lines("A: b\r\n \r\n"), "400"},
        {in_chunks("0\r\nA: b\r\n c\r\n\r\n"), "400"},
    });
}

TEST(ParsingRule, BareCrOrLf) {
    expect_all({
        {"GET / HTTP/1.1\r\nHost: x\r\n\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\r", "400"},
        {"GET / HTTP/1.1\nHost: x\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\r\nHost: x\r\n\r\n", "400"},
        {"GET /\r HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /\n HTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {with_lines("A: b\nC: d\r\n"), "400"},
        {with_lines("A: b\rC: d\r\n"), "400"},
        {with_lines("A\r: b\r\n"), "400"},
        {in_chunks("1\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1\r\na\n0\r\n\r\n"), "400"},
        {in_chunks("1;a\nb\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1;a=\"\n\"\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("0\n\r\n"), "400"},
        {in_chunks("0\r\n\n"), "400"},
    });
}

TEST(ParsingRule, WhiteSpaceBeforeAColon) {
    expect_all({
        {with_lines("A:b\r\n"), "200"},
        {with_lines("A: \t b\r\n"), "200"},
        {with_lines("A : b\r\n"), "400"},
        {with_lines("A\t: b\r\n"), "400"},
        {with_lines("A b: c\r\n"), "400"},
        {with_lines("Content-Length : 1\r\n", "a"), "400"},
        {with_lines("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), "400"},
        {"GET / HTTP/1.1\r\nHost : x\r\n\r\n", "400"},
        {in_chunks("0\r\nA : b\r\n\r\n"), "400"},
    });
}

TEST(ParsingRule, Nul) {
    expect_all({
        {"GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n"s, "400"},
        {"GET\0 / HTTP/1.1\r\nHost: x\r\n\r\n"s, "400"},
        {"\0GET / HTTP/1.1\r\nHost: x\r\n\r\n"s, "400"},
        {"GET / HTTP/1.1\0\r\nHost: x\r\n\r\n"s, "400"},
        {with_lines("A: b\0\r\n"s), "400"},
        {with_lines("A\0: b\r\n"s), "400"},
        {with_lines("Content-Length: 1\0\r\n"s, "a"), "400"},
        {in_chunks("1\0\r\na\r\n0\r\n\r\n"s), "400"},
        {in_chunks("1;a=\"\0\"\r\na\r\n0\r\n\r\n"s), "400"},
        {in_chunks("0\r\nA: \0\r\n\r\n"s), "400"},
        {with_lines("Content-Length: 1\r\n", "\0"s), "200"},
    });
    for (char c = 1; c < 0x20; ++c) {
        if (c == '\t') continue;
        EXPECT_EQ(read(with_lines("A: b"s + c + "c\r\n")), "400") << static_cast<int>(c);
    }
}

TEST(ParsingRule, OneHost) {
    expect_all({
        {"GET / HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.0\r\n\r\n", "200"},
        {"GET http://y/ HTTP/1.1\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x\r\nhost: x\r\n\r\n", "400"},
        {"GET / HTTP/1.0\r\nHost: x\r\nHost: y\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x, y\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x y\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: http://x\r\n\r\n", "400"},
        {"GET / HTTP/1.1\r\nHost: x?y\r\n\r\n", "400"},
    });
}

TEST(ParsingRule, ChunkSize) {
    expect_all({
        {in_chunks("1\r\na\r\n0\r\n\r\n"), "200"},
        {in_chunks("0000000000000000001\r\na\r\n00\r\n\r\n"), "200"},
        {in_chunks("\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("+1\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("0x1\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1_0\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1h\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1 \r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks(" 1\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("1\t;a\r\na\r\n0\r\n\r\n"), "400"},
        {in_chunks("10000000000000001\r\na\r\n0\r\n\r\n"), "413"},
        {in_chunks("ffffffffffffffff\r\na\r\n0\r\n\r\n"), "413"},
        {in_chunks("8000000000000000\r\na\r\n0\r\n\r\n"), "413"},
    });
}

TEST(ParsingRule, TrailersStayApart) {
    const auto text = in_chunks(
        "1\r\na\r\n0\r\nHost: y\r\nContent-Length: 9\r\nAuthorization: z\r\nExpect: w\r\n\r\n");
    EXPECT_EQ(read(text), "200");
    const limits bounds;
    request_reader reader(bounds);
    EXPECT_EQ(reader.read(text), text.size());
    const fields seen(reader.head().header_fields);
    EXPECT_EQ(seen.find("host"), "x");
    EXPECT_FALSE(seen.find("authorization"));
    EXPECT_FALSE(seen.find("content-length"));
    EXPECT_EQ(reader.body(), "a");
}

TEST(ParsingRule, Version) {
    expect_all({
        {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "200"},
        {"GET / HTTP/2.0\r\nHost: x\r\n\r\n", "505"},
        {"GET / HTTP/1.9\r\nHost: x\r\n\r\n", "505"},
        {"GET / HTTP/0.9\r\nHost: x\r\n\r\n", "505"},
        {"GET / HTTP/3\r\nHost: x\r\n\r\n", "400"},
        {"GET / HTTP/01.1\r\nHost: x\r\n\r\n", "400"},
        {"GET / HTTP/1.1x\r\nHost: x\r\n\r\n", "400"},
        {"GET / hTTP/1.1\r\nHost: x\r\n\r\n", "400"},
        {"GET /\r\n\r\n", "400"},
    });
}

TEST(ParsingRule, Limits) {
    limits small;
    small.request_line_max = 30;
    small.header_bytes_max = 60;
    small.fields_max = 3;
    small.body_max = 4;
    const std::string line = "GET / HTTP/1.1\r\n";
    const std::string fits = "GET /" + std::string(16, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    const std::string long_line = "GET /" + std::string(17, 'a') + " HTTP/1.1\r\nHost: x\r\n\r\n";
    expect_all(
        {
            {fits, "200"},
            {long_line, "414"},
            {line + "Host: x\r\nA: " + std::string(50, 'a') + "\r\n\r\n", "200"},
            {line + "Host: x\r\nA: " + std::string(51, 'a') + "\r\n\r\n", "431"},
            {line + "Host: x\r\nA: b\r\nC: d\r\n\r\n", "200"},
            {line + "Host: x\r\nA: b\r\nC: d\r\nE: f\r\n\r\n", "431"},
            {with_lines("Content-Length: 4\r\n", "abcd"), "200"},
            {with_lines("Content-Length: 5\r\n"), "413"},
        },
        small);
    small.header_bytes_max = 1'000;
    expect_all(
        {
            {in_chunks("4\r\nabcd\r\n0\r\n\r\n"), "200"},
            {in_chunks("3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"), "200"},
            {in_chunks("3\r\nabc\r\n2\r\n"), "413"},
            {in_chunks("5\r\n"), "413"},
        },
        small);
}

}  // namespace
}  // namespace headroom::http::detail
