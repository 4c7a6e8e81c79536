#include "headroom/eventsourcing/codec.hpp"

#include <gmock/gmock.h>

#include <boost/json.hpp>

namespace headroom::eventsourcing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

struct placed {
    static constexpr char topic[] = "shop:Order.Placed";
    std::string name;
    std::optional<std::int64_t> count;
    bool gift = false;
    json_text extra;
    std::vector<std::string> tags;
    uuid customer;
    timestamp at;
    bool operator==(const placed&) const = default;
};
BOOST_DESCRIBE_STRUCT(placed, (), (name, count, gift, extra, tags, customer, at))

struct renamed {
    static constexpr char topic[] = "shop:Order.Renamed";
    static constexpr int class_version = 3;
    static void upcast(int from, boost::json::object& state) {
        if (from == 1) state["title"] = state["name"];
        if (from == 2) state["title"] = "<" + std::string(state["title"].as_string()) + ">";
    }
    std::string title;
    bool operator==(const renamed&) const = default;
};
BOOST_DESCRIBE_STRUCT(renamed, (), (title))

using event = std::variant<placed, renamed>;

event through(const event& what) {
    const auto made = encode(what);
    return decode<event>(made.topic, made.state);
}

TEST(Codec, WhatIsWrittenIsReadBack) {
    placed full{"Ada \"L\" \xc3\xa9", 3, true, {R"({"a":[1,null]})"}, {"x", ""}, new_uuid(),
                timestamp(std::chrono::microseconds(-5))};
    EXPECT_EQ(through(full), event(full));
    EXPECT_EQ(through(placed{}), event(placed{}));
    EXPECT_EQ(through(renamed{"t"}), event(renamed{"t"}));
}

TEST(Codec, AnAbsentOptionalIsNotWritten) {
    EXPECT_EQ(encode_state(placed{}).find("count"), std::string::npos);
}

TEST(Codec, UnknownMembersArePassedOver) {
    EXPECT_EQ(decode_state<renamed>(R"({"title":"a","class_version":3,"later":{"b":1}})").title,
              "a");
}

TEST(Codec, OlderVersionsAreRaisedOneByOne) {
    EXPECT_EQ(decode_state<renamed>(R"({"name":"a"})").title, "<a>");
    EXPECT_EQ(decode_state<renamed>(R"({"title":"a","class_version":2})").title, "<a>");
    EXPECT_THAT(encode_state(renamed{"a"}), HasSubstr(R"("class_version":3)"));
}

TEST(Codec, WhatCannotBeReadNamesTopicAndMemberAndNoValue) {
    EXPECT_THAT([] { decode<event>("shop:Order.Placed", R"({"name":7})"); },
                ThrowsMessage<undecodable>(HasSubstr("shop:Order.Placed: name is not a string")));
    EXPECT_THAT([] { decode<event>("shop:Order.Placed", "{}"); },
                ThrowsMessage<undecodable>(HasSubstr("name is missing")));
    EXPECT_THAT([] { decode<event>("shop:Order.Eaten", "{}"); },
                ThrowsMessage<undecodable>(HasSubstr("unknown topic shop:Order.Eaten")));
    for (const auto* bad : {"", "[]", "{", "nul", "{}{}"})
        EXPECT_THROW(decode<event>("shop:Order.Placed", bad), undecodable) << bad;
}

TEST(Codec, NestingIsBounded) {
    const std::string deep = R"({"title":)" + std::string(1000, '[') + std::string(1000, ']') + "}";
    EXPECT_THROW(decode_state<renamed>(deep), undecodable);
}

TEST(Codec, AMemberThatIsNoJsonIsNotWritten) {
    placed broken;
    broken.extra.text = "{";
    EXPECT_THROW(encode_state(broken), std::invalid_argument);
}

}  // namespace
}  // namespace headroom::eventsourcing
