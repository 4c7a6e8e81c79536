#include "command/yaml_tree.hpp"

#include <gtest/gtest.h>

namespace headroom::command {
namespace {

yaml_node parsed(const std::string& text) { return parse_yaml(text).value(); }
std::string refused(const std::string& text) { return parse_yaml(text).error().what; }

TEST(YamlTree, RemembersTheLineOfEveryKeyAndValue) {
    const auto root = parsed("a: 1\nb:\n  - x\n  - {c: 2}\n");
    ASSERT_EQ(root.entries.size(), 2u);
    EXPECT_EQ(root.entries[1].key, "b");
    EXPECT_EQ(root.entries[1].line, 2u);
    EXPECT_EQ(root.entries[1].value.entries[1].value.entries[0].key, "c");
    EXPECT_EQ(root.entries[1].value.entries[1].value.line, 4u);
}

TEST(YamlTree, KeepsAKeyThatStandsTwice) { EXPECT_EQ(parsed("a: 1\na: 2\n").entries.size(), 2u); }

TEST(YamlTree, TakesQuotedAndPlainScalarsAlike) {
    EXPECT_EQ(parsed("a: \"5\"\nb: 5").entries[0].value.text, "5");
    EXPECT_EQ(parsed("a:\n").entries[0].value.is, yaml_node::kind::null);
}

TEST(YamlTree, RefusesAliasesSoThatNothingExpands) {
    EXPECT_EQ(refused("a: &x [1]\nb: *x\n"), "aliases (*name) are not read: write the value out");
}

TEST(YamlTree, RefusesTags) { EXPECT_EQ(refused("a: !!binary aGk="), "tags (!name) are not read"); }

TEST(YamlTree, RefusesDeepNestingAtItsBound) {
    const auto nested = [](std::size_t depth) {
        return std::string(depth, '[') + std::string(depth, ']');
    };
    EXPECT_TRUE(parse_yaml(nested(yaml_depth_max)));
    EXPECT_EQ(refused(nested(yaml_depth_max + 1)), "is nested deeper than 8 levels");
    EXPECT_FALSE(parse_yaml(std::string(500'000, '[')));
}

TEST(YamlTree, RefusesMoreValuesThanItsBound) {
    const auto list = [](std::size_t values) {
        std::string text = "[";
        for (std::size_t i = 0; i < values; ++i) text += "1,";
        return text + "]";
    };
    EXPECT_TRUE(parse_yaml(list(yaml_nodes_max - 1)));
    EXPECT_EQ(refused(list(yaml_nodes_max)), "has more than 50000 values");
}

TEST(YamlTree, RefusesASecondDocument) {
    EXPECT_EQ(refused("a: 1\n---\nb: 2\n"), "only one document is read");
}

TEST(YamlTree, RefusesAnEmptyOne) {
    EXPECT_EQ(refused(""), "is empty");
    EXPECT_EQ(refused("# nothing\n"), "is empty");
}

TEST(YamlTree, RefusesAKeyThatIsAList) {
    EXPECT_EQ(refused("? [a]\n: 1\n"), "a key must be a word");
}

TEST(YamlTree, SaysInWhichLineTheSyntaxIsBroken) {
    const auto broken = parse_yaml("a: 1\nb: [1, 2\nc: 3\n");
    ASSERT_FALSE(broken);
    EXPECT_EQ(broken.error().key, "yaml");
    EXPECT_GE(broken.error().line, 2u);
    EXPECT_TRUE(broken.error().what.starts_with("cannot be read: "));
}

}  // namespace
}  // namespace headroom::command
