// systemd reads the generated unit without a complaint.
#include <gtest/gtest.h>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

using headroom::testing::outcome;
using headroom::testing::run_program;
using headroom::testing::temp_directory;
using strings = std::vector<std::string>;

const std::string unit_plan = HEADROOM_SOURCE "/examples/plans/headroom.yaml";

outcome generate_unit(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "generate", "systemd"});
    return run_program({.arguments = std::move(arguments)});
}

outcome analyze(strings arguments) {
    arguments.insert(arguments.begin(), "systemd-analyze");
    return run_program({.arguments = std::move(arguments)});
}

class GenerateSystemd : public ::testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(analyze({"--version"}).code, 0) << "./dev install brings systemd-analyze";
    }
    std::string unit(strings options) {
        options.insert(options.begin(), {unit_plan, "--exec", "/bin/true serve"});
        const auto made = generate_unit(options);
        EXPECT_EQ(made.code, 0) << made.errors;
        return here_.write("app.service", made.output);
    }
    const temp_directory here_;
};

TEST_F(GenerateSystemd, IsVerifiedBySystemd) {
    for (const strings& options : {strings{}, strings{"--type", "exec"}, strings{"--workers", "4"},
                                   strings{"--env-dir", "/srv/shop", "--profile", "production"}}) {
        const auto verified = analyze({"verify", unit(options)});
        EXPECT_EQ(verified.code, 0);
        EXPECT_EQ(verified.output + verified.errors, "");
    }
}

TEST_F(GenerateSystemd, ExposesLittle) {
    const auto rated = analyze({"security", "--offline=yes", "--threshold=20", unit({})});
    EXPECT_EQ(rated.code, 0) << rated.output;  // 2.0 of 10
}

TEST(GeneratedUnit, StatesItsLimitsWithTheirArithmetic) {
    const auto text =
        generate_unit({unit_plan, "--set", "eventsourcing.event_store.pool=2000"}).output;
    EXPECT_TRUE(
        text.contains("#   postgres: 2010 steady + 1 deploy = 2011\n"
                      "#   2011 postgres + 64 of its own = 2075\nLimitNOFILE=2075\n"))
        << text;
    EXPECT_TRUE(text.contains("# threads: 6 planned, 64 allowed\nTasksMax=64\n"));
    EXPECT_TRUE(text.contains("\nType=notify\n"));
    EXPECT_TRUE(text.contains("\nEnvironmentFile=/etc/app/.env.dev\n"));
}

TEST(GeneratedUnit, GivesNoProcessLessThanItHadWithoutAUnit) {
    EXPECT_TRUE(
        generate_unit({unit_plan})
            .output.contains(
                "#   13 postgres + 64 of its own = 77, less than the usual\nLimitNOFILE=1024\n"));
}

TEST(GeneratedUnit, IsRefusedWhereLinuxWouldNotGrantIt) {
    const auto ended = generate_unit({unit_plan, "--set", "eventsourcing.writers.pool=1000000",
                                      "--set", "eventsourcing.writers.instances=2"});
    EXPECT_EQ(ended.code, 1);
    EXPECT_TRUE(
        ended.errors.contains("LimitNOFILE: 2000075 descriptors, 2000011 of them postgres, "
                              "are more than the 1048576"))
        << ended.errors;
}

TEST(GeneratedUnit, RefusesWhatWouldMeanSomethingElseInItsFile) {
    for (const strings& options :
         {strings{"--exec", "serve"}, strings{"--exec", "/bin/true\nUser=root"},
          strings{"--exec", "/bin/true \\"}, strings{"--name", "../app"}, strings{"--name", "a.b"},
          strings{"--type", "oneshot"}, strings{"--env-dir", "relative"},
          strings{"--env-dir", "/a b"}}) {
        const auto ended = generate_unit({unit_plan, options[0], options[1]});
        EXPECT_EQ(ended.code, 64) << options[0];
        EXPECT_TRUE(ended.errors.starts_with("headroom generate: " + options[0])) << ended.errors;
        EXPECT_EQ(ended.output, "");
    }
}

}  // namespace
}  // namespace headroom::command
