#include "headroom/budget/report.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace headroom::budget {
namespace {

namespace json = boost::json;

/// A service with a known and an unknown consumer, a reserve, and a second resource.
class Report : public ::testing::Test {
protected:
    Report() {
        of.resources = {{"postgres", 100, 3, 2}, {"redis", 10000, 0, 0}};
        auto& store = add("events.store", "postgres", 5, 10);
        store.package = "events";
        store.settings = {"POOL_SIZE", "MAX_OVERFLOW"};
        store.instances = 4;
        add("events.lanes", "postgres", 1, 0).overflow = {overflow_kind::shared, 0};
        add("events.migrations", "postgres", 1, 0).when = phase::deploy;
        auto& broker = add("tasks.broker", "redis", 0, 0);
        broker.pool.reset();
        broker.estimate = 10;
        broker.hardcoded = true;
    }
    consumer& add(std::string name, std::string resource, unsigned pool, unsigned overflow) {
        consumer made;
        made.name = std::move(name);
        made.resource = std::move(resource);
        made.pool = pool;
        made.overflow.units = overflow;
        return of.consumers.emplace_back(std::move(made));
    }
    json::object parsed() const { return json::parse(as_json(make_report(of))).as_object(); }

    plan of;
};

bool has(const std::string& text, const std::string& part) { return text.contains(part); }

TEST_F(Report, AlignsTheColumnsOfTheInventory) {
    const auto text = as_table(make_report(of));
    EXPECT_TRUE(has(text,
                    "Source                          Package  Pool Size  Max Overflow  Total "
                    "Possible  Times  Sum              Configurable\n"))
        << text;
    EXPECT_TRUE(has(text,
                    "events.store                    events   5          10            15          "
                    "    4      60               Yes (POOL_SIZE, MAX_OVERFLOW)\n"))
        << text;
}

TEST_F(Report, ShowsWhatIsSharedUnknownHardcodedAndOpenOnlyAtADeploy) {
    const auto text = as_table(make_report(of));
    EXPECT_TRUE(has(text, "reserve (shared by all bursts)")) << text;
    EXPECT_TRUE(has(text, "1 (deploy only)"));
    EXPECT_TRUE(has(text, "library default"));
    EXPECT_TRUE(has(text, "~10"));
    EXPECT_TRUE(has(text, "No (hardcoded)"));
}

TEST_F(Report, SumsUpEachResourceWithItsStatus) {
    const auto text = as_table(make_report(of));
    EXPECT_TRUE(has(text, "4 x 15 + 1 + 2 = 63")) << text;
    EXPECT_TRUE(has(text, "GREEN -- peak 64 is within 80 % of 97 usable (77)"));
    EXPECT_TRUE(has(text, "UNKNOWN -- no maximum is known of tasks.broker"));
}

TEST_F(Report, SaysTheRuleTheNeededLimitAndTheLargestConsumer) {
    const auto text = as_table(make_report(of));
    EXPECT_TRUE(has(text, "Verdicts (rule: headroom)"));
    EXPECT_TRUE(has(text, "peak: 63 steady + 1 deploy = 64"));
    EXPECT_TRUE(has(text, "limit: 100 - 3 reserved = 97 usable"));
    EXPECT_TRUE(has(text, "needs: a limit of 67 to fit, of 83 to be GREEN"));
    EXPECT_TRUE(has(text, "largest: events.store, 60 of 63"));
    EXPECT_TRUE(has(as_table(make_report(of, rule::seed)), "Verdicts (rule: seed)"));
}

TEST_F(Report, WritesMarkdownTablesWithEscapedBars) {
    auto made = make_report(of);
    made.title = "Budget";
    made.summary[0].name = "a|b";
    const auto text = as_markdown(made);
    EXPECT_TRUE(text.starts_with("# Budget\n"));
    EXPECT_TRUE(has(text, "| events.store | events | 5 | 10 | 15 | 4 | 60 | Yes (`POOL_SIZE`, "))
        << text;
    EXPECT_TRUE(has(text, "| PostgreSQL connections (a\\|b) |"));
    EXPECT_TRUE(has(text, "- postgres: GREEN: "));
}

TEST_F(Report, ShowsScenariosInTheSummaryAndJudgesThePlanItself) {
    auto more = of;
    more.times.workers = 2;
    const auto made = make_report(of, rule::headroom, {{"2 workers", "postgres", more}});
    ASSERT_EQ(made.summary.size(), 1u);
    EXPECT_EQ(made.summary[0].what.all.sum, 126u);
    EXPECT_EQ(made.summary[0].what.is.is, colour::red);
    EXPECT_EQ(made.resources[0].is.is, colour::green);
    EXPECT_TRUE(has(as_table(made), "PostgreSQL connections (2 workers)  2 x (4 x 15 + 1 + 2)"));
}

TEST_F(Report, RanksUnknownBetweenAmberAndRed) {
    EXPECT_EQ(make_report(of).worst(), colour::unknown);
    of.resources[0].limit = 80;
    EXPECT_EQ(make_report(of).worst(), colour::unknown);
    of.resources[0].limit = 60;
    EXPECT_EQ(make_report(of).worst(), colour::red);
    of.consumers.clear();
    EXPECT_EQ(make_report(of).worst(), colour::green);
}

TEST_F(Report, WritesUnknownFiguresAsNull) {
    const auto redis = parsed()["resources"].as_array()[1].as_object();
    EXPECT_TRUE(redis.at("sum").is_null());
    EXPECT_TRUE(redis.at("peak").is_null());
    EXPECT_EQ(redis.at("estimated_sum"), 10);
    EXPECT_EQ(redis.at("verdict"), "UNKNOWN");
}

TEST_F(Report, WritesEveryResourceAndConsumerAsJson) {
    const auto whole = parsed();
    const auto& postgres = whole.at("resources").as_array()[0].as_object();
    for (const char* key : {"name", "sum", "peak", "limit", "usable", "verdict", "rule",
                            "arithmetic", "needed_limit", "largest", "reason"})
        EXPECT_TRUE(postgres.contains(key)) << key;
    EXPECT_EQ(postgres.at("sum"), 63);
    EXPECT_EQ(postgres.at("needed_limit").at("fit"), 67);
    const auto& store = whole.at("consumers").as_array()[0].as_object();
    for (const char* key :
         {"name", "package", "resource", "floor", "max", "times", "total", "configurable"})
        EXPECT_TRUE(store.contains(key)) << key;
    EXPECT_EQ(store.at("configurable"), true);
    EXPECT_EQ(store.at("total"), 60);
}

TEST_F(Report, OfTheSamePlanIsAlwaysTheSameText) {
    EXPECT_EQ(as_table(make_report(of)), as_table(make_report(of)));
    EXPECT_EQ(as_json(make_report(of)), as_json(make_report(of)));
}

TEST(Headline, NamesTheKindAndWhichOneOfIt) {
    EXPECT_EQ(headline("postgres"), "PostgreSQL connections");
    EXPECT_EQ(headline("postgres:reports"), "PostgreSQL connections (reports)");
    EXPECT_EQ(headline("files"), "File descriptors");
    EXPECT_EQ(headline("licences"), "licences");
}

}  // namespace
}  // namespace headroom::budget
