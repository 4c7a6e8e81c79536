#include "tests/http/smuggling_attempts.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace headroom::http {
namespace {

using namespace std::string_literals;

const std::string smuggled = "GET /smuggled/{T} HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string after_last_chunk = "0\r\n\r\n" + smuggled;

std::string post(const std::string& lines, const std::string& body) {
    return "POST /echo/{T} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + "\r\n" + body;
}

std::string get(const std::string& lines, const std::string& rest = "") {
    return "GET /echo/{T} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + lines + "\r\n" + rest;
}

// The token is as long as what stands for it.
std::string length_of(const std::string& body) {
    return "Content-Length: " + std::to_string(body.size()) + "\r\n";
}

std::string chunked(const std::string& body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

std::string chunk_of(const std::string& data) {
    return fmt::format("{:x}\r\n{}\r\n", data.size(), data);
}

using attempts = std::vector<smuggling_attempt>;

// A length says where the body ends, a coding that is hard to read says something else.
void add_codings(attempts& to) {
    const auto both = [&to](std::string name, const std::string& line, unsigned requests = 0) {
        to.push_back({std::move(name),
                      post(length_of(after_last_chunk) + line + "\r\n", after_last_chunk),
                      requests});
    };
    both("CL.TE", "Transfer-Encoding: chunked");
    both("CL.TE, another coding", "Transfer-Encoding: xchunked");
    both("CL.TE, space before colon", "Transfer-Encoding : chunked");
    both("CL.TE, tab before colon", "Transfer-Encoding\t: chunked");
    both("CL.TE, tab after colon", "Transfer-Encoding:\tchunked");
    both("CL.TE, vertical tab", "Transfer-Encoding:\x0b" "chunked");
    both("CL.TE, leading space", " Transfer-Encoding: chunked");
    both("CL.TE, behind a bare LF", "X: y\nTransfer-Encoding: chunked");
    both("CL.TE, behind a bare CR", "X: y\rTransfer-Encoding: chunked");
    both("CL.TE, name folded", "Transfer-Encoding\r\n: chunked");
    both("CL.TE, value folded", "Transfer-Encoding:\r\n chunked");
    both("CL.TE, folded into another", "X: y\r\n Transfer-Encoding: chunked");
    both("CL.TE, quoted", "Transfer-Encoding: \"chunked\"");
    both("CL.TE, with parameter", "Transfer-Encoding: chunked;q=1");
    both("CL.TE, then identity", "Transfer-Encoding: chunked, identity");
    both("CL.TE, after identity", "Transfer-Encoding: identity, chunked");
    both("CL.TE, twice in two lines", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked");
    both("CL.TE, another one first", "Transfer-Encoding: cow\r\nTransfer-Encoding: chunked");
    both("CL.TE, another one last", "Transfer-Encoding: chunked\r\nTransfer-Encoding: cow");
    both("CL.TE, upper case", "TRANSFER-ENCODING: CHUNKED");
    both("CL.TE, NUL behind", "Transfer-Encoding: chunked\0"s);
    both("CL.TE, high byte before", "Transfer-Encoding: \xff" "chunked");
    both("CL.TE, empty element before", "Transfer-Encoding: ,chunked");
    both("CL.TE, empty", "Transfer-Encoding: ");
    both("CL.TE, named as a coding of the content", "Content-Encoding: chunked", 1);
    both("CL.TE, underscore", "Transfer_Encoding: chunked", 1);
    to.push_back({"TE.CL", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n",
                                chunk_of(smuggled) + "0\r\n\r\n")});
}

// What a list of fields says of the length, in ways that some take for none and some for another.
void add_lengths(attempts& to) {
    const auto n = std::to_string(smuggled.size());
    const auto one = [&](std::string name, const std::string& lines, unsigned requests = 0) {
        to.push_back({std::move(name), post(lines + "\r\n", smuggled), requests});
    };
    one("CL, twice", "Content-Length: 0\r\nContent-Length: " + n);
    one("CL, twice the same", "Content-Length: " + n + "\r\nContent-Length: " + n);
    one("CL, a list", "Content-Length: 0, " + n);
    one("CL, a list of the same", "Content-Length: " + n + ", " + n);
    one("CL, plus", "Content-Length: +" + n);
    one("CL, minus nothing", "Content-Length: -0");
    one("CL, hexadecimal", "Content-Length: 0x" + fmt::format("{:x}", smuggled.size()));
    one("CL, exponent", "Content-Length: 1e2");
    one("CL, space within", "Content-Length: 4 0");
    one("CL, empty", "Content-Length:");
    one("CL, space before colon", "Content-Length : " + n);
    one("CL, NUL behind", "Content-Length: " + n + "\0"s);
    one("CL, folded", "Content-Length:\r\n " + n);
    one("CL, behind a bare LF", "X: y\nContent-Length: " + n);
    one("CL, behind a bare CR", "X: y\rContent-Length: " + n);
    one("CL, beyond 64 bits", "Content-Length: 18446744073709551617");
    one("CL, leading zeros", "Content-Length: 000" + n, 1);
    one("CL, as a field of the connection", "Connection: Content-Length\r\nContent-Length: " + n,
        1);
    to.push_back({"CL on GET", get(length_of(smuggled), smuggled), 1});
    to.push_back({"CL on DELETE",
                  "DELETE /echo/{T} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                      length_of(smuggled) + "\r\n" + smuggled,
                  1});
}

// Where a chunk begins and ends.
void add_chunks(attempts& to) {
    const auto one = [&to](std::string name, const std::string& body, unsigned requests = 0) {
        to.push_back({std::move(name), chunked(body), requests});
    };
    one("chunks that are none", chunk_of(smuggled) + "0\r\n\r\n", 1);
    one("extension", fmt::format("{:x};a=b\r\n", smuggled.size()) + smuggled + "\r\n0;c\r\n\r\n",
        1);
    one("extension with a bare LF", "5;a\nhello\r\n" + after_last_chunk);
    one("extension with a bare CR", "5;a\rb\r\nhello\r\n" + after_last_chunk);
    one("extension that is open", "5;a=\"\r\nhello\r\n" + after_last_chunk);
    one("extension with white space", "5 ;a=b\r\nhello\r\n" + after_last_chunk);
    one("extension without a name", "5;\r\nhello\r\n" + after_last_chunk);
    one("extension of many bytes", "5;a=" + std::string(8'000, 'b') + "\r\nhello\r\n" +
                                       after_last_chunk);
    one("size with 0x", "0x5\r\nhello\r\n" + after_last_chunk);
    one("size with a sign", "+5\r\nhello\r\n" + after_last_chunk);
    one("size with a space before", " 5\r\nhello\r\n" + after_last_chunk);
    one("size with a space behind", "5 \r\nhello\r\n" + after_last_chunk);
    one("size with an underscore", "0_5\r\nhello\r\n" + after_last_chunk);
    one("size beyond 64 bits", "10000000000000005\r\nhello\r\n" + after_last_chunk);
    one("size that wraps", "fffffffffffffffb\r\nhello\r\n" + after_last_chunk);
    one("size ended by LF", "5\nhello\r\n" + after_last_chunk);
    one("size ended by CR", "5\rhello\r\n" + after_last_chunk);
    one("data that is longer", "5\r\nhello!\r\n" + after_last_chunk);
    one("data ended by LF", "5\r\nhello\n" + after_last_chunk);
    one("last chunk ended by LF", "5\r\nhello\r\n0\n\n" + smuggled);
    one("last chunk with a bare LF behind", "5\r\nhello\r\n0\r\n\n" + smuggled);
    one("last chunk with a bare CR behind", "5\r\nhello\r\n0\r\n\r" + smuggled);
    one("trailers",
        "5\r\nhello\r\n0\r\nHost: y\r\nContent-Length: 40\r\nX-Proxy-Request: 1\r\n\r\n", 1);
    one("trailer folded", "5\r\nhello\r\n0\r\nA: b\r\n c\r\n\r\n" + smuggled);
    one("trailer with a bare LF", "5\r\nhello\r\n0\r\nA: b\nC: d\r\n\r\n" + smuggled);
    one("trailer with white space before its colon", "0\r\nA : b\r\n\r\n" + smuggled);
    to.push_back({"TE of HTTP/1.0", "POST /echo/{T} HTTP/1.0\r\nHost: x\r\n"
                                    "Transfer-Encoding: chunked\r\n\r\n" + after_last_chunk});
    to.push_back({"TE as a field of the connection",
                  post("Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n",
                       chunk_of(smuggled) + "0\r\n\r\n"),
                  1});
}

// The first line and the fields around it.
void add_heads(attempts& to) {
    const std::string rest = " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    to.push_back({"two spaces", "GET  /echo/{T}" + rest});
    to.push_back({"tab", "GET\t/echo/{T}" + rest});
    to.push_back({"CR before the version", "GET /echo/{T}\r" + rest});
    to.push_back({"NUL in the path", "GET /echo/{T}\0"s + rest});
    to.push_back({"line ends in the path", "GET /echo/{T}%0d%0aX:%20y" + rest});
    to.push_back({"a version behind the version", "GET /echo/{T} HTTP/1.1" + rest});
    to.push_back({"HTTP/0.9", "GET /echo/{T}\r\n\r\n" + smuggled});
    to.push_back({"HTTP/1.2", "GET /echo/{T} HTTP/1.2\r\nHost: x\r\n\r\n"});
    to.push_back({"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + smuggled});
    to.push_back({"LF as line end", "GET /echo/{T} HTTP/1.1\nHost: x\nConnection: close\n\n"});
    to.push_back({"an empty line before", "\r\n" + get(""), 1});
    to.push_back({"empty lines before", "\r\n\r\n" + get("")});
    to.push_back({"space before the first field", "GET /echo/{T} HTTP/1.1\r\n Host: x\r\n\r\n"});
    to.push_back({"NUL in a value", get("X: y\0z\r\n"s)});
    to.push_back({"NUL in a name", get("X\0: y\r\n"s)});
    to.push_back({"no colon", get("X\r\n")});
    to.push_back({"no name", get(": y\r\n")});
    to.push_back({"absolute form", "GET http://y/echo/{T}" + rest, 1});
    to.push_back({"absolute form with a user", "GET http://x@y/echo/{T}" + rest});
    to.push_back({"two Hosts", get("Host: y\r\n")});
    to.push_back({"no Host", "GET /echo/{T} HTTP/1.1\r\nConnection: close\r\n\r\n"});
    to.push_back({"Host with a path", "GET /echo/{T} HTTP/1.1\r\nHost: x/y\r\n\r\n"});
}

// More than one request, or one in several pieces, as the standard has it.
void add_sequences(attempts& to) {
    const std::string first = "GET /echo/{T} HTTP/1.1\r\nHost: x\r\n\r\n";
    to.push_back({"pipelined", first + first + get(""), 3});
    to.push_back({"pipelined behind a body",
                  "POST /echo/{T} HTTP/1.1\r\nHost: x\r\n" + length_of(smuggled) + "\r\n" +
                      smuggled + get(""),
                  2});
    to.push_back({"behind Connection: close", get("") + smuggled, 1});
    to.push_back({"HEAD with a body",
                  "HEAD /echo/{T} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" +
                      length_of(smuggled) + "\r\n" + smuggled,
                  1});
    to.push_back({"Expect", post("Expect: 100-continue\r\n" + length_of(smuggled), smuggled), 1});
    to.push_back({"Expect without a body", get("Expect: 100-continue\r\n"), 1});
    to.push_back({"Expect of something else",
                  post("Expect: y 100-continue\r\n" + length_of(smuggled), smuggled)});
    to.push_back({"Upgrade to h2c",
                  "GET /echo/{T} HTTP/1.1\r\nHost: x\r\nConnection: close, Upgrade, HTTP2-Settings"
                  "\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAoAAAAAIAAAAA\r\n\r\n",
                  1});
    to.push_back({"body that never ends", post("Content-Length: 4000\r\n", smuggled)});
}

}  // namespace

attempts smuggling_attempts() {
    attempts all;
    add_codings(all);
    add_lengths(all);
    add_chunks(all);
    add_heads(all);
    add_sequences(all);
    return all;
}

}  // namespace headroom::http
