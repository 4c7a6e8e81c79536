#include "headroom/persistence/redis/parser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>

namespace headroom::redis {
namespace {

/// An answer written down, to compare.
template <class Of>
std::string shown(const Of& of) {
    switch (of.is()) {
        case kind::nothing: return "nothing";
        case kind::text: return fmt::format("'{}'", of.text());
        case kind::error: return fmt::format("error '{}'", of.text());
        case kind::big_number: return fmt::format("big {}", of.text());
        case kind::number: return fmt::format("{}", of.number());
        case kind::real: return fmt::format("real {}", of.real());
        case kind::boolean: return of.boolean() ? "true" : "false";
        default: break;
    }
    std::string list(to_string(of.is()));
    for (const auto each : of) list += " " + shown(each) + ";";
    return "(" + list + ")";
}

std::string only(std::string_view bytes, parser_bounds within = {}) {
    parser reads(within);
    reads.feed(bytes);
    auto value = reads.next();
    if (!value) return "incomplete";
    EXPECT_FALSE(reads.next());
    EXPECT_TRUE(reads.between_answers());
    return shown(*value);
}

std::string refusal_of(std::string_view bytes, parser_bounds within = {}) {
    try {
        return "answered: " + only(bytes, within);
    } catch (const protocol_error& broken) {
        return broken.what();
    }
}

constexpr std::string_view everything =
    "*10\r\n$3\r\na\r\n\r\n:-7\r\n,1.5\r\n#t\r\n_\r\n(12345678901234567890123\r\n"
    "%1\r\n+key\r\n~2\r\n:1\r\n:2\r\n=7\r\ntxt:abc\r\n!5\r\nERR x\r\n|1\r\n+ttl\r\n:3\r\n$-1\r\n";

TEST(RedisParser, ReadsEachKindOfAnswer) {
    EXPECT_EQ(only("+OK\r\n"), "'OK'");
    EXPECT_EQ(only("-ERR no\r\n"), "error 'ERR no'");
    EXPECT_EQ(only(":-7\r\n"), "-7");
    EXPECT_EQ(only(":+7\r\n"), "7");
    EXPECT_EQ(only(":9223372036854775807\r\n"), "9223372036854775807");
    EXPECT_EQ(only("$5\r\nab\r\nc\r\n"), "'ab\r\nc'");
    EXPECT_EQ(only("$0\r\n\r\n"), "''");
    EXPECT_EQ(only("$-1\r\n"), "nothing");
    EXPECT_EQ(only("*-1\r\n"), "nothing");
    EXPECT_EQ(only("_\r\n"), "nothing");
    EXPECT_EQ(only("*0\r\n"), "(a list)");
    EXPECT_EQ(only(",3.25\r\n"), "real 3.25");
    EXPECT_EQ(only(",-inf\r\n"), "real -inf");
    EXPECT_EQ(only("#f\r\n"), "false");
    EXPECT_EQ(only("(3492890328409238509324850943850943825024385\r\n"),
              "big 3492890328409238509324850943850943825024385");
    EXPECT_EQ(only("!21\r\nSYNTAX invalid syntax\r\n"), "error 'SYNTAX invalid syntax'");
    EXPECT_EQ(only("=15\r\ntxt:Some string\r\n"), "'Some string'");
    EXPECT_EQ(only("=4\r\ntxt:\r\n"), "''");
    EXPECT_EQ(only("%2\r\n+a\r\n:1\r\n+b\r\n*1\r\n:2\r\n"), "(a map 'a'; 1; 'b'; (a list 2;);)");
    EXPECT_EQ(only("~2\r\n+a\r\n+b\r\n"), "(a set 'a'; 'b';)");
    EXPECT_EQ(only(">2\r\n+message\r\n+c\r\n"), "(a push 'message'; 'c';)");
    EXPECT_EQ(only("*3\r\n*0\r\n*2\r\n:1\r\n$1\r\nx\r\n:2\r\n"),
              "(a list (a list); (a list 1; 'x';); 2;)");
}

TEST(RedisParser, DropsAttributesWhereverTheyStand) {
    EXPECT_EQ(only("|1\r\n+key\r\n*2\r\n:1\r\n:2\r\n*1\r\n|1\r\n+ttl\r\n:9\r\n+x\r\n"),
              "(a list 'x';)");
    EXPECT_EQ(only("|1\r\n+a\r\n+b\r\n:5\r\n"), "5");
    EXPECT_EQ(only("|0\r\n:5\r\n"), "5");
}

TEST(RedisParser, ReadsTheSameWhereverTheNetworkCuts) {
    const auto whole = only(everything);
    EXPECT_TRUE(whole.starts_with("(a list 'a\r\n';")) << whole;
    for (std::size_t cut = 0; cut <= everything.size(); ++cut) {
        parser reads;
        reads.feed(everything.substr(0, cut));
        auto value = reads.next();
        EXPECT_EQ(value.has_value(), cut == everything.size());
        reads.feed(everything.substr(cut));
        if (!value) value = reads.next();
        ASSERT_TRUE(value) << cut;
        EXPECT_EQ(shown(*value), whole) << cut;
    }
    parser one_by_one;
    for (const char each : everything.substr(0, everything.size() - 1)) {
        one_by_one.feed({&each, 1});
        EXPECT_FALSE(one_by_one.next());
        EXPECT_FALSE(one_by_one.between_answers());
    }
    one_by_one.feed("\n");
    EXPECT_EQ(shown(one_by_one.next().value()), whole);
}

TEST(RedisParser, HandsOutAnswersInTheirOrder) {
    parser reads;
    std::string bytes;
    for (int i = 0; i < 10'000; ++i) bytes += fmt::format(":{}\r\n$3\r\nabc\r\n", i);
    reads.feed(bytes);
    for (int i = 0; i < 10'000; ++i) {
        EXPECT_EQ(reads.next()->number(), i);
        EXPECT_EQ(reads.next()->text(), "abc");
    }
    EXPECT_FALSE(reads.next());
}

TEST(RedisParser, RefusesWhatNoRedisSays) {
    for (const auto* bytes :
         {"HTTP/1.1 400 Bad Request\r\n", "\x15\x03\x01", "$x\r\n", ":\r\n", "\r\n", "$1\r\nabc",
          "$-2\r\n", "*-2\r\n", "%-1\r\n", "#x\r\n", ",x\r\n", "(1x\r\n", "_x\r\n", "+a\n",
          "$?\r\n", "*?\r\n", ":++1\r\n", ":9223372036854775808\r\n", "=3\r\nabc\r\n",
          "=5\r\nabcde\r\n", "*1\r\n>1\r\n+x\r\n", "$1\r\naXY"})
        EXPECT_THROW(only(bytes), protocol_error) << bytes;
    EXPECT_EQ(only("$1\r\na\r"), "incomplete");
}

TEST(RedisParser, IsSpentOnceBroken) {
    parser reads;
    reads.feed("?\r\n+OK\r\n");
    EXPECT_THROW((void)reads.next(), protocol_error);
    EXPECT_THROW((void)reads.next(), protocol_error);
}

// ---- each bound ----

TEST(RedisParser, BoundsALine) {
    const parser_bounds within{.line_bytes_max = 10};
    EXPECT_EQ(only("+123456789\r\n", within), "'123456789'");
    EXPECT_EQ(refusal_of("+1234567890\r\n", within), "a line of an answer has more than 10 bytes");
    EXPECT_EQ(refusal_of("+12345678901", within), "a line of an answer has more than 10 bytes");
}

TEST(RedisParser, BoundsAText) {
    const parser_bounds within{.text_bytes_max = 4};
    EXPECT_EQ(only("$4\r\nabcd\r\n", within), "'abcd'");
    EXPECT_EQ(refusal_of("$5\r\n", within), "a text of an answer has more than 4 bytes");
    EXPECT_EQ(refusal_of("!5\r\n", within), "a text of an answer has more than 4 bytes");
}

TEST(RedisParser, BoundsAllTextsOfAnAnswerTogether) {
    const parser_bounds within{.answer_bytes_max = 6};
    EXPECT_EQ(only("*2\r\n$3\r\nabc\r\n+def\r\n", within), "(a list 'abc'; 'def';)");
    const auto refused = "an answer has more than 6 bytes of text";
    EXPECT_EQ(refusal_of("*3\r\n$3\r\nabc\r\n+def\r\n+g\r\n", within), refused);
    EXPECT_EQ(refusal_of("*2\r\n$3\r\nabc\r\n$4\r\n", within), refused);
    parser reads(within);  // of one answer, not of all
    reads.feed("+abcdef\r\n+abcdef\r\n");
    EXPECT_TRUE(reads.next() && reads.next());
}

TEST(RedisParser, BoundsItemsAnnouncedNestedAndHidden) {
    const parser_bounds within{.items_max = 4};
    const auto refused = "an answer has more than 4 items";
    EXPECT_EQ(only("*3\r\n:1\r\n:2\r\n:3\r\n", within), "(a list 1; 2; 3;)");
    EXPECT_EQ(refusal_of("*4\r\n", within), refused);
    EXPECT_EQ(refusal_of("%2\r\n", within), refused);
    EXPECT_EQ(refusal_of("*2\r\n*2\r\n:1\r\n:2\r\n:3\r\n", within), refused);
    EXPECT_EQ(refusal_of("|1\r\n:1\r\n:2\r\n|1\r\n", within), refused);
    EXPECT_EQ(refusal_of("*9223372036854775807\r\n", within), refused);
    EXPECT_EQ(refusal_of("%9223372036854775807\r\n", within), refused);
}

TEST(RedisParser, BoundsDepth) {
    const parser_bounds within{.depth_max = 2};
    EXPECT_EQ(only("*1\r\n*1\r\n:1\r\n", within), "(a list (a list 1;);)");
    EXPECT_EQ(refusal_of("*1\r\n*1\r\n*1\r\n", within), "an answer is nested deeper than 2");
    EXPECT_EQ(refusal_of("*1\r\n*1\r\n|1\r\n", within), "an answer is nested deeper than 2");
}

TEST(RedisParser, TakesNoMemoryForWhatIsOnlyAnnounced) {
    parser reads;
    reads.feed("*900000\r\n");
    EXPECT_FALSE(reads.next());
    reads.feed("$60000000\r\nabc");
    EXPECT_FALSE(reads.next());
    EXPECT_LE(reads.bytes(), 2u << 20);
}

TEST(RedisParser, LooksAtEachByteOnceHoweverFewComeAtATime) {
    // A line of the greatest length and a text of 2 MB, byte by byte. Were either looked at again
    // with each byte, this would be 2e12 steps and the test would not end in its time.
    parser reads;
    const std::string line(60'000, 'x'), text(2'000'000, 'y');
    const auto bytes = fmt::format("*2\r\n+{}\r\n${}\r\n{}\r\n", line, text.size(), text);
    std::optional<value> said;
    for (const char each : bytes) {
        reads.feed({&each, 1});
        if (auto value = reads.next()) said = std::move(value);
    }
    ASSERT_TRUE(said);
    EXPECT_EQ((*said)[0].text(), line);
    EXPECT_EQ((*said)[1].text(), text);
}

// ---- what one reads of a value ----

value parsed(std::string_view bytes) {
    parser reads;
    reads.feed(bytes);
    return std::move(reads.next().value());
}

TEST(RedisValue, RefusesToBeReadAsWhatItIsNot) {
    const auto number = parsed(":1\r\n");
    EXPECT_THROW((void)number.text(), unexpected_answer);
    EXPECT_THROW((void)number.size(), unexpected_answer);
    EXPECT_THROW((void)number.begin(), unexpected_answer);
    EXPECT_THROW((void)parsed("+1\r\n").number(), unexpected_answer);
    EXPECT_THROW((void)parsed("*1\r\n:1\r\n")[1], unexpected_answer);
    EXPECT_THROW((void)parsed(":2\r\n").boolean(), unexpected_answer);
    EXPECT_TRUE(number.boolean());  // as RESP2 says it
    EXPECT_EQ(number.real(), 1.0);
}

TEST(RedisValue, SurvivesBeingMoved) {
    for (const auto* bytes : {"+short\r\n", "$30\r\n012345678901234567890123456789\r\n",
                              "*2\r\n+a\r\n*1\r\n+b\r\n"}) {
        auto one = parsed(bytes);
        const auto before = shown(one);
        const value other = std::move(one);
        EXPECT_EQ(shown(other), before);
    }
    EXPECT_EQ(shown(value()), "nothing");
}

TEST(RedisValue, FindsWhatStandsBehindAKey) {
    const auto map = parsed("%2\r\n+a\r\n*1\r\n:1\r\n+b\r\n:2\r\n");
    EXPECT_EQ(map.find("b")->number(), 2);
    EXPECT_EQ((*map.find("a"))[0].number(), 1);
    EXPECT_FALSE(map.find("c"));
    EXPECT_EQ(parsed("*4\r\n+a\r\n:1\r\n+b\r\n:2\r\n").find("b")->number(), 2);
    EXPECT_FALSE(parsed("*3\r\n+a\r\n:1\r\n+b\r\n").find("b"));
}

TEST(RedisValue, IndexesListsOfLists) {
    const auto list = parsed("*3\r\n*2\r\n:1\r\n:2\r\n:3\r\n*1\r\n:4\r\n");
    EXPECT_EQ(list[1].number(), 3);
    EXPECT_EQ(list[2][0].number(), 4);
    EXPECT_EQ(list[0][1].number(), 2);
}

}  // namespace
}  // namespace headroom::redis
