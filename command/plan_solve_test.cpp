// `headroom plan --solve` as an operator runs it.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

namespace json = boost::json;
using headroom::testing::outcome;
using strings = std::vector<std::string>;

const std::string audited = HEADROOM_SOURCE "/examples/plans/seed.yaml";

outcome solve(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "plan", "--solve"});
    return headroom::testing::run_program({.arguments = std::move(arguments)});
}

/// The answer for PostgreSQL.
json::object answer(strings arguments) {
    arguments.push_back("--json");
    const auto whole = json::parse(solve(std::move(arguments)).output).as_object();
    return whole.at("resources").as_array().front().as_object();
}

/// What a `take:` line says to set, applied as plan options.
strings taken(const std::string& table) {
    strings options;
    const auto at = table.find("take: ") + 6;
    const auto line = table.substr(at, table.find('\n', at) - at);
    for (std::size_t from = 0; from < line.size();) {
        const auto blank = std::min(line.find(' ', from), line.size());
        options.push_back(line.substr(from, blank - from));
        from = blank + 1;
    }
    return options;
}

TEST(PlanSolve, GivesThePeakThatThePlanHasWithTheseSizes) {
    const auto found = solve({audited, "--replicas", "2", "--limit", "400"});
    auto again = taken(found.output);
    ASSERT_EQ(again.size(), 4u) << found.output;
    again.insert(again.begin(), {HEADROOM_COMMAND, "plan", audited, "--replicas", "2", "--limit",
                                 "400", "--json"});
    const auto plan = json::parse(testing::run_program({.arguments = again}).output).as_object();
    const auto& postgres = plan.at("resources").as_array().front();
    EXPECT_EQ(postgres.at("verdict"), "GREEN");
    EXPECT_EQ(postgres.at("peak"),
              answer({audited, "--replicas", "2", "--limit", "400"}).at("peak"));
}

TEST(PlanSolve, AnswersInJsonWithEveryFigure) {
    const auto postgres = answer({audited});
    EXPECT_EQ(postgres.at("outcome"), "fits");
    EXPECT_EQ(postgres.at("bound"), 77);
    EXPECT_EQ(postgres.at("peak"), 76);
    EXPECT_EQ(postgres.at("declared_peak"), 116);
    const auto& pool = postgres.at("sizes").as_array().front();
    EXPECT_EQ(pool.at("setting"), "POSTGRES_POOL_SIZE");
    EXPECT_EQ(pool.at("declared"), 5);
    EXPECT_EQ(pool.at("value"), 2);
}

TEST(PlanSolve, SaysWhatWouldFitWhereNothingDoes) {
    const auto found = solve({audited, "--workers", "4"});
    EXPECT_EQ(found.code, 0);
    EXPECT_TRUE(found.output.contains("does not fit within GREEN at the least sizes"));
    EXPECT_TRUE(found.output.contains("needs: a limit of 230 to be GREEN"));
    EXPECT_EQ(solve({audited, "--workers", "4", "--fail-on", "red"}).code, 1);
    const auto many = answer({audited, "--replicas", "9", "--limit", "303"});
    EXPECT_EQ(many.at("replicas_max"), 5);
}

TEST(PlanSolve, AdvisesByLittlesLawAndTheKnee) {
    const auto found = solve({audited, "--cores", "2", "--rate", "eventsourcing.event_store=300",
                              "--hold", "eventsourcing.event_store=10"});
    EXPECT_TRUE(found.output.contains("300/s x 10 ms = 3 busy on average, 7 fit: enough"));
    EXPECT_TRUE(found.output.contains("2 cores do most work with 2 to 8 active connections"));
}

TEST(PlanSolve, WritesMarkdown) {
    const auto found = solve({audited, "--format", "markdown"}).output;
    EXPECT_TRUE(found.contains("| Setting | Sets | Declared | Least | Fits |"));
    EXPECT_TRUE(found.contains("| `POSTGRES_POOL_SIZE` |"));
}

TEST(PlanSolve, AnswersAThousandConsumersAtOnce) {
    const testing::temp_directory here;
    std::string text = "resources: {postgres: {limit: 100000}}\nconsumers:\n";
    for (int i = 0; i < 1000; ++i)
        text += "- {name: c" + std::to_string(i) +
                ", resource: postgres, pool: " + std::to_string(1 + i % 7) + ", settings: [P" +
                std::to_string(i) + "]}\n";
    const auto found = answer({here.write("many.yaml", text)});
    EXPECT_EQ(found.at("outcome"), "fits");
    EXPECT_LE(found.at("peak").as_int64(), 80'000);
    EXPECT_GE(found.at("peak").as_int64(), 79'000);
}

void expect_no_answer(int code, strings arguments, const std::string& says) {
    const auto ended = solve(std::move(arguments));
    EXPECT_EQ(ended.code, code) << says;
    EXPECT_EQ(ended.output, "");
    EXPECT_TRUE(ended.errors.contains(says)) << ended.errors;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
}

TEST(PlanSolve, SaysInOneLineWhatIsWrongWithItsUse) {
    expect_no_answer(64, {audited, "--limit", "0"}, "--limit postgres: is out of bounds ('0'");
    expect_no_answer(64, {audited, "--limit", "-5"},
                     "--limit postgres: must not be negative ('-5'");
    expect_no_answer(64, {audited, "--limit", "postgre=9"}, "'postgre' (did you mean postgres?)");
    expect_no_answer(64, {audited, "--limit", "2"}, "leaves nothing of 2, of which 3 are reserved");
    expect_no_answer(64, {audited, "--within", "red"}, "--within: is none of green, amber ('red')");
    expect_no_answer(64, {audited, "--rule", "seed"}, "--rule: --solve judges by headroom alone");
    expect_no_answer(64, {audited, "--cores", "0"}, "--cores: is out of bounds ('0', 1 to 1024)");
    expect_no_answer(64, {audited, "--rate", "persistence.cache=9"}, "--hold: is missing for");
    expect_no_answer(64, {audited, "--hold", "persistence.cache=0"},
                     "--hold persistence.cache: is out");
    expect_no_answer(64, {audited, "--rate", "nobody=9"}, "--rate: no consumer is called 'nobody'");
    expect_no_answer(64, {audited, "--rate", "9"}, "--rate: must be NAME=VALUE ('9')");
}

TEST(PlanSolve, RefusesAManifestInWhichNothingCanBeChosen) {
    const testing::temp_directory here;
    const auto file = here.write(
        "none.yaml", "resources: {a: {limit: 9}}\nconsumers: [{name: x, resource: a, pool: 1}]\n");
    expect_no_answer(65, {file}, "consumers: none names settings");
}

TEST(PlanSolve, ItsOptionsMeanNothingWithoutIt) {
    for (const strings& options : {strings{"--within", "amber"}, strings{"--cores", "2"}}) {
        strings line{HEADROOM_COMMAND, "plan", audited, options[0], options[1]};
        const auto ended = testing::run_program({.arguments = line});
        EXPECT_EQ(ended.code, 64);
        EXPECT_TRUE(ended.errors.contains("--solve alone")) << ended.errors;
    }
}

}  // namespace
}  // namespace headroom::command
