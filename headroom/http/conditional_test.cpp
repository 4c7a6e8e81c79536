#include "headroom/http/conditional.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

response tagged(const char* tag = "\"3\"", unsigned status = 200) {
    auto made = response::json("{}", status);
    made.with("ETag", tag);
    return made;
}

bool known(std::string_view value, const response& answer, method by = method::get) {
    const field sent[] = {{"If-None-Match", "\"other\""}, {"if-none-match", value}};
    budget::holder who;
    request asked(who, deadline::after(std::chrono::seconds(1)));
    asked.method = by;
    asked.headers = fields(sent);
    return is_known_to_client(asked, answer);
}

TEST(Conditional, IsKnownByItsTagWeakOrStrong) {
    for (const auto* value : {"\"3\"", "W/\"3\"", "\"1\", W/\"2\" , \"3\"", "*"})
        EXPECT_TRUE(known(value, tagged())) << value;
    EXPECT_TRUE(known("\"3\"", tagged("W/\"3\"")));
    EXPECT_TRUE(known("\"3\"", tagged(), method::head));
    for (const auto* value : {"", "3", "\"33\"", "\"4\"", "w/\"3\"", "\"3"})
        EXPECT_FALSE(known(value, tagged())) << value;
}

TEST(Conditional, IsAskedOfQueriesThatSucceedAlone) {
    EXPECT_FALSE(known("*", tagged(), method::post));
    EXPECT_FALSE(known("*", tagged("\"3\"", 201)));
    EXPECT_FALSE(known("*", response::json("{}"))) << "without a tag";
    EXPECT_FALSE(known("", tagged())) << "what it lists is another";
    EXPECT_FALSE(known("*", problem{404, "No such order."}));
}

}  // namespace
}  // namespace headroom::http
