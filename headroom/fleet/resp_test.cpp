#include "headroom/fleet/resp.hpp"

#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using kind = resp_value::kind;

resp_value only(std::string_view bytes) {
    resp_reader reader;
    reader.feed(bytes);
    return reader.next().value();
}

TEST(Resp, ReadsEachKindOfAnswer) {
    EXPECT_EQ(only("+OK\r\n").text, "OK");
    EXPECT_EQ(only("-ERR no\r\n").is, kind::error);
    EXPECT_EQ(only(":-7\r\n").number, -7);
    EXPECT_EQ(only("$5\r\nab\r\nc\r\n").text, "ab\r\nc");
    EXPECT_EQ(only("$-1\r\n").is, kind::nothing);
    EXPECT_EQ(only("*2\r\n$1\r\na\r\n*1\r\n:3\r\n").items[1].items[0].number, 3);
}

TEST(Resp, WaitsForTheRestOfAnAnswer) {
    const std::string_view whole = "*2\r\n$3\r\nabc\r\n:12\r\n";
    for (std::size_t cut = 0; cut < whole.size(); ++cut) {
        resp_reader reader;
        reader.feed(whole.substr(0, cut));
        EXPECT_FALSE(reader.next()) << cut;
        reader.feed(whole.substr(cut));
        EXPECT_EQ(reader.next()->items.size(), 2u) << cut;
        EXPECT_FALSE(reader.next());
    }
}

TEST(Resp, RefusesWhatNoRedisSays) {
    for (const auto* bytes :
         {"HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01", "$x\r\n", ":\r\n", "\r\n", "$1\r\nabc"}) {
        resp_reader reader;
        reader.feed(bytes);
        EXPECT_THROW(reader.next(), resp_broken) << bytes;
    }
}

TEST(Resp, RefusesAnswersBeyondItsBounds) {
    std::string deep;
    for (unsigned i = 0; i < resp_depth_max + 2; ++i) deep += "*1\r\n";
    for (const auto& bytes : {deep, "$" + std::to_string(resp_bulk_max + 1) + "\r\n",
                              "*" + std::to_string(resp_items_max + 1) + "\r\n",
                              "+" + std::string(resp_line_max + 1, 'a')}) {
        resp_reader reader;
        reader.feed(bytes);
        EXPECT_THROW(reader.next(), resp_broken) << bytes.substr(0, 20);
    }
}

TEST(Resp, WritesACommandAsAnArrayOfTexts) {
    EXPECT_EQ(resp_command({"GET", "a b"}), "*2\r\n$3\r\nGET\r\n$3\r\na b\r\n");
}

}  // namespace
}  // namespace headroom::fleet
