#include "command/live_screen.hpp"

#include <gtest/gtest.h>

namespace headroom::command {
namespace {

TEST(LiveScreen, ShowsAPageThatFitsAsItIs) {
    EXPECT_EQ(fitted("one\ntwo\n", {2, 10}), "one\ntwo");
}

TEST(LiveScreen, SaysHowManyLinesMoreThereAre) {
    EXPECT_EQ(fitted("1\n2\n3\n4\n", {3, 20}), "1\n2\n... 2 more lines: a ");
    EXPECT_EQ(fitted("1\n2\n", {1, 16}), "... 2 more lines");
}

TEST(LiveScreen, CutsLinesByCharactersAndNotByBytes) {
    EXPECT_EQ(fitted("Größe\n", {5, 4}), "Größ");
}

TEST(LiveScreen, LetsNoNameSteerTheTerminal) {
    EXPECT_EQ(fitted("a\x1b[2Jb\x07\n", {5, 20}), "a?[2Jb?");
}

TEST(LiveScreen, ShowsAnEmptyPage) { EXPECT_EQ(fitted("", {5, 20}), ""); }

}  // namespace
}  // namespace headroom::command
