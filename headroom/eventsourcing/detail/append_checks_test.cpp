#include "headroom/eventsourcing/detail/append_checks.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace headroom::eventsourcing::detail {
namespace {

struct AppendChecks : ::testing::Test {
    append_request what{{{new_uuid(), 0, {{new_uuid(), "shop:Order.Placed", "{}"}}}}, {}, {}};

    /// What the refusal says; "" when there is none.
    std::string fault() const {
        try {
            check(what, metadata_of(what.context), {});
        } catch (const std::invalid_argument& refused) {
            return refused.what();
        }
        return "";
    }
    new_event& event() { return what.streams[0].events[0]; }
};

TEST_F(AppendChecks, ARequestWithinItsBoundsPasses) {
    event().topic = std::string(topic_bytes_max, 't');
    event().state = std::string(state_bytes_max, 's');
    EXPECT_EQ(fault(), "");
}

TEST_F(AppendChecks, TextsAreBounded) {
    event().topic = std::string(topic_bytes_max + 1, 't');
    EXPECT_EQ(fault(), "bytes of a topic: 256, at most 255");
    event().topic = "t";
    event().state = std::string(state_bytes_max + 1, 's');
    EXPECT_EQ(fault(), "bytes of an event's state: 1048577, at most 1048576");
    event().state = "{}";
    what.context.user_id = std::string(metadata_bytes_max, 'u');
    EXPECT_NE(fault().find("bytes of an event's metadata"), std::string::npos);
}

TEST_F(AppendChecks, SoAreEventsStreamsGuardsAndTheirSum) {
    const auto plain = what;
    for (std::size_t i = 0; i < append_events_max; ++i)
        what.streams[0].events.push_back({new_uuid(), "t", ""});
    EXPECT_EQ(fault(), "events of one append: 513, at most 512");
    what = plain;
    while (what.streams.size() <= append_streams_max)
        what.streams.push_back({new_uuid(), 0, {{new_uuid(), "t", ""}}});
    EXPECT_EQ(fault(), "streams of one append: 65, at most 64");
    what = plain;
    static constexpr persistence::statement nothing("select");
    while (what.guards.size() <= append_guards_max) what.guards.push_back({nothing, {}});
    EXPECT_EQ(fault(), "guards of one append: 17, at most 16");
    what = plain;
    for (int i = 0; i < 4; ++i)
        what.streams[0].events.push_back({new_uuid(), "t", std::string(state_bytes_max, 's')});
    EXPECT_NE(fault().find("bytes of one append"), std::string::npos);
}

TEST_F(AppendChecks, AnAppendWithoutMeaningIsRefused) {
    event().topic = "";
    EXPECT_EQ(fault(), "an event has a topic");
    event().topic = std::string("a\0b", 3);
    EXPECT_NE(fault().find("zero byte"), std::string::npos);
    event().topic = "\xff";
    EXPECT_NE(fault().find("UTF-8"), std::string::npos);
    event().topic = "t";
    event().id = {};
    EXPECT_EQ(fault(), "an event has an id");
    what.streams[0].events.clear();
    EXPECT_EQ(fault(), "a stream is named with at least one event");
    what.streams.clear();
    EXPECT_EQ(fault(), "an append names a stream");
}

TEST_F(AppendChecks, NoStreamAndNoIdTwice) {
    what.streams[0].events.push_back(event());
    EXPECT_EQ(fault(), "an append names an event's id twice");
    what.streams[0].events.pop_back();
    what.streams.push_back({what.streams[0].stream, 1, {{new_uuid(), "t", ""}}});
    EXPECT_EQ(fault(), "an append names a stream twice");
}

TEST_F(AppendChecks, AVersionHasRoomForItsEvents) {
    what.streams[0].expected = -1;
    EXPECT_EQ(fault(), "a stream's version is not negative");
    what.streams[0].expected = std::numeric_limits<stream_version>::max();
    EXPECT_NE(fault().find("no room"), std::string::npos);
}

TEST(Metadata, NamesWhatTheContextNames) {
    EXPECT_EQ(metadata_of({}), "{}");
    EXPECT_EQ(metadata_of({"acme", "c", "", "a\"b\n"}),
              R"({"correlation_id":"c","user_id":"a\"b\n"})");
    EXPECT_THROW(metadata_of({{}, "\xff", "", ""}), std::invalid_argument);
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
