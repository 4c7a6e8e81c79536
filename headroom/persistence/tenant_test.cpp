#include "headroom/persistence/tenant.hpp"

#include <gtest/gtest.h>

#include <type_traits>

namespace headroom::persistence {
namespace {

static_assert(!std::is_default_constructible_v<tenant_id>, "there is no empty tenant");
static_assert(!std::is_constructible_v<tenant_id, std::string>, "nor an unchecked one");

tenant_fault fault_of(std::string_view text) { return tenant_id::parse(text).error(); }

TEST(TenantId, IsGroupsOfLettersAndDigitsJoinedBySingleHyphens) {
    for (const auto* text : {"a", "7", "acme", "acme-corp", "a-1-b", "0-0"})
        EXPECT_EQ(tenant_id::parse(text).value().text(), text);
}

TEST(TenantId, AMissingOneIsAFaultOfItsOwn) { EXPECT_EQ(fault_of(""), tenant_fault::missing); }

TEST(TenantId, HasAtMostSixtyThreeBytes) {
    EXPECT_TRUE(tenant_id::parse(std::string(63, 'x')));
    EXPECT_EQ(fault_of(std::string(64, 'x')), tenant_fault::too_long);
}

TEST(TenantId, NothingElseIsOne) {
    for (const auto* text :
         {"-", "-a", "a-", "a--b", "Acme", "a_b", "a b", "a'b", "\xC3\xA4", "a\n"})
        EXPECT_EQ(fault_of(text), tenant_fault::malformed) << text;
}

}  // namespace
}  // namespace headroom::persistence
