#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <limits>

#include "headroom/tasks/any_value_fixture.hpp"
#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/base64.hpp"
#include "headroom/tasks/wire/long_integer.hpp"
#include "headroom/tasks/wire/pickle_opcodes.hpp"
#include "headroom/tasks/wire/pickle_reader.hpp"
#include "headroom/tasks/wire/pickle_writer.hpp"

namespace headroom::tasks {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

std::string pickle(std::string_view body) { return "\x80\x04"s + std::string(body) + "."; }

std::string pickle_fault(std::string_view bytes, const codec_limits& limits = {}) {
    const auto read = read_pickle(bytes, limits);
    EXPECT_FALSE(read);
    return read ? "" : to_string(read.error().kind) + ": " + read.error().what;
}

std::string many(std::size_t count, std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < count; ++i) made += text;
    return made;
}

TEST(Pickle, OfEveryProtocolIsReadAsPythonMeantIt) {
    for (const auto& row : testdata_rows("python_pickles.tsv", 250)) {
        const auto read = read_pickle(from_base64(row[0]).value());
        ASSERT_TRUE(read) << row[1].substr(0, 80) << ": " << read.error().message();
        EXPECT_EQ(*read, json_value(row[1]));
    }
}

RC_GTEST_PROP(Pickle, EveryValueIsReadAsItWasWritten, ()) {
    const auto is = any_value();
    RC_ASSERT(read_pickle(to_pickle(is).value()).value() == is);
}

RC_GTEST_PROP(Pickle, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
    if (const auto read = read_pickle(pickle(bytes))) RC_ASSERT(to_pickle(*read).has_value());
}

TEST(Pickle, IsWrittenInProtocol2WithoutMemoAndFrames) {
    EXPECT_EQ(to_pickle(object{{"a", array{1, true, value()}}, {"b", object{}}}),
              "\x80\x02}(X\x01\0\0\0a](K\x01\x88NeX\x01\0\0\0b}u."s);
    EXPECT_EQ(to_pickle(1.5), "\x80\x02G\x3f\xf8\0\0\0\0\0\0."s);
    EXPECT_EQ(to_pickle(std::numeric_limits<double>::infinity()), "\x80\x02N."s);
    EXPECT_EQ(to_pickle(byte_string{"\xFF"}).error().kind, codec_fault_kind::wrong_shape);
}

TEST(Pickle, AnOpcodeThatCouldRunCodeIsRefusedByName) {
    EXPECT_EQ(pickle_fault(pickle("cos\nsystem\n(S'id'\ntR")), "forbidden: opcode GLOBAL");
    EXPECT_EQ(pickle_fault(pickle("\x8c\x02os\x8c\x06system\x93")),
              "forbidden: opcode STACK_GLOBAL");
    const std::string_view refused = "cRbioPQSTUVILFgprdl012\x81\x82\x83\x84\x8e\x8f\x90\x91\x92"
                                     "\x93\x96\x97\x98";
    for (const char code : refused) {
        const auto name = opcode::refused_name(static_cast<std::uint8_t>(code));
        ASSERT_FALSE(name.empty());
        EXPECT_EQ(pickle_fault(pickle(std::string(1, code))),
                  "forbidden: opcode " + std::string(name));
    }
}

TEST(Pickle, EveryByteIsAnOpcodeThatIsReadOrRefused) {
    unsigned forbidden = 0;
    for (unsigned code = 0; code < 256; ++code) {
        const auto read = read_pickle(pickle("]" + std::string(1, static_cast<char>(code))));
        forbidden += !read && read.error().kind == codec_fault_kind::forbidden;
    }
    EXPECT_EQ(forbidden, 35u);
}

TEST(Pickle, WhatIsNoneIsRefused) {
    for (const auto& bytes : {""s, "\x80"s, "\x80\x01N."s, "\x80\x06N."s, "N."s, pickle(""),
                              pickle("NN"), pickle("(N"), pickle("N") + "N", pickle("a"),
                              pickle("NNa"), pickle("]Ns"), pickle("}(Nu"), pickle("}(NNNu"),
                              pickle("h\x01"), pickle("\x8c\x05" "ab"), pickle("\x8c\x01\xff"),
                              "\x80\x04N"s, pickle("J\x01"), pickle("\x94"), pickle("(]Ne")})
        EXPECT_FALSE(read_pickle(bytes)) << to_base64(bytes);
    EXPECT_EQ(pickle_fault(pickle("}K\x01Ns")), "wrong shape: a name in a pickle that is no text");
}

TEST(Pickle, WhatIsSharedIsCopiedAndWhatContainsItselfIsTooDeep) {
    EXPECT_EQ(read_pickle(pickle("](]\x94h"s + "\0"s + "e")), array({array(), array()}));
    EXPECT_EQ(pickle_fault(pickle("]\x94h"s + "\0"s + "a")), "too deep: containers in a pickle");
    EXPECT_EQ(read_pickle(pickle("](\x8c\x03\xed\xa0\xbd\x94h"s + "\0"s + "e")).value(),
              array({"\xed\xa0\xbd", "\xed\xa0\xbd"}));
}

TEST(PickleLimits, DoublingsDoNotMultiply) {
    std::string bomb = "(]\x94";  // each list holds the one before it twice
    for (char i = 0; i < 40; ++i) bomb += "](h"s + i + "h"s + i + "e\x94"s;
    EXPECT_EQ(pickle_fault(pickle(bomb + "t")), "too many values: values in a pickle");
    const auto text = "X\x00\x00\x01\x00"s + std::string(65536, 'x') + "\x94"s;
    EXPECT_EQ(pickle_fault(pickle("](" + text + many(100, "h\0"sv) + "e")),
              "too large: bytes of texts in a pickle");
}

TEST(PickleLimits, OfBytesDepthThingsStackMemoAndDigits) {
    EXPECT_EQ(pickle_fault(pickle("N"), {.bytes = 3}), "too large: bytes of a pickle");
    EXPECT_TRUE(read_pickle(pickle(many(64, "]") + many(63, "a"))));
    EXPECT_EQ(pickle_fault(pickle(many(65, "]") + many(64, "a"))),
              "too deep: containers in a pickle");
    EXPECT_EQ(pickle_fault(pickle(many(65, "("))), "too deep: marks of a pickle");
    EXPECT_EQ(pickle_fault(pickle("](NNNe"), {.values = 3}), "too many values: things in a pickle");
    EXPECT_EQ(pickle_fault(pickle("N\x94" + many(3, "h\0"sv)), {.values = 3}),
              "too many values: things on a pickle's stack");
    EXPECT_EQ(pickle_fault(pickle("Nq\x04"), {.values = 3}),
              "too many values: things in a pickle's memo");
    EXPECT_TRUE(read_pickle(pickle("\x8b\xf8\x06\0\0"s + std::string(1784, '\x01'))));
    EXPECT_EQ(pickle_fault(pickle("\x8b\x01\x07\0\0"s + std::string(1793, '\x01'))),
              "too large: digits of an integer");
    EXPECT_FALSE(integer_from_long(std::string(long_bytes_max, '\x7f')));
}

TEST(PickleLimits, TheWriterRefusesWhatNoReaderTakes) {
    value deep;
    for (std::size_t i = 0; i <= codec_depth_max; ++i) {
        array around;
        around.push_back(std::move(deep));
        deep = std::move(around);
    }
    EXPECT_EQ(to_pickle(deep).error().kind, codec_fault_kind::too_deep);
}

RC_GTEST_PROP(LongInteger, IsReadAsItWasWritten, ()) {
    const auto is = any_integer();
    const auto* big = is.get<big_integer>();
    const auto digits = big ? big->digits() : std::to_string(*is.get<std::int64_t>());
    RC_ASSERT(integer_from_long(long_of(digits)) == is);
}

TEST(LongInteger, IsTheShortestTwosComplement) {
    EXPECT_EQ(long_of("0"), "");
    EXPECT_EQ(long_of("127"), "\x7f");
    EXPECT_EQ(long_of("128"), "\x80\0"s);
    EXPECT_EQ(long_of("-128"), "\x80");
    EXPECT_EQ(long_of("-129"), "\x7f\xff");
    EXPECT_EQ(long_of("1180591620717411303424"), "\0\0\0\0\0\0\0\0\x40"s);
}

}  // namespace
}  // namespace headroom::tasks
