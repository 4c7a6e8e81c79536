#include "headroom/eventsourcing/detail/position_sequence.hpp"

#include <gmock/gmock.h>

namespace headroom::eventsourcing::detail {
namespace {

using ::testing::HasSubstr;

TEST(PositionSequence, DrawnOneByOneIsSound) {
    EXPECT_EQ(fault_of({.name = "s"}), "");
}

TEST(PositionSequence, AFaultNamesTheSequenceTheValueAndTheCure) {
    EXPECT_EQ(fault_of({.name = "s", .cache = 20}),
              "sequence s has CACHE 20 and needs CACHE 1, or events are lost: "
              "alter sequence s CACHE 1");
    EXPECT_THAT(fault_of({.name = "s", .increment = -1}), HasSubstr("s has INCREMENT BY -1"));
    EXPECT_THAT(fault_of({.name = "s", .cycles = true}), HasSubstr("s has CYCLE"));
    EXPECT_THAT(fault_of({}), HasSubstr("no sequence of its own"));
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
