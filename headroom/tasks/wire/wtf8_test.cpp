#include "headroom/tasks/wire/wtf8.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::tasks {
namespace {

TEST(Wtf8, RefusesWhatIsNoSequence) {
    for (const std::string_view text :
         {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE2\x82", "\xF0\x80\x80\x80",
          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "a\xC3"})
        EXPECT_FALSE(is_text(text, surrogates::allowed));
    EXPECT_TRUE(is_text("a\u00e9\u20ac\U0001f600", surrogates::refused));
}

TEST(Wtf8, ALoneSurrogateIsTextOnlyWhereItIsAllowed) {
    EXPECT_TRUE(is_text("\xED\xA0\x80", surrogates::allowed));
    EXPECT_FALSE(is_text("\xED\xA0\x80", surrogates::refused));
}

TEST(Wtf8, HalvesThatFollowEachOtherAreOneCharacter) {
    std::string text;
    append_code_point(text, 0xD83D);
    EXPECT_EQ(text, "\xED\xA0\xBD");
    append_code_point(text, 0xDE00);
    EXPECT_EQ(text, "\U0001f600");
    EXPECT_EQ(joined_surrogates("x\xED\xA0\xBD\xED\xB8\x80y"), "x\U0001f600y");
    EXPECT_EQ(joined_surrogates("\xED\xB8\x80\xED\xA0\xBD"), "\xED\xB8\x80\xED\xA0\xBD");
}

RC_GTEST_PROP(Wtf8, EveryCodePointIsReadAsItWasWritten, ()) {
    const auto point = *rc::gen::inRange<std::uint32_t>(0, 0x110000);
    std::string text;
    append_code_point(text, point);
    std::string_view rest = text;
    RC_ASSERT(take_code_point(rest, surrogates::allowed) == std::optional<char32_t>(point));
    RC_ASSERT(rest.empty());
}

}  // namespace
}  // namespace headroom::tasks
