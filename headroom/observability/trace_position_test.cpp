#include "headroom/observability/trace_position.hpp"

#include <gtest/gtest.h>

#include "headroom/observability/trace_context.hpp"

namespace headroom::observability {
namespace {

constexpr std::string_view callers = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

trace_position follow_one(std::string_view parent, std::string_view state = "") {
    trace_source from(7);
    return from.follow({&parent, 1}, state);
}

TEST(TracePosition, FollowsTheCallersTraceWithASpanOfItsOwn) {
    const auto ours = follow_one(callers, "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    EXPECT_EQ(ours.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    EXPECT_NE(ours.span_id(), "b7ad6b7169203331");
    EXPECT_EQ(ours.flags(), 1);
    EXPECT_EQ(ours.tracestate(), "congo=t61rcWkgMzE,rojo=00f067aa0ba902b7");
    const auto sent = parse_traceparent(ours.traceparent());
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->parent_id, ours.span_id());
    EXPECT_TRUE(sent->sampled());
}

TEST(TracePosition, BeginsATraceWhereTheCallersIsMalformed) {
    for (const std::string_view wrong :
         {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
          "00-00000000000000000000000000000000-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
          "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
          "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
          "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x"}) {
        const auto ours = follow_one(wrong, "congo=1");
        EXPECT_TRUE(parse_traceparent(ours.traceparent())) << ours.traceparent();
        EXPECT_NE(ours.trace_id(), "0af7651916cd43dd8448eb211c80319c") << wrong;
        EXPECT_EQ(ours.flags(), 0);
        EXPECT_EQ(ours.tracestate(), "") << "no state without its trace";
    }
}

TEST(TracePosition, BelievesNeitherOfTwoCallers) {
    trace_source from(7);
    const std::string_view twice[] = {callers, callers};
    EXPECT_NE(from.follow(twice, "").trace_id(), "0af7651916cd43dd8448eb211c80319c");
}

TEST(TracePosition, IsAnotherEachTime) {
    trace_source from(7);
    const auto one = from.follow({}, ""), other = from.follow({}, "");
    EXPECT_NE(one.trace_id(), other.trace_id());
    EXPECT_NE(one.span_id(), other.span_id());
}

TEST(TracePosition, IsEmptyWhereThereIsNone) {
    const trace_position none{};
    EXPECT_FALSE(none);
    EXPECT_EQ(none.traceparent(), "");
    EXPECT_EQ(none.context("r").trace_id, "");
}

TEST(TracePosition, DropsAMalformedStateAlone) {
    std::string many;
    for (int i = 0; i < 33; ++i) many += "k" + std::to_string(i) + "=1,";
    for (const std::string& wrong :
         {std::string("congo"), std::string("a=1,a=2"), std::string("A=1"), std::string("a=1=2"),
          std::string("a=\x01"), std::string("a=b@c,a@b@c=1"), many,
          "a=" + std::string(600, 'x')}) {
        const auto ours = follow_one(callers, wrong);
        EXPECT_EQ(ours.tracestate(), "") << wrong;
        EXPECT_EQ(ours.trace_id(), "0af7651916cd43dd8448eb211c80319c");
    }
    for (const std::string_view good : {"a=1", "a=1 , b=2", "fw529a3039@dt=FfsA", "a=1,,b=2"})
        EXPECT_TRUE(is_tracestate(good)) << good;
}

}  // namespace
}  // namespace headroom::observability
