#include "service/identity/values.hpp"

#include <gtest/gtest.h>

namespace headroom::service::identity {
namespace {

TEST(SubjectOfAUser, IsPrintableTextWithBlanks) {
    std::string printable;
    for (char each = ' '; each <= '~'; ++each) printable += each;
    for (const auto& good : {printable, std::string("user-1"), std::string("Ada  Lovelace 1"),
                             std::string(" "), std::string(" a "), std::string(255, 's')}) {
        const auto checked = check_subject(good);
        ASSERT_TRUE(checked) << good;
        EXPECT_EQ(*checked, good) << "as it came";
    }
}

TEST(SubjectOfAUser, IsNeitherEmptyNorTooLongNorOfOtherCharacters) {
    std::vector<std::string> all{"", std::string(256, 's'), "Zo\u00eb", "a\177b"};
    for (char control = 0; control < ' '; ++control)
        all.push_back(std::string("a") + control + "b");
    for (const auto& bad : all) {
        const auto refused = check_subject(bad);
        ASSERT_FALSE(refused) << ::testing::PrintToString(bad);
        EXPECT_EQ(refused.error().code, error_code::validation_error);
        ASSERT_EQ(refused.error().faults.size(), 1U);
        EXPECT_EQ(refused.error().faults.front().field, "subject");
    }
}

TEST(IssuerOfAUser, HoldsNoBlanks) {
    EXPECT_TRUE(check_issuer("https://id.example"));
    for (const auto* bad : {"", " ", "https://id.example/a b", "https://id.example "})
        EXPECT_FALSE(check_issuer(bad)) << bad;
}

}  // namespace
}  // namespace headroom::service::identity
