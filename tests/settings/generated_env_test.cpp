// A .env generated from our own manifest makes the service plan what the manifest says.
#include <gtest/gtest.h>

#include <sstream>

#include "command/env_file.hpp"
#include "headroom/budget/report.hpp"
#include "service/blueprint.hpp"

namespace headroom {
namespace {

command::chosen_plan manifest(std::vector<std::string> set) {
    command::source_options options;
    options.file = HEADROOM_ROOT "/examples/plans/headroom.yaml";
    options.set = std::move(set);
    std::istringstream nothing;
    return command::read_plan(options, nothing).value();
}

budget::figure sum_of(const budget::plan& in) { return budget::add_up(in).front().sum; }

/// What a serving process plans when it is given the file.
budget::figure served(const command::chosen_plan& from) {
    environment variables(profile::dev);
    variables.add(parse_dotenv(command::env_file(from, "dev").value().text), ".env.dev");
    const auto with = service::read_settings(variables);
    EXPECT_TRUE(with) << to_string(with.error());
    budget::book book;
    EXPECT_TRUE(service::declare(book, *with, service::duty::serve, {}));
    return sum_of(book.planned());
}

TEST(GeneratedEnv, MakesTheServicePlanWhatTheManifestSays) {
    EXPECT_EQ(served(manifest({})), 12u);
    EXPECT_EQ(sum_of(manifest({}).of), 12u);
}

TEST(GeneratedEnv, SaysSoOfOtherSizesToo) {
    const auto larger =
        manifest({"POSTGRES_POOL_SIZE=5", "DATABASE_SYNC_POOL_SIZE=3", "postgres.reserve=7"});
    EXPECT_EQ(served(larger), sum_of(larger.of));
    EXPECT_EQ(served(larger), 21u);
}

}  // namespace
}  // namespace headroom
