// docs/resource-budget.md is the plan of our own objects: `settings_budget_test --write` writes it
// anew.
#include <gtest/gtest.h>

#include <fstream>

#include "headroom/budget/report.hpp"
#include "service/budget_document.hpp"

namespace headroom {
namespace {

constexpr char document[] = HEADROOM_ROOT "/docs/resource-budget.md";

service::settings defaults() {
    const environment nothing;
    return service::read_settings(nothing).value();
}

std::string audit() { return service::budget_document(defaults(), service::duty::serve).value(); }

std::uint64_t connections(service::duty of, unsigned runners_max = 8) {
    auto with = defaults();
    with.events.runners_max = runners_max;
    budget::book book;
    EXPECT_TRUE(service::declare(book, with, of, {}));
    return budget::make_report(book.planned()).resources.front().all.sum.value();
}

TEST(ResourceBudget, TheDocumentIsWhatTheCodeDeclares) {
    const auto file = read_bounded(document, dotenv_bytes_max);
    EXPECT_EQ(file.text, audit()) << "settings_budget_test --write writes it anew";
}

TEST(ResourceBudget, AServingProcessOpensTwelveWhateverItProjects) {
    EXPECT_EQ(connections(service::duty::serve), 12U);
    EXPECT_EQ(connections(service::duty::serve, 1024), 12U);
}

TEST(ResourceBudget, WithoutProjectionsTheirConnectionsAreNotPlanned) {
    EXPECT_EQ(connections(service::duty::serve, 0), 9U);
}

TEST(ResourceBudget, AProjectingProcessPlansWhatItNeedsAlone) {
    EXPECT_EQ(connections(service::duty::project), 8U);  // control, a lane, feed, 2 writers, 3
}

TEST(ResourceBudget, AWorkingProcessPlansControlAndTwo) {
    EXPECT_EQ(connections(service::duty::work), 6U);  // control, a lane, appends, 3
}

TEST(ResourceBudget, ASchedulingProcessPlansOneOfRedisAndNoneOfPostgres) {
    environment from(profile::dev);
    from.add("REDIS_URL", "redis://cache", "test");
    const auto with = service::read_settings(from).value();
    budget::book book;
    ASSERT_TRUE(service::declare(book, with, service::duty::schedule, {}));
    EXPECT_EQ(book.planned().find_resource("postgres"), nullptr);
    EXPECT_EQ(book.ceiling("redis"), 2U);  // and a lost one's successor
}

TEST(ResourceBudget, WhatTheAuditFoundElsewhereIsClosedHere) {
    EXPECT_NE(audit().find("| XC-R2 | MEDIUM | PASS |"), std::string::npos);
    EXPECT_NE(audit().find("| XC-R7 | LOW | PASS |"), std::string::npos);
    EXPECT_NE(audit().find("| http.client | http | 10 |"), std::string::npos);
}

}  // namespace
}  // namespace headroom

int main(int count, char** arguments) {
    if (count == 2 && std::string_view(arguments[1]) == "--write")
        return std::ofstream(headroom::document) << headroom::audit() ? 0 : 1;
    testing::InitGoogleTest(&count, arguments);
    return RUN_ALL_TESTS();
}
