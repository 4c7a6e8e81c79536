#include "headroom/fleet/manifest_audit.hpp"

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

TEST(ManifestAudit, SaysNothingWhereEverybodyHasALimit) {
    EXPECT_FALSE(page_of_manifest(plan_with("http", budget::overflow_kind::fixed), "x"));
}

TEST(ManifestAudit, FindsAClientThatNothingLimits) {
    const auto page = page_of_manifest(plan_with("http", budget::overflow_kind::unbounded), "x");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->says.findings.at(0).id, "HR-MF-HTTP");
    EXPECT_EQ(check_of(page->says.findings[0].id), "XC-R7");
    EXPECT_EQ(page->says.findings[0].units, 7u);
    EXPECT_EQ(page->verdict.is, budget::colour::green);
}

TEST(ManifestAudit, APoolOfAServerWithoutALimitWeighsMore) {
    const auto page = page_of_manifest(plan_with("redis", budget::overflow_kind::unbounded), "x");
    ASSERT_TRUE(page);
    EXPECT_EQ(page->says.findings.at(0).id, "HR-MF-UNBOUNDED");
    EXPECT_EQ(check_of("HR-MF-UNBOUNDED"), "XC-R4");
    EXPECT_EQ(page->verdict.is, budget::colour::amber);
}

budget::consumer of_threads(std::string name, unsigned count, unsigned instances = 1) {
    budget::consumer one;
    one.name = std::move(name);
    one.resource = "threads";
    one.pool = count;
    one.instances = instances;
    return one;
}

/// Nine threads of a process.
budget::plan threaded(budget::figure limit) {
    budget::plan plan;
    plan.resources.push_back({"threads", limit, 0, 0});
    plan.consumers = {of_threads("web.workers", 8), of_threads("web.monitor", 1)};
    return plan;
}

TEST(ManifestAudit, SaysNothingOfThreadsThatFit) {
    EXPECT_FALSE(page_of_manifest(threaded(100), "x"));
}

TEST(ManifestAudit, FindsThreadsForWhichNobodyStatedALimit) {
    const auto page = page_of_manifest(threaded({}), "x");
    ASSERT_TRUE(page);
    const auto& found = page->says.findings.at(0);
    EXPECT_EQ(found.id, "HR-MF-THREADS");
    EXPECT_EQ(check_of(found.id), "XC-R3");
    EXPECT_EQ(found.weight, severity::low);
    EXPECT_EQ(found.what, "9 at the peak, and no limit was stated for them");
    EXPECT_EQ(found.evidence, "8 + 1 = 9");
}

TEST(ManifestAudit, FindsThreadsBeyondTheirLimitAndNearIt) {
    auto two_processes = threaded(17);
    two_processes.times.workers = 2;
    const auto beyond = page_of_manifest(two_processes, "x");
    ASSERT_TRUE(beyond);
    EXPECT_EQ(beyond->says.findings.at(0).weight, severity::high);
    EXPECT_EQ(beyond->says.findings[0].what,
              "peak 18 exceeds 17 usable by 1: a thread that cannot start fails with EAGAIN");
    EXPECT_EQ(beyond->says.fixes.at(0).action, "raise the limit of threads (TasksMax, LimitNPROC, "
                                               "pids.max) from 17 to 18");
    EXPECT_EQ(beyond->verdict.is, budget::colour::red);
    const auto near = page_of_manifest(threaded(10), "x");
    ASSERT_TRUE(near);
    EXPECT_EQ(near->says.findings.at(0).weight, severity::medium);
}

budget::consumer of_postgres(std::string name, unsigned instances) {
    budget::consumer one;
    one.name = std::move(name);
    one.resource = "postgres";
    one.pool = 5;
    one.overflow.units = 10;
    one.instances = instances;
    return one;
}

/// Four projections and, if asked for, the poller that came before their runners.
budget::plan following(unsigned pollers) {
    budget::plan plan;
    plan.resources.push_back({"postgres", 500, 3, 0});
    plan.consumers = {of_postgres("eventsourcing.projection_runners", 4),
                      of_postgres("eventsourcing.poller", pollers)};
    return plan;
}

TEST(ManifestAudit, FindsAPollerBesideTheRunnersAndWhatItCosts) {
    const auto page = page_of_manifest(following(5), "x");
    ASSERT_TRUE(page);
    const auto& found = page->says.findings.at(0);
    EXPECT_EQ(found.id, "HR-MF-POLLER");
    EXPECT_EQ(check_of(found.id), "XC-R6");
    EXPECT_EQ(found.weight, severity::medium);
    EXPECT_EQ(found.units, 75u) << "four projections and their upstream, fifteen each";
    EXPECT_EQ(page->says.fixes.at(0).effect, "135 becomes 60");
}

TEST(ManifestAudit, SaysNothingOfRunnersAloneNorOfAPollerAlone) {
    EXPECT_FALSE(page_of_manifest(following(0), "x"));
    auto old = following(5);
    old.consumers.erase(old.consumers.begin());
    EXPECT_FALSE(page_of_manifest(old, "x"));
}

}  // namespace
}  // namespace headroom::fleet
