#include "command/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

catalogue built_in() { return read_catalogue(std::string(embedded_catalogue())).value(); }

const catalogue_pool* find(const catalogue& in, std::string_view name) {
    const auto at = std::ranges::find(in.pools, name, &catalogue_pool::name);
    return at == in.pools.end() ? nullptr : &*at;
}

std::string first_fault(const std::string& text) {
    const auto read = read_catalogue(text);
    if (read) return "none";
    return read.error().front().key + " " + read.error().front().what;
}

TEST(Catalogue, BuiltInIsTheFileThatIsInstalled) {
    EXPECT_EQ(std::string(embedded_catalogue()),
              headroom::testing::read_file(HEADROOM_SOURCE "/catalogue.yaml"));
}

TEST(Catalogue, KnowsAtLeastTwentyLibrariesEachWithASource) {
    const auto known = built_in();
    EXPECT_GE(known.libraries().size(), 20u);
    for (const auto& each : known.pools) EXPECT_FALSE(each.source.empty()) << each.name;
}

TEST(Catalogue, TheDefaultsOfMostLibrariesWereReadInTheirSource) {
    std::set<std::string> libraries;
    for (const auto& each : built_in().pools)
        if (each.verified) libraries.emplace(each.library());
    EXPECT_GE(libraries.size(), 20u);
}

TEST(Catalogue, EveryPoolCanBeRecognised) {
    for (const auto& each : built_in().pools)
        EXPECT_FALSE(each.signs.empty() && each.schemes.empty() && each.pool_parameter.empty())
            << each.name;
}

TEST(Catalogue, AddsTheSeedsFourPoolsToItsOneHundredAndFifteen) {
    const auto known = built_in();
    std::uint64_t sum = 0;
    for (const auto& each : known.pools)
        if (each.library() == "praecepta" && each.open.resource == "postgres")
            sum += *each.open.max() * (each.name.ends_with("runners") ? 4 : 1);
    EXPECT_EQ(sum, 115u);
}

TEST(Catalogue, AddsTheSeedsThreadsToWhatWasMeasured) {
    std::uint64_t sum = 0;
    for (const auto& each : built_in().pools)
        if (each.open.resource == "threads" && each.library() == "praecepta")
            sum += *each.open.max() * (each.instance_settings.empty() ? 1 : 4);
    EXPECT_EQ(sum, 51u);
}

TEST(Catalogue, ComputesDefaultsThatFollowTheProcessors) {
    const auto known = built_in();
    EXPECT_EQ(find(known, "prisma")->sized(4), 9u);
    EXPECT_EQ(find(known, "pgx")->sized(2), 4u) << "never fewer than four";
    EXPECT_EQ(find(known, "pgx")->sized(16), 16u);
    EXPECT_EQ(find(known, "database_sql")->sized(4), budget::figure{});
}

TEST(Catalogue, AnotherOneReplacesPoolsByNameAndAddsTheRest) {
    auto known = built_in();
    const auto before = known.pools.size();
    known.add(read_catalogue("pools:\n"
                             "  - {name: hikaricp, resource: postgres, pool: 3, source: ours}\n"
                             "  - {name: ours, resource: redis, pool: 2, source: ours}\n")
                  .value());
    EXPECT_EQ(known.pools.size(), before + 1);
    EXPECT_EQ(find(known, "hikaricp")->open.pool, 3u);
    EXPECT_TRUE(known.knows_library("ours"));
}

TEST(Catalogue, SaysWhatIsWrongWithEachKey) {
    EXPECT_THAT(first_fault("pools: [{name: a, resource: postgres, pool: 1}]"),
                HasSubstr("pools[0].source is missing"));
    EXPECT_THAT(first_fault("pools: [{name: a, resource: mysql, pool: 1, source: b}]"),
                HasSubstr("must be postgres, redis or threads"));
    EXPECT_THAT(first_fault("pools: [{name: a, resource: redis, pool: many, source: b}]"),
                HasSubstr("pools[0].pool is not a number"));
    EXPECT_THAT(first_fault("pools: [{name: a, resource: redis, pool: 1, source: b, sign: [c]}]"),
                HasSubstr("did you mean sign"));
    EXPECT_THAT(first_fault("pools: [{name: a, resource: redis, pool: 1, source: b, use: queu}]"),
                HasSubstr("did you mean queue?"));
    EXPECT_THAT(first_fault("pools: [{name: a, resource: redis, pool: 1, source: b, "
                            "follows: polller}]"),
                HasSubstr("did you mean poller?"));
    EXPECT_THAT(first_fault("pools:\n - {name: a, resource: redis, pool: 1, source: b}\n"
                            " - {name: a, resource: redis, pool: 1, source: b}"),
                HasSubstr("stands twice"));
}

TEST(Catalogue, ItsPageNamesEveryKeyAndItsExampleIsRead) {
    const auto page = headroom::testing::read_file(HEADROOM_SOURCE "/docs/catalogue.md");
    for (const auto key : pool_keys())
        EXPECT_THAT(page, HasSubstr("`" + std::string(key) + "`")) << key;
    const auto from = page.find("```yaml\n") + 8;
    EXPECT_EQ(first_fault(page.substr(from, page.find("```", from) - from)), "none");
}

}  // namespace
}  // namespace headroom::command
