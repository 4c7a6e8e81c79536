#include "headroom/http/detail/request_reader.hpp"

#include "headroom/http/split_reading_fixture.hpp"

namespace headroom::http::detail {
namespace {

using state = request_reader::state;

std::string chunked(std::string_view body) {
    return read(with_lines("Transfer-Encoding: chunked\r\n", body));
}

TEST(RequestReader, ReadsLineFieldsAndBody) {
    const limits bounds;
    request_reader reader(bounds);
    const std::string text =
        "PUT /a%20b?c=d HTTP/1.1\r\nHost: h:80\r\nX-One:  1 \r\n"
        "Content-Length: 3\r\n\r\nabcGET";
    EXPECT_EQ(reader.read(text), text.size() - 3) << "what follows is the next request's";
    ASSERT_EQ(reader.at(), state::complete);
    EXPECT_EQ(reader.head().verb, method::put);
    EXPECT_EQ(reader.head().raw_target, "/a%20b?c=d");
    EXPECT_EQ(reader.head().where.raw_path, "/a%20b");
    EXPECT_EQ(reader.head().where.path, "/a b");
    EXPECT_EQ(reader.head().where.query, "c=d");
    EXPECT_EQ(fields(reader.head().header_fields).find("x-one"), "1");
    EXPECT_EQ(reader.body(), "abc");
}

TEST(RequestReader, TakesTheHostOfAnAbsoluteTargetForTheFields) {
    const limits bounds;
    request_reader reader(bounds);
    reader.read("GET http://real.example:81/p HTTP/1.1\r\nHOST: localhost\r\n\r\n");
    ASSERT_EQ(reader.at(), state::complete);
    EXPECT_EQ(fields(reader.head().header_fields).find("host"), "real.example:81");
}

TEST(RequestReader, ReadsTheNextRequestAfterReset) {
    const limits bounds;
    request_reader reader(bounds);
    for (int i = 0; i < 3; ++i) {
        reader.read(with_lines("Transfer-Encoding: chunked\r\n", "2\r\nok\r\n0\r\n\r\n"));
        ASSERT_EQ(reader.at(), state::complete);
        EXPECT_EQ(reader.body(), "ok");
        reader.reset();
        EXPECT_FALSE(reader.begun());
    }
}

TEST(RequestReader, BeginsBehindTheEmptyLineAnOldClientSends) {
    const limits bounds;
    request_reader reader(bounds);
    EXPECT_EQ(reader.read("\r\n"), 2U);
    EXPECT_FALSE(reader.begun());
    reader.read("G");
    EXPECT_TRUE(reader.begun());
    reader.read("ET / HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(reader.at(), state::complete);
    EXPECT_TRUE(reader.begun());
}

TEST(RequestReader, AcceptsTheGrammar) {
    for (const auto* good :
         {"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.0\r\n\r\n",
          "\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET /?a=b?c HTTP/1.1\r\nHost:\r\n\r\n",
          "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", "FROB / HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET http://h/p?q HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET HTTP://h HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: [::1]:80\r\nA:\xc3\xa9\t!\r\n\r\n",
          "GET / HTTP/1.1\r\nhost: x\r\nA:\r\n\r\n"})
        EXPECT_EQ(read(good), "200") << good;
}

TEST(RequestReader, RefusesAMalformedRequestLine) {
    for (const auto* wrong :
         {"GET  / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / \r\nHost: x\r\n\r\n", "GET /\r\n\r\n",
          " GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.1 \r\nHost: x\r\n\r\n",
          "GET\t/ HTTP/1.1\r\nHost: x\r\n\r\n", "G@T / HTTP/1.1\r\nHost: x\r\n\r\n",
          "GET / http/1.1\r\nHost: x\r\n\r\n", "GET / HTTP/1.10\r\nHost: x\r\n\r\n",
          "GET / HTTP/1\r\nHost: x\r\n\r\n", "\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"})
        EXPECT_EQ(read(wrong), "400") << wrong;
}

TEST(RequestReader, RefusesAnotherVersionByName) {
    for (const auto* other : {"GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.2\r\n\r\n",
                              "GET / HTTP/0.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\n"})
        EXPECT_EQ(read(other), "505") << other;
}

TEST(RequestReader, RefusesAMalformedTarget) {
    for (const auto* wrong :
         {"a",       "//[",      "/a b",        "/%",          "/%4",  "/%zz",
          "/a#b",    "/\"",      "/<",          "/\xc3\xa9",   "*",    "ftp://h/",
          "http://", "http:///", "http://u@h/", "http://h:x/", "/%00", "/%0a",
          "/%ff",    "/%c0%af",  "/%ed%a0%80",  "/?\x7f",      "/{a}", "/a|b"})
        EXPECT_EQ(read("GET " + std::string(wrong) + " HTTP/1.1\r\nHost: x\r\n\r\n"), "400")
            << wrong;
}

TEST(RequestReader, OpensNoTunnel) {
    EXPECT_EQ(read("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"), "501");
    EXPECT_EQ(read("CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n"), "400");
}

TEST(RequestReader, WantsExactlyOneHost) {
    EXPECT_EQ(read("GET / HTTP/1.1\r\n\r\n"), "400");
    EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"), "400");
    for (const auto* wrong : {"a b", "a/b", "a:b", "a:123456", "[::1", "[]", "u@h", "\"a\""})
        EXPECT_EQ(read("GET / HTTP/1.1\r\nHost: " + std::string(wrong) + "\r\n\r\n"), "400")
            << wrong;
}

TEST(RequestReader, AnAbsoluteTargetOutranksTheHost) {
    const limits bounds;
    request_reader reader(bounds);
    reader.read("GET http://y:80/a HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_EQ(reader.at(), state::complete);
    EXPECT_EQ(reader.head().frame.host, "y:80");
    EXPECT_EQ(reader.head().where.path, "/a");
}

TEST(RequestReader, RefusesMalformedFields) {
    for (const auto* wrong :
         {"A : b\r\n", " A: b\r\n", "A: b\r\n c\r\n", "A: b\r\n\tc\r\n", "A\r\n", ": b\r\n",
          "A(: b\r\n", "A\t: b\r\n", "A: \x01\r\n", "A: \x7f\r\n"})
        EXPECT_EQ(read(with_lines(wrong)), "400") << wrong;
    EXPECT_EQ(read(with_lines(std::string_view("A: \0b\r\n", 8))), "400");
}

TEST(RequestReader, RefusesLineEndsThatAreNotBoth) {
    for (const auto* wrong :
         {"GET / HTTP/1.1\nHost: x\n\n", "GET / HTTP/1.1\r\nHost: x\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\nA: b\rC: d\r\n\r\n", "GET / HTTP/1.1\rHost: x\r\n\r\n",
          "GET / HTTP/1.1\r\nHost: x\r\n\r\r\n\r\n", "\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"})
        EXPECT_EQ(read(wrong), "400") << wrong;
}

TEST(RequestReader, RefusesAMalformedLength) {
    for (const auto* wrong : {"", "a", "-1", "+1", "1 2", "1,1", "0x1", "1.", "\xc2\xb2"})
        EXPECT_EQ(read(with_lines("Content-Length: " + std::string(wrong) + "\r\n", "12")), "400")
            << wrong;
    EXPECT_EQ(read(with_lines("Content-Length: 1\r\nContent-Length: 1\r\n", "1")), "400");
    EXPECT_EQ(read(with_lines("Content-Length: 18446744073709551617\r\n", "1")), "413");
}

TEST(RequestReader, RefusesLengthAndCodingTogether) {
    EXPECT_EQ(read(with_lines("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
              "400");
    EXPECT_EQ(read(with_lines("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
              "400");
    EXPECT_EQ(read(with_lines("Transfer-Encoding:\r\nContent-Length: 1\r\n", "1")), "400");
}

TEST(RequestReader, KnowsNoCodingButChunked) {
    EXPECT_EQ(read(with_lines("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")), "501");
    EXPECT_EQ(
        read(with_lines("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        "501");
    for (const auto* wrong : {"gzip", "chunked, gzip", "chunked, chunked", "xchunked",
                              "chunked;a=b", "\"chunked\"", "identity", "", ",", "chunked\x0b"})
        EXPECT_EQ(
            read(with_lines("Transfer-Encoding: " + std::string(wrong) + "\r\n", "0\r\n\r\n")),
            "400")
            << wrong;
    EXPECT_EQ(read("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "400");
}

TEST(RequestReader, ReadsChunks) {
    for (const auto* good :
         {"0\r\n\r\n", "3\r\nabc\r\n0\r\n\r\n", "00003\r\nabc\r\n000\r\n\r\n",
          "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
          "3;a\r\nabc\r\n0;b=c;d=\"e\\\"f\"\r\n\r\n", "0\r\nA: b\r\nC: d\r\n\r\n"})
        EXPECT_EQ(chunked(good), "200") << good;
}

TEST(RequestReader, RefusesMalformedChunks) {
    for (const auto* wrong : {"\r\n",
                              "g\r\n",
                              "0x1\r\n",
                              " 1\r\na\r\n",
                              "1 \r\na\r\n",
                              "-1\r\n",
                              "1\na\r\n",
                              "1\r\nab\r\n",
                              "1\r\na\n0\r\n\r\n",
                              "3\r\nabc0\r\n\r\n",
                              "1;\r\na\r\n",
                              "1;=\r\n",
                              "1;a=\r\n",
                              "1; a\r\n",
                              "1;a =b\r\n",
                              "1;a=\"b\r\n",
                              "1;a=\"b\"c\r\n",
                              "0\r\nA : b\r\n\r\n",
                              "0\r\n A: b\r\n\r\n",
                              "0\r\nA: b\n\r\n",
                              "0\r\n\rX"})
        EXPECT_EQ(chunked(wrong), "400") << wrong;
}

TEST(RequestReader, DoesNotOverflowOnAChunkSize) {
    EXPECT_EQ(chunked("fffffffffffffffff\r\n"), "413");
    EXPECT_EQ(chunked("100000\r\n"), "more") << "exactly a mebibyte";
    EXPECT_EQ(chunked("100001\r\n"), "413");
}

TEST(RequestReader, BoundsWhatChunksSayBesideTheirData) {
    limits bounds;
    bounds.chunk_extension_bytes_max = 100;
    bounds.trailer_bytes_max = 100;
    const auto with_body = [](const std::string& body) {
        return with_lines("Transfer-Encoding: chunked\r\n", body);
    };
    EXPECT_EQ(outcome(with_body("1;a=" + std::string(200, 'b')), 0, bounds), "400");
    EXPECT_EQ(outcome(with_body(std::string(200, '0')), 0, bounds), "400");
    EXPECT_EQ(outcome(with_body("0\r\nA: " + std::string(200, 'b')), 0, bounds), "431");
}

TEST(RequestReader, KeepsTrailersOutOfTheFields) {
    const limits bounds;
    request_reader reader(bounds);
    reader.read(with_lines("Transfer-Encoding: chunked\r\n", "0\r\nX-Admin: yes\r\n\r\n"));
    ASSERT_EQ(reader.at(), state::complete);
    EXPECT_FALSE(fields(reader.head().header_fields).find("x-admin"));
}

TEST(RequestReader, KnowsWhenTheConnectionEnds) {
    const auto stays = [](std::string_view text) {
        const limits bounds;
        request_reader reader(bounds);
        reader.read(text);
        EXPECT_EQ(reader.at(), state::complete);
        return reader.head().frame.keep_alive;
    };
    EXPECT_TRUE(stays("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.1\r\nHost: x\r\nConnection: foo, Close\r\n\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(stays("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
    EXPECT_FALSE(stays("GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n"));
}

TEST(RequestReader, MeetsNoExpectationButContinue) {
    EXPECT_EQ(read(with_lines("Expect: 100-Continue\r\nContent-Length: 1\r\n", "a")), "200");
    EXPECT_EQ(read(with_lines("Expect: miracles\r\n")), "417");
}

}  // namespace
}  // namespace headroom::http::detail
