#include "headroom/budget/grid.hpp"

#include <gtest/gtest.h>

namespace headroom::budget {
namespace {

const grid table{{"Name", "Units"}, {{"a", "12"}, {"longer", ""}}};

TEST(Grid, PadsEveryColumnToItsWidestCellAndLeavesNoBlankAtTheEnd) {
    EXPECT_EQ(aligned(table),
              "Name    Units\n"
              "------  -----\n"
              "a       12\n"
              "longer\n");
}

TEST(Grid, CountsLettersAndNotBytes) {
    EXPECT_EQ(aligned({{"N", "U"}, {{"\xC3\xBC\xC3\xBC", "1"}}}),
              "N   U\n"
              "--  -\n"
              "\xC3\xBC\xC3\xBC  1\n");
}

TEST(Grid, IsWrittenAsMarkdownWithItsBarsEscaped) {
    EXPECT_EQ(markdown({{"Name"}, {{"a|b"}}}), "| Name |\n| --- |\n| a\\|b |\n");
}

TEST(GridDeath, HasRowsAsLongAsItsHeader) {
    EXPECT_DEATH((void)aligned({{"a", "b"}, {{"1"}}}), "row.size");
}

}  // namespace
}  // namespace headroom::budget
