#include "headroom/http/detail/websocket_reader.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "headroom/http/websocket_fixture.hpp"

namespace headroom::http::detail {
namespace {

using read_state = websocket_reader::state;
using namespace std::string_literals;

constexpr std::size_t small_max = 1000;

// Everything some bytes come to, as text: "text:Hello", "ping:", "closed:1000", "failed:1002".
std::string told_by(websocket_reader& reader, std::string_view bytes, std::string& out) {
    std::size_t used = 0;
    while (used < bytes.size()) {
        used += reader.read(bytes.substr(used));
        switch (reader.at()) {
            case read_state::message:
                out += reader.message().binary ? "binary:" : "text:";
                out += reader.message().data + ";";
                break;
            case read_state::ping:
                out += "ping:" + std::string(reader.payload()) + ";";
                break;
            case read_state::pong:
                out += "pong:" + std::string(reader.payload()) + ";";
                break;
            case read_state::closed:
                return "closed:" + std::to_string(reader.code()) + std::string(reader.payload());
            case read_state::failed:
                return "failed:" + std::to_string(reader.code());
            default:
                continue;
        }
        reader.next();
    }
    return "";
}

std::string told_at_once(std::string_view bytes, std::optional<deflate_terms> with = {}) {
    websocket_reader reader(small_max, with);
    std::string out;
    const auto end = told_by(reader, bytes, out);
    return out + end;
}

// The same at every split and byte by byte.
std::string told(std::string_view bytes, std::optional<deflate_terms> with = {}) {
    const auto whole = told_at_once(bytes, with);
    for (std::size_t at = 1; at < std::min<std::size_t>(bytes.size(), 300); ++at) {
        websocket_reader reader(small_max, with);
        std::string out;
        auto end = told_by(reader, bytes.substr(0, at), out);
        if (end.empty()) end = told_by(reader, bytes.substr(at), out);
        EXPECT_EQ(out + end, whole) << "split at " << at;
    }
    websocket_reader reader(small_max, with);
    std::string out, end;
    for (std::size_t at = 0; at < bytes.size() && end.empty(); ++at)
        end = told_by(reader, bytes.substr(at, 1), out);
    EXPECT_EQ(out + end, whole) << "byte by byte";
    return whole;
}

// RFC 6455 section 5.7.
TEST(WebsocketReader, ReadsTheExamplesOfTheStandard) {
    EXPECT_EQ(told("\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s), "text:Hello;");
    EXPECT_EQ(told("\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58"s), "pong:Hello;");
    std::string sent;
    append_frame(sent, opcode::text, "Hello");
    EXPECT_EQ(sent, "\x81\x05Hello");
    sent.clear();
    append_frame(sent, opcode::binary, std::string(256, 'a'));
    EXPECT_TRUE(sent.starts_with("\x82\x7e\x01\x00"s));
    sent.clear();
    append_frame(sent, opcode::binary, std::string(65536, 'a'));
    EXPECT_TRUE(sent.starts_with("\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00"s));
}

TEST(WebsocketReader, JoinsFragmentsAroundControlFrames) {
    EXPECT_EQ(told(client_frame(opcode::text, "Hel", false) + client_frame(opcode::ping, "p") +
                   client_frame(opcode::continuation, "", false) +
                   client_frame(opcode::continuation, "lo") + client_frame(opcode::binary, "b")),
              "ping:p;text:Hello;binary:b;");
}

TEST(WebsocketReader, ReadsEveryWayOfWritingALength) {
    for (const std::size_t size : {0U, 1U, 125U, 126U, 127U, 300U, 1000U}) {
        const std::string data(size, 'x');
        EXPECT_EQ(told(client_frame(opcode::text, data)), "text:" + data + ";");
    }
}

TEST(WebsocketReader, RefusesWhatBreaksTheProtocol) {
    const std::vector<std::string> wrong{
        "\x81\x05Hello",                                         // not masked
        "\xc1\x80\x01\x02\x03\x04",                              // RSV1 without an extension
        "\xa1\x80\x01\x02\x03\x04", "\x91\x80\x01\x02\x03\x04",  // RSV2, RSV3
        "\x83\x80\x01\x02\x03\x04", "\x8b\x80\x01\x02\x03\x04",  // nobody knows these
        client_frame(opcode::ping, "", false),                   // a control frame in pieces
        "\x89\xfe\x00\x7e\x01\x02\x03\x04"s,                    // and one of 126 bytes
        client_frame(opcode::continuation, "a"),                 // continues nothing
        client_frame(opcode::text, "a", false) + client_frame(opcode::text, "b"),
        "\x82\xfe\x00\x05\x01\x02\x03\x04"s,                   // a length longer than need be
        "\x82\xff\x00\x00\x00\x00\x00\x00\x01\x00\x01\x02\x03\x04"s,
        "\x82\xff\x80\x00\x00\x00\x00\x01\x00\x00\x01\x02\x03\x04"s,
    };
    for (const auto& each : wrong) EXPECT_EQ(told(each), "failed:1002");
}

TEST(WebsocketReader, RefusesAMessageThatIsTooBigBeforeItIsRead) {
    EXPECT_EQ(told(client_frame(opcode::text, std::string(1001, 'a')).substr(0, 8)), "failed:1009");
    EXPECT_EQ(told(client_frame(opcode::text, std::string(600, 'a'), false) +
                   client_frame(opcode::continuation, std::string(401, 'a'))),
              "failed:1009");
}

TEST(WebsocketReader, TakesTextForUtf8AndNothingElse) {
    for (const std::string good : {"\xce\xba\xe1\xbd\xb9", "\xf0\x9f\x98\x80", "\xed\x9f\xbf",
                                   "\xee\x80\x80", "\xf4\x8f\xbf\xbf"})
        EXPECT_EQ(told(client_frame(opcode::text, good)), "text:" + good + ";");
    for (const std::string wrong :
         {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf5", "\x80",
          "\xce", "\xe1\xbd", "\xf0\x8f\xbf\xbf", "\xff"}) {
        EXPECT_EQ(told(client_frame(opcode::text, wrong)), "failed:1007");
        EXPECT_EQ(told(client_frame(opcode::binary, wrong)), "binary:" + wrong + ";");
    }
    EXPECT_EQ(told(client_frame(opcode::text, "\xf0\x9f", false) +
                   client_frame(opcode::continuation, "\x98\x80")),
              "text:\xf0\x9f\x98\x80;")
        << "a character may lie across fragments";
    EXPECT_EQ(told(client_frame(opcode::text, "\xf4\x90", false)), "failed:1007")
        << "what is wrong already is not waited for";
}

TEST(WebsocketReader, ReadsCloses) {
    EXPECT_EQ(told(client_frame(opcode::close, "")), "closed:0");
    EXPECT_EQ(told(client_frame(opcode::close, close_text(1000, "bye"))), "closed:1000bye");
    EXPECT_EQ(told(client_frame(opcode::close, close_text(4999))), "closed:4999");
    EXPECT_EQ(told(client_frame(opcode::close, "\x03")), "failed:1002");
    for (const unsigned code : {0U, 999U, 1004U, 1005U, 1006U, 1015U, 2999U, 5000U})
        EXPECT_EQ(told(client_frame(opcode::close, close_text(code))), "failed:1002") << code;
    EXPECT_EQ(told(client_frame(opcode::close, close_text(1000, "\xff"))), "failed:1007");
}

// RFC 7692 sections 7.2.3.1 to 7.2.3.5.
TEST(WebsocketReader, InflatesTheExamplesOfTheStandard) {
    const deflate_terms kept;
    const std::string hello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;
    const auto one = client_frame(opcode::text, hello, true, true);
    EXPECT_EQ(told(one, kept), "text:Hello;");
    EXPECT_EQ(told(client_frame(opcode::text, hello.substr(0, 3), false, true) +
                       client_frame(opcode::continuation, hello.substr(3)),
                   kept),
              "text:Hello;");
    const auto shared = client_frame(opcode::text, "\xf2\x00\x11\x00\x00"s, true, true);
    EXPECT_EQ(told(one + shared, kept), "text:Hello;text:Hello;") << "from the window of before";
    const auto stored =
        client_frame(opcode::text, "\x00\x05\x00\xfa\xff\x48\x65\x6c\x6c\x6f\x00"s, true, true);
    EXPECT_EQ(told(stored, kept), "text:Hello;");
    const auto last_block =
        client_frame(opcode::text, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s, true, true);
    EXPECT_EQ(told(last_block + last_block, kept), "text:Hello;text:Hello;");
    const auto two_blocks =
        client_frame(opcode::text, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s,
                     true, true);
    EXPECT_EQ(told(two_blocks, kept), "text:Hello;");
    EXPECT_EQ(told(client_frame(opcode::text, "plain"), kept), "text:plain;");
}

TEST(WebsocketReader, ForgetsTheWindowWhereThatIsAgreed) {
    deflate_terms forgotten;
    forgotten.client_keeps = false;
    const auto one = client_frame(opcode::text, "\xf2\x48\xcd\xc9\xc9\x07\x00"s, true, true);
    const auto shared = client_frame(opcode::text, "\xf2\x00\x11\x00\x00"s, true, true);
    EXPECT_EQ(told(one + one, forgotten), "text:Hello;text:Hello;");
    EXPECT_EQ(told(one + shared, forgotten), "text:Hello;failed:1007");
}

TEST(WebsocketReader, InflatesNoMoreThanAMessageMayHave) {
    message_deflater deflater(deflate_terms{});
    const std::string bomb(100'000, 'a');
    const auto small = client_frame(opcode::text, deflater.deflate(bomb), true, true);
    ASSERT_LT(small.size(), 1000u);
    EXPECT_EQ(told(small, deflate_terms{}), "failed:1009");
    message_deflater another(deflate_terms{});
    const std::string fits(small_max, 'a');
    EXPECT_EQ(told(client_frame(opcode::text, another.deflate(fits), true, true), deflate_terms{}),
              "text:" + fits + ";");
}

TEST(WebsocketReader, RefusesCompressionWhereItHasNoPlace) {
    const deflate_terms agreed;
    EXPECT_EQ(told(client_frame(opcode::ping, "", true, true), agreed), "failed:1002");
    EXPECT_EQ(told(client_frame(opcode::text, "a", false) +
                       client_frame(opcode::continuation, "b", true, true),
                   agreed),
              "failed:1002");
    EXPECT_EQ(told(client_frame(opcode::text, "\xff\xff\xff", true, true), agreed), "failed:1007");
}

}  // namespace
}  // namespace headroom::http::detail
