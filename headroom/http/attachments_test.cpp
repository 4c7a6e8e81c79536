#include "headroom/http/attachments.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace headroom::http {
namespace {

TEST(Attachments, AreFoundByTheirType) {
    attachments all;
    EXPECT_EQ(all.find<std::string>(), nullptr);
    all.put(std::string("acme"));
    all.put(std::make_shared<const int>(7));
    ASSERT_NE(all.find<std::string>(), nullptr);
    EXPECT_EQ(*all.find<std::string>(), "acme");
    EXPECT_EQ(**all.find<std::shared_ptr<const int>>(), 7);
    EXPECT_EQ(all.find<std::shared_ptr<int>>(), nullptr);
}

TEST(Attachments, ASecondOfATypeReplacesTheFirst) {
    attachments all;
    all.put(1);
    all.put(2);
    EXPECT_EQ(*all.find<int>(), 2);
}

}  // namespace
}  // namespace headroom::http
