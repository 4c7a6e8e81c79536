// What docs/plan.md shows is what the command prints, and no key of a manifest is left out of it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "command/fields.hpp"
#include "command/manifest.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::command {
namespace {

const std::string page = headroom::testing::read_file(HEADROOM_SOURCE "/docs/plan.md");

/// The contents of every fenced block of a language.
std::vector<std::string> blocks(std::string_view language) {
    std::vector<std::string> found;
    const auto fence = fmt::format("```{}\n", language);
    for (auto at = page.find(fence); at != std::string::npos; at = page.find(fence, at)) {
        at += fence.size();
        found.push_back(page.substr(at, page.find("\n```", at) - at + 1));
    }
    return found;
}

std::string output_of(const std::string& line) {
    const auto bin = std::filesystem::path(HEADROOM_COMMAND).parent_path().string();
    const auto command = fmt::format("cd '{}' && {{ {}; }} 2>&1", HEADROOM_SOURCE, line);
    return headroom::testing::run_program(
               {.arguments = {"sh", "-c", command},
                .environment = {{"PATH", bin + ":" + std::getenv("PATH")}}})
        .output;
}

/// Whether the parts between lines of dots stand in `output`, whole and in their order.
::testing::AssertionResult shows(std::string expected, const std::string& output) {
    std::size_t from = 0;
    while (!expected.empty()) {
        const auto dots = expected.find("...\n");
        const auto part = expected.substr(0, dots);
        const auto at = output.find(part, from);
        if (at == std::string::npos)
            return ::testing::AssertionFailure() << "not printed:\n" << part << "by:\n" << output;
        from = at + part.size();
        expected = dots == std::string::npos ? "" : expected.substr(dots + 4);
    }
    return ::testing::AssertionSuccess();
}

TEST(Documentation, ShowsWhatItsCommandsPrint) {
    const auto examples = blocks("console");
    ASSERT_GE(examples.size(), 5u);
    for (const auto& each : examples) {
        const auto first = each.find('\n');
        ASSERT_TRUE(each.starts_with("$ ")) << each;
        const auto line = each.substr(2, first - 2);
        EXPECT_TRUE(shows(each.substr(first + 1), output_of(line))) << line;
    }
}

TEST(Documentation, ShowsManifestsThatAreRead) {
    const auto examples = blocks("yaml");
    ASSERT_FALSE(examples.empty());
    for (const auto& each : examples) EXPECT_TRUE(read_manifest(each)) << each;
}

TEST(Documentation, NamesEveryKey) {
    for (const auto keys :
         {resource_keys(), consumer_keys(), multiplier_keys(), manifest_keys(), scenario_keys()})
        for (const auto key : keys)
            EXPECT_NE(page.find(fmt::format("`{}`", key)), std::string::npos) << key;
}

}  // namespace
}  // namespace headroom::command
