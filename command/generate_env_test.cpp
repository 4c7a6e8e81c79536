// A generated .env, read back through the manifest's settings, gives the plan it was made from.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "command/env_file.hpp"
#include "command/plan_source.hpp"
#include "command/solve_options.hpp"
#include "headroom/runtime/dotenv.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

namespace fs = std::filesystem;

chosen_plan read(const std::string& text, std::vector<std::string> set = {}) {
    const testing::temp_directory here;
    source_options options;
    options.file = here.write("plan.yaml", text);
    options.set = std::move(set);
    std::istringstream nothing;
    return read_plan(options, nothing).value();
}

/// The manifest's own plan after a program has read the file.
budget::plan read_back(const chosen_plan& from, const std::string& file) {
    auto plan = from.of;
    plan.consumers = from.from.of.consumers;
    for (std::size_t i = 0; i < plan.resources.size(); ++i)
        plan.resources[i].reserve = from.from.of.resources[i].reserve;
    const auto parsed = parse_dotenv(file);
    EXPECT_TRUE(parsed.faults.empty());
    for (const auto& [name, value, line] : parsed.assignments)
        EXPECT_EQ(override_figure(plan, name, value), complaint{}) << name;
    return plan;
}

std::vector<std::string> arithmetic_of(const budget::plan& of) {
    std::vector<std::string> lines;
    for (const auto& each : budget::add_up(of)) {
        lines.push_back(each.arithmetic);
        lines.push_back(each.peak_arithmetic);
    }
    return lines;
}

void expect_the_same_plan(const chosen_plan& from) {
    const auto made = env_file(from, "dev");
    ASSERT_TRUE(made) << made.error().what;
    EXPECT_EQ(arithmetic_of(read_back(from, made->text)), arithmetic_of(from.of)) << made->text;
}

TEST(GenerateEnv, OfEveryShippedManifestGivesTheSamePlan) {
    for (const auto& each : fs::directory_iterator(HEADROOM_SOURCE "/examples/plans"))
        expect_the_same_plan(read(testing::read_file(each.path())));
}

TEST(GenerateEnv, OfSizesThatWereChosenGivesTheSamePlan) {
    for (const auto& each : fs::directory_iterator(HEADROOM_SOURCE "/examples/plans")) {
        auto from = read(testing::read_file(each.path()));
        from.of = budget::solve(from.of).sized;
        expect_the_same_plan(from);
    }
}

constexpr char shop[] = R"(
resources:
  postgres: {limit: 100, reserved: 3, reserve: 4, reserve_setting: RESERVE}
consumers:
  - {name: web, resource: postgres, pool: 5, overflow: 10, settings: [WEB_POOL, WEB_MORE]}
  - {name: jobs, resource: postgres, pool: 2, overflow: shared, settings: [JOBS_POOL, JOBS_MORE]}
  - {name: fixed, resource: postgres, pool: 1, settings: hardcoded}
)";

constexpr char unknown[] =
    "  - {name: http, resource: postgres, pool: 0, overflow: unbounded, settings: hardcoded}\n";

TEST(GenerateEnv, OfFiguresChangedByOptionsGivesTheSamePlan) {
    expect_the_same_plan(read(shop, {"WEB_POOL=7", "jobs.pool=3", "postgres.reserve=9"}));
}

TEST(GenerateEnv, WritesALineAVariableAndNoneForWhatIsBorrowed) {
    const auto text = env_file(read(shop), "production")->text;
    EXPECT_TRUE(text.starts_with("# .env.production: written by headroom generate.\n"));
    EXPECT_TRUE(text.contains("# web.pool\nWEB_POOL=5\n# web.overflow\nWEB_MORE=10\n"));
    EXPECT_TRUE(text.contains("# postgres.reserve\nRESERVE=4\n"));
    EXPECT_TRUE(text.contains("# JOBS_MORE stays unset: jobs borrows from the reserve of 4\n"));
    EXPECT_TRUE(text.contains("#   sum: 15 + 2 + 1 + 4 = 22\n"));
}

void expect_refused(const chosen_plan& from, int code, const std::string& says) {
    const auto made = env_file(from, "dev");
    ASSERT_FALSE(made) << says;
    EXPECT_EQ(made.error().what, says);
    EXPECT_EQ(made.error().code, code);
}

/// A manifest of one resource with these consumers.
std::string of(const std::string& consumers) {
    return "resources: {postgres: {limit: 100}}\nconsumers:\n" + consumers;
}

TEST(GenerateEnv, RefusesWhatNoFileCanSay) {
    expect_refused(read(of("- {name: a, resource: postgres, pool: 1}\n")), 65,
                   "consumers: none names settings, so there is no variable to write");
    expect_refused(read(of("- {name: a, resource: postgres, pool: 1, settings: [a-b]}\n")), 65,
                   "settings: 'a-b' is no name of a variable: letters, digits and underscores");
    expect_refused(read(of("- {name: a, resource: postgres, settings: [A]}\n")), 65,
                   "A: a.pool is not stated, and a variable needs a number: --set a.pool=N");
    expect_refused(
        read(of("- {name: a, resource: postgres, pool: 1, overflow: unbounded, settings: [A, "
                "B]}\n")),
        65, "B: a.overflow is unbounded, and a variable needs a number: --set a.overflow=N");
}

TEST(GenerateEnv, RefusesTwoValuesForOneVariable) {
    const auto two =
        of("- {name: a, resource: postgres, pool: 1, settings: [A]}\n"
           "- {name: b, resource: postgres, pool: 2, settings: [A]}\n");
    expect_refused(read(two), 65,
                   "A: one variable cannot be 1 for a.pool and 2 for b.pool: --set A=N");
    expect_the_same_plan(read(two, {"A=3"}));
    expect_refused(read(two, {"A=3", "b.pool=4"}), 65,
                   "A: one variable cannot be 3 for a.pool and 4 for b.pool: --set A=N");
    const auto borrowed =
        of("- {name: a, resource: postgres, pool: 1, overflow: shared, settings: [P, A]}\n"
           "- {name: b, resource: postgres, pool: 1, overflow: 2, settings: [P, A]}\n");
    expect_refused(read(borrowed), 65,
                   "A: one variable cannot be shared for a.overflow and 2 for b.overflow");
}

TEST(GenerateEnv, RefusesWhatWasChangedAndNoVariableSets) {
    expect_refused(read(shop, {"fixed.pool=2"}), 64,
                   "--set fixed.pool: no variable sets it, so no file can");
    expect_refused(read(shop, {"fixed.overflow=2"}), 64,
                   "--set fixed.overflow: no variable sets it, so no file can");
    EXPECT_TRUE(env_file(read(shop + std::string(unknown), {"http.overflow=8"}), "dev"));
    expect_refused(read(shop, {"web.overflow=unbounded"}), 64,
                   "WEB_MORE: web.overflow is unbounded, and a variable needs a number: --set "
                   "web.overflow=N");
}

}  // namespace
}  // namespace headroom::command
