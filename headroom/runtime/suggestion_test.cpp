#include "headroom/runtime/suggestion.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom {
namespace {

TEST(EditDistance, CountsSmallestChanges) {
    EXPECT_EQ(edit_distance("", ""), 0U);
    EXPECT_EQ(edit_distance("abc", ""), 3U);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3U);
    EXPECT_EQ(edit_distance("SIZE", "SIEZ"), 1U);
}

TEST(Nearest, FindsTheMistypedName) {
    const std::vector<std::string> known{"HEADROOM_SYSTEM", "HEADROOM_REACTORS",
                                         "HEADROOM_PROFILE"};
    EXPECT_EQ(nearest("HEADROOM_REACTOR", known), "HEADROOM_REACTORS");
    EXPECT_EQ(nearest("HEADROOM_PROFIEL", known), "HEADROOM_PROFILE");
}

TEST(Nearest, IsSilentAboutStrangers) {
    const std::vector<std::string> known{"HEADROOM_SYSTEM"};
    EXPECT_EQ(nearest("XYZ", known), "");
    EXPECT_EQ(nearest(std::string(1000, 'H'), known), "");
    EXPECT_EQ(nearest("HEADROOM_SYSTEM", {}), "");
}

}  // namespace
}  // namespace headroom
