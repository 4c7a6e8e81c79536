// `headroom generate` as an operator runs it: files, what is refused, and how it is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

namespace fs = std::filesystem;
using headroom::testing::outcome;
using headroom::testing::temp_directory;
using strings = std::vector<std::string>;

const std::string ours = HEADROOM_SOURCE "/examples/plans/headroom.yaml";
const std::string seed = HEADROOM_SOURCE "/examples/plans/seed.yaml";

outcome generate(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "generate"});
    return headroom::testing::run_program({.arguments = std::move(arguments)});
}

void expect_refused(int code, strings arguments, const std::string& says) {
    const auto ended = generate(std::move(arguments));
    EXPECT_EQ(ended.code, code) << says;
    EXPECT_EQ(ended.output, "");
    EXPECT_TRUE(ended.errors.contains(says)) << ended.errors;
    EXPECT_EQ(std::ranges::count(ended.errors, '\n'), 1) << ended.errors;
}

TEST(GenerateCommand, WritesAllFilesIntoAFolder) {
    const temp_directory here;
    const auto ended = generate({"all", ours, "--output", here.path(), "--name", "shop"});
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_EQ(ended.output, "");
    for (const auto* name : {".env.dev", "pgbouncer.ini", "shop.service"})
        EXPECT_TRUE(fs::exists(here.file(name))) << name;
    EXPECT_TRUE(testing::read_file(here.file(".env.dev")).contains("\nPOSTGRES_POOL_SIZE=2\n"));
}

TEST(GenerateCommand, JudgesByThePoolersServersWhatStandsBehindIt) {
    const temp_directory here;
    const auto ended = generate({"all", seed, "--output", here.path(), "--profile", "production",
                                 "--set", "auth.oidc_client.overflow=8"});
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_TRUE(testing::read_file(here.file(".env.production"))
                    .contains("# note: postgres stands behind pgbouncer.ini"));
    EXPECT_TRUE(testing::read_file(here.file("app.service"))
                    .contains("\nEnvironmentFile=/etc/app/.env.production\n"));
}

TEST(GenerateCommand, ReplacesAFileOnlyByForce) {
    const temp_directory here;
    const auto file = here.write(".env.dev", "mine\n");
    expect_refused(64, {"env", ours, "--output", here.path()}, "exists; --force replaces it");
    EXPECT_EQ(testing::read_file(file), "mine\n");
    EXPECT_EQ(generate({"env", ours, "--output", here.path(), "--force"}).code, 0);
    EXPECT_NE(testing::read_file(file), "mine\n");
    EXPECT_FALSE(fs::exists(file + ".new"));
}

TEST(GenerateCommand, ReplacesALinkAndNotWhatItLeadsTo) {
    const temp_directory here;
    const auto other = here.write("other", "theirs\n");
    fs::create_symlink(other, here.file(".env.dev"));
    expect_refused(64, {"env", ours, "--output", here.path()}, "exists; --force replaces it");
    EXPECT_EQ(generate({"env", ours, "--output", here.path(), "--force"}).code, 0);
    EXPECT_EQ(testing::read_file(other), "theirs\n");
    EXPECT_FALSE(fs::is_symlink(here.file(".env.dev")));
}

TEST(GenerateCommand, WritesNoneOfTheFilesWhenOneIsThere) {
    const temp_directory here;
    here.write("app.service", "mine\n");
    expect_refused(64, {"all", ours, "--output", here.path()}, "app.service' exists");
    EXPECT_FALSE(fs::exists(here.file(".env.dev")));
}

TEST(GenerateCommand, RefusesForProductionWhatDoesNotFit) {
    expect_refused(1, {"env", seed, "--profile", "production"},
                   "postgres: RED: peak 116 exceeds 97 usable by 19; --solve chooses sizes");
    const auto dev = generate({"env", seed});
    EXPECT_EQ(dev.code, 0);
    EXPECT_TRUE(dev.errors.contains("postgres: RED: peak 116 exceeds 97 usable by 19"));
    EXPECT_TRUE(dev.output.contains("\nPOSTGRES_MAX_OVERFLOW=10\n"));
}

TEST(GenerateCommand, ChoosesSizesThatFit) {
    const auto ended = generate({"env", seed, "--profile", "production", "--solve"});
    EXPECT_EQ(ended.code, 0) << ended.errors;
    EXPECT_EQ(ended.errors, "");
    EXPECT_TRUE(ended.output.contains("# note: sizes were chosen to keep within GREEN\n"));
    EXPECT_TRUE(ended.output.contains("\nPOSTGRES_POOL_SIZE=2\n"));
    EXPECT_TRUE(ended.output.contains("#   peak: 75 steady + 1 deploy = 76\n"));
    expect_refused(1, {"env", seed, "--profile", "production", "--solve", "--workers", "4"},
                   "even the least sizes do not fit");
}

TEST(GenerateCommand, SaysInOneLineWhatIsWrongWithItsUse) {
    expect_refused(64, {}, "is required");
    expect_refused(64, {"env"}, "FILE is required");
    expect_refused(64, {"envv", ours}, "KIND: is none of env, pgbouncer, systemd, all (did you");
    expect_refused(64, {"all", ours}, "--output: is missing");
    expect_refused(64, {"env", ours, "--force"}, "--force: replaces files of --output DIR");
    expect_refused(64, {"env", ours, "--profile", "prod"}, "--profile: is none of dev, production");
    expect_refused(64, {"env", ours, "--limit", "redis=5"}, "--limit: no resource is called");
    expect_refused(64, {"env", ours, "--limit", "0"}, "--limit postgres: is out of bounds ('0'");
    expect_refused(64, {"env", ours, "--workers", "-1"}, "--workers: must not be negative ('-1'");
    expect_refused(64, {"env", ours, "--replicas", "99999"}, "--replicas: is out of bounds");
    expect_refused(64, {"env", ours, "--set", "postgres.limit=x"}, "--set 'postgres.limit'");
    expect_refused(64, {"env", ours, "--cores", "2"}, "read by `generate pgbouncer`");
    expect_refused(64, {"env", ours, "--exec", "/x"}, "read by `generate systemd`");
    expect_refused(64, {"env", ours, "--output", "/nowhere"}, "/nowhere/.env.dev' cannot be");
}

TEST(GenerateCommand, SaysInOneLineWhatAManifestLacks) {
    const temp_directory here;
    const auto redis = here.write("redis.yaml",
                                  "resources: {redis: {limit: 50}}\nconsumers:\n- {name: c, "
                                  "resource: redis, pool: 5, settings: [REDIS_POOL_SIZE]}\n");
    EXPECT_EQ(generate({"env", redis}).code, 0);
    EXPECT_EQ(generate({"systemd", redis}).code, 0);
    expect_refused(65, {"pgbouncer", redis}, "resources: none is a PostgreSQL server");
    const auto open = here.write("open.yaml",
                                 "resources: {postgres: {}}\nconsumers:\n- {name: web, resource: "
                                 "postgres, pool: 5, overflow: unbounded}\n");
    expect_refused(65, {"env", open}, "consumers: none names settings");
    expect_refused(65, {"pgbouncer", open}, "resources.postgres.limit: is not known: --limit");
    expect_refused(65, {"pgbouncer", open, "--limit", "50"},
                   "web.overflow: is unbounded: --set web.overflow=N gives it a number");
    expect_refused(65, {"systemd", open}, "web.overflow: is unbounded: --set web.overflow=N");
    expect_refused(65, {"env", here.file("none.yaml")}, "cannot be opened");
}

TEST(GenerateCommand, ExplainsItselfWithExamples) {
    const auto help = generate({"--help"});
    EXPECT_EQ(help.code, 0);
    EXPECT_TRUE(help.output.contains("headroom generate env plan.yaml"));
    for (const char* option : {"--limit", "--solve", "--profile", "--output", "--force", "--direct",
                               "--auth-file", "--listen-port", "--exec"})
        EXPECT_TRUE(help.output.contains(option)) << option;
}

}  // namespace
}  // namespace headroom::command
