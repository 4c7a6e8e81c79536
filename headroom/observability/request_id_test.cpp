#include "headroom/observability/request_id.hpp"

#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "headroom/observability/trace_context.hpp"

namespace headroom::observability {
namespace {

TEST(RequestId, IsShortAndPlain) {
    for (const auto& each : {std::string("a"), std::string("0F-9z"), std::string(64, 'x'),
                             std::string("123e4567-e89b-42d3-a456-426614174000")})
        EXPECT_TRUE(is_request_id(each)) << each;
    for (const auto& each :
         {std::string(), std::string(65, 'x'), std::string("a b"), std::string("a_b"),
          std::string("a\n"), std::string("a/b"), std::string("\xC3\xA9")})
        EXPECT_FALSE(is_request_id(each)) << each;
}

TEST(IdSource, MakesVersion4Uuids) {
    id_source ids(7);
    const std::regex form("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        const auto id = ids.uuid();
        EXPECT_TRUE(std::regex_match(id, form)) << id;
        EXPECT_TRUE(is_request_id(id));
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 1000U);
}

TEST(IdSource, RepeatsItselfForASeedAndNotWithoutOne) {
    EXPECT_EQ(id_source(7).uuid(), id_source(7).uuid());
    EXPECT_NE(id_source().uuid(), id_source().uuid());
}

TEST(TraceContext, IsReadAndWritten) {
    const auto* header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const auto found = parse_traceparent(header);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->trace_id, "0af7651916cd43dd8448eb211c80319c");
    EXPECT_EQ(found->parent_id, "b7ad6b7169203331");
    EXPECT_TRUE(found->sampled());
    EXPECT_EQ(to_traceparent(*found), header);
    id_source ids(1);
    const trace_context made{ids.trace_id(), ids.span_id(), 0};
    EXPECT_EQ(parse_traceparent(to_traceparent(made)), made);
}

TEST(TraceContext, ReadsALaterVersionByItsFirstFields) {
    EXPECT_TRUE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what"));
    EXPECT_FALSE(parse_traceparent("cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what"));
}

TEST(TraceContext, BeginsAnewOnAnythingMalformed) {
    for (const auto* each : {"", "00", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                             "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                             "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                             "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                             "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                             "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01"})
        EXPECT_FALSE(parse_traceparent(each)) << each;
}

}  // namespace
}  // namespace headroom::observability
