#include "headroom/fleet/unbounded_audit.hpp"

#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

budget::plan plan_with(std::string resource, budget::overflow_kind kind) {
    budget::plan plan;
    plan.resources.push_back({resource, 10, 0, 0});
    budget::consumer one;
    one.name = "auth.oidc";
    one.resource = std::move(resource);
    one.overflow.kind = kind;
    one.estimate = 7;
    plan.consumers.push_back(std::move(one));
    return plan;
}

TEST(UnboundedAudit, SaysNothingWhereEverybodyHasALimit) {
    EXPECT_FALSE(page_of_unbounded(plan_with("http", budget::overflow_kind::fixed), "x"));
}

TEST(UnboundedAudit, FindsAClientThatNothingLimits) {
    const auto page = page_of_unbounded(plan_with("http", budget::overflow_kind::unbounded), "x");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->says.findings.at(0).id, "HR-MF-HTTP");
    EXPECT_EQ(check_of(page->says.findings[0].id), "XC-R7");
    EXPECT_EQ(page->says.findings[0].units, 7u);
    EXPECT_EQ(page->verdict.is, budget::colour::green);
}

TEST(UnboundedAudit, APoolOfAServerWithoutALimitWeighsMore) {
    const auto page = page_of_unbounded(plan_with("redis", budget::overflow_kind::unbounded), "x");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->says.findings.at(0).id, "HR-MF-UNBOUNDED");
    EXPECT_EQ(check_of("HR-MF-UNBOUNDED"), "XC-R4");
    EXPECT_EQ(page->verdict.is, budget::colour::amber);
}

}  // namespace
}  // namespace headroom::fleet
