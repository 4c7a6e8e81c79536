// The command as an operator runs it: the real binary on the manifests that ship with it.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

namespace json = boost::json;
using headroom::testing::outcome;
using strings = std::vector<std::string>;

std::string shipped(const std::string& name) { return HEADROOM_SOURCE "/examples/plans/" + name; }

outcome headroom_plan(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "plan"});
    return headroom::testing::run_program({.arguments = std::move(arguments)});
}

/// The report on a shipped manifest.
json::object report(const std::string& name, strings options = {}) {
    options.insert(options.begin(), shipped(name));
    options.push_back("--json");
    return json::parse(headroom_plan(options).output).as_object();
}

const json::object& find(const json::object& in, std::string_view list, std::string_view name) {
    for (const auto& each : in.at(list).as_array())
        if (each.at("name").as_string() == name) return each.as_object();
    throw std::out_of_range(std::string(name));
}

json::value postgres(const json::object& in, std::string_view key) {
    return find(in, "resources", "postgres").at(key);
}

json::value sum_of(const std::string& name, strings options = {}) {
    return postgres(report(name, std::move(options)), "sum");
}

const strings small_runners{"--set", "eventsourcing.projection_runner.pool=1", "--set",
                            "eventsourcing.projection_runner.overflow=2"};

TEST(GoldenCase, G1_NoProjections) {
    EXPECT_EQ(sum_of("seed.yaml", {"--set", "eventsourcing.projection_runner.instances=0"}), 55);
}
TEST(GoldenCase, G2_FourProjections) {
    EXPECT_EQ(sum_of("seed.yaml"), 115);
    EXPECT_EQ(postgres(report("seed.yaml"), "arithmetic"), "30 + 10 + 15 + 4 x 15 = 115");
    EXPECT_EQ(postgres(report("seed.yaml"), "verdict"), "RED");
}
TEST(GoldenCase, G3_TwoWorkers) { EXPECT_EQ(sum_of("seed.yaml", {"--workers", "2"}), 230); }

TEST(GoldenCase, G4_FourWorkersNeed463And578AndAreAmberAt500) {
    const auto four = report("seed.yaml", {"--workers", "4", "--set", "postgres.limit=500"});
    EXPECT_EQ(postgres(four, "sum"), 460);
    EXPECT_EQ(postgres(four, "verdict"), "AMBER");
    EXPECT_EQ(postgres(four, "needed_limit").at("steady_fit"), 463);
    EXPECT_EQ(postgres(four, "needed_limit").at("steady_green"), 578);
    EXPECT_EQ(postgres(four, "needed_limit").at("fit"), 464) << "with the migration beside";
}

TEST(GoldenCase, G5_SmallRunners) { EXPECT_EQ(sum_of("seed.yaml", small_runners), 67); }

TEST(GoldenCase, G6_TheRivalRecommendations) {
    const std::string runner = "eventsourcing.projection_runner.";
    EXPECT_EQ(sum_of("seed.yaml", {"--set", runner + "pool=2", "--set", runner + "overflow=3"}),
              75);
    EXPECT_EQ(sum_of("seed.yaml", {"--set", runner + "pool=1", "--set", runner + "overflow=1"}),
              63);
}

TEST(GoldenCase, G7_TheSameThroughTheSharedVariables) {
    const auto through = [](const std::string& pool, const std::string& overflow) {
        return sum_of("seed.yaml", {"--set", "POSTGRES_POOL_SIZE=" + pool, "--set",
                                    "POSTGRES_MAX_OVERFLOW=" + overflow});
    };
    EXPECT_EQ(through("1", "2"), 55);
    EXPECT_EQ(through("2", "3"), 65);
    EXPECT_EQ(through("1", "1"), 50);
}

TEST(GoldenCase, G5AndG7_DifferAndTheReportSaysSo) {
    const auto notes = report("seed.yaml", small_runners).at("notes").as_array();
    ASSERT_EQ(notes.size(), 1u);
    EXPECT_TRUE(std::string(notes[0].as_string()).contains("a sum of 55, not 67"));
}

TEST(GoldenCase, G8_RollingReplacementWithMigration) {
    const auto rolling = report("seed.yaml", {"--surge", "1"});
    EXPECT_EQ(postgres(rolling, "peak"), 231);
    EXPECT_EQ(postgres(rolling, "peak_arithmetic"), "115 steady + 115 surge + 1 deploy = 231");
    EXPECT_EQ(postgres(report("seed.yaml", {"--surge", "50%"}), "peak"), 231) << "rounded up";
}

TEST(GoldenCase, G9_TwoPoolsARunner) {
    EXPECT_EQ(sum_of("seed-corrected.yaml"), 175);
    EXPECT_EQ(sum_of("seed-corrected.yaml", {"--workers", "2"}), 350);
    EXPECT_EQ(sum_of("seed-corrected.yaml", {"--workers", "4"}), 700);
}

TEST(GoldenCase, G10_SmallRunnersOfTwoPoolsAreAmber) {
    const auto small = report("seed-corrected.yaml", small_runners);
    EXPECT_EQ(postgres(small, "sum"), 79);
    EXPECT_EQ(postgres(small, "verdict"), "AMBER");
}

TEST(GoldenCase, G11_TheLaterStack) {
    EXPECT_EQ(sum_of("later.yaml"), 105);
    EXPECT_EQ(postgres(report("later.yaml"), "verdict"), "RED");
    EXPECT_EQ(sum_of("later.yaml", {"--set", "eventsourcing.recorder.instances=1"}), 120);
    EXPECT_EQ(sum_of("later.yaml", {"--workers", "4"}), 420);
}

TEST(GoldenCase, G14_ThePollerBeside) {
    EXPECT_EQ(sum_of("seed-corrected.yaml", {"--set", "eventsourcing.legacy_poller.instances=5"}),
              175 + 75);
}

TEST(GoldenCase, ThreadsAndRedisAsMeasured) {
    const auto measured = report("seed-corrected.yaml");
    EXPECT_EQ(find(measured, "resources", "threads").at("sum"), 51);
    EXPECT_EQ(find(measured, "resources", "redis").at("sum"), 410);
}

TEST(GoldenCase, OursIsTwelve) {
    EXPECT_EQ(sum_of("headroom.yaml"), 12);
    EXPECT_EQ(report("headroom.yaml").at("verdict"), "GREEN");
}

TEST(SeedColours, AreThoseOfItsSummary) {
    const auto whole = report("seed.yaml", {"--rule", "seed"});
    strings colours;
    for (const auto& each : whole.at("summary").as_array())
        colours.emplace_back(each.at("verdict").as_string());
    EXPECT_EQ(colours, (strings{"AMBER", "RED", "RED", "GREEN", "GREEN", "GREEN", "GREEN"}));
    EXPECT_EQ(find(whole, "resources", "redis").at("estimated_sum"), 40);
    EXPECT_EQ(postgres(whole, "rule"), "seed");
}

TEST(PlanCommand, MarksWhatIsHardcodedAndWhatIsNot) {
    const auto whole = report("seed.yaml");
    EXPECT_EQ(find(whole, "consumers", "persistence.async_engine").at("configurable"), false);
    EXPECT_EQ(find(whole, "consumers", "eventsourcing.event_store").at("configurable"), true);
    EXPECT_EQ(find(whole, "consumers", "taskiq.broker").at("max"), nullptr);
}

TEST(PlanCommand, CountsATerminatingReplica) {
    EXPECT_EQ(postgres(report("headroom.yaml", {"--terminating", "1", "--replicas", "2"}), "peak"),
              12 * 3 + 1);
}

TEST(PlanCommand, PrintsATableAndMarkdown) {
    EXPECT_TRUE(headroom_plan({shipped("seed.yaml")}).output.contains("Total Budget Summary"));
    const auto markdown = headroom_plan({shipped("seed.yaml"), "--format", "markdown"}).output;
    EXPECT_TRUE(markdown.contains("| Resource | Calculation | Total | Limit | Status |"));
    EXPECT_TRUE(markdown.contains("| PostgreSQL connections (4 projections, 2 workers) |"));
}

int exit_of(strings arguments) { return headroom_plan(std::move(arguments)).code; }

TEST(PlanCommand, FailsOnTheColourItWasAskedTo) {
    EXPECT_EQ(exit_of({shipped("seed.yaml")}), 0);
    EXPECT_EQ(exit_of({shipped("seed.yaml"), "--fail-on", "red"}), 1);
    EXPECT_EQ(exit_of({shipped("headroom.yaml"), "--fail-on", "amber"}), 0);
    EXPECT_EQ(
        exit_of({shipped("headroom.yaml"), "--fail-on", "amber", "--set", "postgres.limit=19"}), 1);
    EXPECT_EQ(exit_of({shipped("headroom.yaml"), "--fail-on", "red", "--set", "postgres.limit=19"}),
              0);
}

TEST(PlanCommand, CountsUnknownAsAmberAndNotAsRed) {
    const headroom::testing::temp_directory here;
    const auto boundless = here.write("boundless.yaml", "resources: {http: {}}\nconsumers: []\n");
    EXPECT_EQ(exit_of({boundless, "--fail-on", "amber"}), 1);
    EXPECT_EQ(exit_of({boundless, "--fail-on", "red"}), 0);
}

void expect_usage(strings arguments, const std::string& says) {
    const auto ended = headroom_plan(std::move(arguments));
    EXPECT_EQ(ended.code, 64) << says;
    EXPECT_EQ(ended.output, "");
    EXPECT_TRUE(ended.errors.contains(says)) << ended.errors;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
}

TEST(PlanCommand, SaysInOneLineWhatIsWrongWithItsUse) {
    const auto file = shipped("seed.yaml");
    expect_usage({}, "FILE is required");
    expect_usage({file, "--wrokers", "2"}, "--wrokers");
    expect_usage({file, "--workers", "0"}, "--workers: is out of bounds ('0', 1 to 1000)");
    expect_usage({file, "--workers", "two"}, "--workers: is not a number ('two', 1 to 1000)");
    expect_usage({file, "--surge", "x%"}, "--surge: is not a number ('x', 0 to 1000)");
    expect_usage({file, "--rule", "sead"},
                 "--rule: is none of headroom, seed (did you mean seed?)");
    expect_usage({file, "--format", "xml"}, "--format: is none of table, markdown, json");
    expect_usage({file, "--fail-on", "green"}, "--fail-on: is none of amber, red");
    expect_usage({file, "--set", "nonsense"}, "--set: must be NAME=VALUE ('nonsense')");
    expect_usage({file, "--set", "postgres.limt=1"}, "unknown key 'limt' (did you mean limit?)");
}

TEST(PlanCommand, PrintsEveryFaultWithFileLineAndKeyAndExits65) {
    const headroom::testing::temp_directory here;
    const auto file =
        here.write("bad.yaml", "resources:\n  a: {limit: -1}\nconsumers:\n  - {nam: x}\n");
    const auto ended = headroom_plan({file});
    EXPECT_EQ(ended.code, 65);
    EXPECT_EQ(ended.output, "");
    EXPECT_EQ(ended.errors,
              file + ":2: resources.a.limit: must not be negative ('-1', 0 to 1000000)\n" + file +
                  ":4: consumers[0]: unknown key 'nam' (did you mean name?)\n" + file +
                  ":4: consumers[0].name: is missing\n" + file +
                  ":4: consumers[0].resource: is missing\n");
}

TEST(PlanCommand, ExitsWith65OnWhatIsNoManifest) {
    const headroom::testing::temp_directory here;
    EXPECT_EQ(exit_of({here.file("none.yaml")}), 65);
    EXPECT_EQ(exit_of({here.path()}), 65);
    EXPECT_EQ(exit_of({here.write("zeros", std::string(10'000'000, '\0'))}), 65);
    EXPECT_EQ(exit_of({here.write("digits", std::string(10'000'000, '0'))}), 65);
    EXPECT_EQ(exit_of({here.write("broken", "a: [1,\n")}), 65);
    EXPECT_EQ(exit_of({here.write("empty", "")}), 65);
}

TEST(PlanCommand, ExplainsItselfWithExamples) {
    const auto help = headroom_plan({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(help.output.contains("headroom plan examples/plans/seed.yaml"));
    for (const char* option : {"--workers", "--replicas", "--surge", "--terminating", "--set",
                               "--rule", "--fail-on", "--format", "--json"})
        EXPECT_TRUE(help.output.contains(option)) << option;
}

TEST(Command, TellsItsVersionAndWantsASubcommand) {
    const auto run = [](strings arguments) {
        arguments.insert(arguments.begin(), HEADROOM_COMMAND);
        return headroom::testing::run_program({.arguments = std::move(arguments)});
    };
    EXPECT_TRUE(run({"--version"}).output.starts_with("headroom "));
    EXPECT_EQ(run({"--help"}).code, 0);
    EXPECT_EQ(run({}).code, 64);
    EXPECT_EQ(run({"plann"}).code, 64);
}

}  // namespace
}  // namespace headroom::command
