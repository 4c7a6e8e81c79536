#include "headroom/persistence/application_name.hpp"

#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

TEST(ApplicationName, IsReadBackAsItWasWritten) {
    const application_name name{"orders", "serve", 0x0badcafe, "persistence.lanes"};
    EXPECT_EQ(name.text(), "orders/serve/0badcafe/persistence.lanes");
    EXPECT_EQ(application_name::parse(name.text()), name);
}

TEST(ApplicationName, OfFullLengthFitsIntoWhatPostgresKeeps) {
    const application_name name{std::string(12, 's'), std::string(9, 'r'), 0xffffffff,
                                std::string(31, 'c')};
    EXPECT_EQ(name.text().size(), 63u);
    EXPECT_EQ(application_name::parse(name.text()), name);
}

TEST(ApplicationName, BehindAPoolerIsNoMembers) {
    const application_name name{
        .system = "orders", .role = "serve", .consumer = "persistence.lanes", .pooled = true};
    EXPECT_EQ(name.text(), "orders/serve/pooled/persistence.lanes");
    EXPECT_EQ(application_name::parse(name.text()), name);
}

TEST(ApplicationName, TooLongAPartEndsTheProgram) {
    const application_name name{std::string(13, 's'), "serve", 1, "c"};
    EXPECT_DEATH(name.text(), "does not fit");
}

TEST(ApplicationName, OfAStrangerIsNone) {
    for (const auto* text :
         {"", "psql", "a/b/c/d", "a/b/0badcaf/d", "a/b/0badcafe/", "/b/0badcafe/d",
          "a/b/0badcafe/d/e", "a/b/+badcafe/d", "a b/c/0badcafe/d", "///"})
        EXPECT_FALSE(application_name::parse(text)) << text;
}

TEST(ApplicationName, ASettingIsMadeToFit) {
    EXPECT_EQ(application_name::fit("My Service/EU", 12), "my-service-e");
    EXPECT_EQ(application_name::fit("", 12), "headroom");
}

}  // namespace
}  // namespace headroom::persistence
