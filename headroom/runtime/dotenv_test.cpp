#include "headroom/runtime/dotenv.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

std::string value_in(std::string_view text) {
    const auto file = parse_dotenv(text);
    if (file.assignments.size() != 1 || !file.faults.empty()) return "(not one assignment)";
    return file.assignments.front().value;
}

std::string fault_in(std::string_view text) {
    const auto file = parse_dotenv(text);
    if (file.faults.size() != 1) return "(not one fault)";
    return std::to_string(file.faults.front().line) + ": " + file.faults.front().problem;
}

TEST(Dotenv, ReadsPlainValues) {
    EXPECT_EQ(value_in("A=one"), "one");
    EXPECT_EQ(value_in("A = one two \t\r\n"), "one two");
    EXPECT_EQ(value_in("export A=one"), "one");
    EXPECT_EQ(value_in("export=one"), "one");
    EXPECT_EQ(value_in("A="), "");
    EXPECT_EQ(value_in("\xEF\xBB\xBF"
                       "A=one"),
              "one");
}

TEST(Dotenv, TellsACommentFromAHashInAValue) {
    EXPECT_EQ(value_in("A=one # not this"), "one");
    EXPECT_EQ(value_in("A=one#this"), "one#this");
    EXPECT_EQ(value_in("A=# all of it"), "");
    EXPECT_EQ(value_in("# A=1\n\n  # more\nB='x # y' # end"), "x # y");
}

TEST(Dotenv, UndoesEscapesInDoubleQuotesOnly) {
    EXPECT_EQ(value_in(R"(A="a\nb\t\"c\"\\")"), "a\nb\t\"c\"\\");
    EXPECT_EQ(value_in(R"(A='a\nb')"), R"(a\nb)");
    EXPECT_EQ(value_in(R"(A="C:\dir")"), R"(C:\dir)");
}

TEST(Dotenv, LetsAQuotedValueSpanLines) {
    const auto file = parse_dotenv("KEY=\"-----BEGIN\r\nabc\n-----END\"\nB=2");
    ASSERT_EQ(file.assignments.size(), 2U);
    EXPECT_EQ(file.assignments[0].value, "-----BEGIN\nabc\n-----END");
    EXPECT_EQ(file.assignments[1].line, 4U);
}

TEST(Dotenv, ExpandsNothing) {
    EXPECT_EQ(value_in("A=$HOME/${USER}`id`$(id)"), "$HOME/${USER}`id`$(id)");
    EXPECT_EQ(value_in("A=\"$HOME\""), "$HOME");
}

TEST(Dotenv, NamesTheLineOfEachFault) {
    const auto file = parse_dotenv("A=1\nnonsense\nB=2\n1C=3\nD=\"x\" y\nE=5");
    ASSERT_EQ(file.faults.size(), 3U);
    EXPECT_EQ(file.faults[0].line, 2U);
    EXPECT_EQ(file.faults[1].line, 4U);
    EXPECT_EQ(file.faults[2].line, 5U);
    EXPECT_EQ(file.assignments.size(), 3U);
}

TEST(Dotenv, ReportsAnOpenQuoteWhereItWasOpened) {
    EXPECT_EQ(fault_in("A=1\nB='never\n\nclosed"), "2: the quote is never closed");
}

TEST(Dotenv, DoesNotChooseBetweenTwoValues) {
    EXPECT_EQ(fault_in("A=1\nB=2\nA=3"), "3: A was set to another value in line 1");
    EXPECT_TRUE(parse_dotenv("A=1\nA=1").faults.empty());
}

TEST(Dotenv, RefusesControlCharacters) {
    EXPECT_NE(fault_in("A=a\x01"
                       "b")
                  .find("control character"),
              std::string::npos);
    EXPECT_NE(fault_in(std::string_view("A='a\0b'", 7)).find("NUL"), std::string::npos);
}

TEST(Dotenv, KeepsTheValueOutOfItsFaults) {
    const auto file = parse_dotenv("PASSWORD='canary' tail\nA=canary\nA=canary2\ncanary canary");
    for (const auto& each : file.faults)
        EXPECT_EQ(each.problem.find("canary2"), std::string::npos) << each.problem;
    EXPECT_EQ(file.faults.size(), 3U);
}

TEST(Dotenv, BoundsItsText) {
    EXPECT_NE(fault_in(std::string(dotenv_bytes_max + 1, '\n')).find("larger"), std::string::npos);
    EXPECT_NE(fault_in("A=" + std::string(variable_value_max + 1, 'x')).find("longer"),
              std::string::npos);
    const auto junk = parse_dotenv(std::string(10'000, '?') + std::string(10'000, '\n'));
    EXPECT_EQ(junk.faults.size(), 1U);
}

TEST(Dotenv, BoundsItsFaultsAndAssignments) {
    std::string many, wrong;
    for (std::size_t i = 0; i <= dotenv_assignments_max; ++i)
        many += "A" + std::to_string(i) + "=\n";
    for (int i = 0; i < 1000; ++i) wrong += "?\n";
    EXPECT_TRUE(parse_dotenv(many).assignments.empty());
    EXPECT_EQ(parse_dotenv(wrong).faults.size(), dotenv_faults_max);
}

TEST(Dotenv, BoundsAName) {
    EXPECT_TRUE(is_variable_name(std::string(variable_name_max, 'A')));
    EXPECT_FALSE(is_variable_name(std::string(variable_name_max + 1, 'A')));
    EXPECT_FALSE(is_variable_name(""));
    EXPECT_FALSE(is_variable_name("1A"));
    EXPECT_FALSE(is_variable_name("A-B"));
}

}  // namespace
}  // namespace headroom
