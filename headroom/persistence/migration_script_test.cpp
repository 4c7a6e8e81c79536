#include "headroom/persistence/migration_script.hpp"

#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

std::vector<std::string> split(std::string_view script) {
    std::vector<std::string> texts;
    const auto found = split_script(script);
    if (!found)
        return {"FAULT in line " + std::to_string(found.error().line) + ": " + found.error().what};
    for (const auto& each : *found) texts.emplace_back(each.text);
    return texts;
}

using list = std::vector<std::string>;

TEST(MigrationScript, SplitsAtSemicolonsAndDropsEmptyStatements) {
    EXPECT_EQ(split("select 1;; select 2 ;\n\n"), (list{"select 1", "select 2"}));
    EXPECT_EQ(split(""), list{});
    EXPECT_EQ(split("  -- nothing\n /* at all */ ;"), list{});
}

TEST(MigrationScript, AcceptsALastStatementWithoutSemicolon) {
    EXPECT_EQ(split("select 1;\nselect 2 -- done"), (list{"select 1", "select 2"}));
}

TEST(MigrationScript, SaysOnWhichLineAStatementBegins) {
    const auto found = split_script("select 1;\n-- why\n\nselect\n 2;");
    EXPECT_EQ((*found)[1].line, 4);
}

TEST(MigrationScript, LeavesSemicolonsInQuotesAlone) {
    EXPECT_EQ(split("select ';''; ', \"a;\"\"b\"; x"), (list{"select ';''; ', \"a;\"\"b\"", "x"}));
}

TEST(MigrationScript, KnowsBackslashesOnlyInEscapeStrings) {
    EXPECT_EQ(split(R"(select '\'; select E'\';', e'\\'; x)"),
              (list{R"(select '\')", R"(select E'\';', e'\\')", "x"}));
}

TEST(MigrationScript, DoesNotTakeANameEndingInEForAnEscapeString) {
    EXPECT_EQ(split(R"(select date'\'; x)"), (list{R"(select date'\')", "x"}));
}

TEST(MigrationScript, LeavesDollarQuotesAloneAndTellsThemByTheirTag) {
    EXPECT_EQ(split("do $$ a; $x$ ; $$; do $a1$ $$ ; $a$ $a1$; z"),
              (list{"do $$ a; $x$ ; $$", "do $a1$ $$ ; $a$ $a1$", "z"}));
}

TEST(MigrationScript, DoesNotTakeParametersAndNamesForDollarQuotes) {
    EXPECT_EQ(split("prepare p as select $1; select a$b$; x"),
              (list{"prepare p as select $1", "select a$b$", "x"}));
}

TEST(MigrationScript, NestsComments) {
    EXPECT_EQ(split("select 1 /* a; /* b; */ c; */ + 1; x"),
              (list{"select 1 /* a; /* b; */ c; */ + 1", "x"}));
}

TEST(MigrationScript, KeepsTheStatementsOfARuleTogether) {
    const std::string rule = "create rule r as on insert to t do also (select 1; select 2)";
    EXPECT_EQ(split(rule + "; x"), (list{rule, "x"}));
}

TEST(MigrationScript, KeepsTheBodyOfAnSqlRoutineTogether) {
    const std::string routine =
        "create or replace function f() returns int begin atomic select case when true then 1 end; "
        "select 2; end";
    EXPECT_EQ(split(routine + "; x"), (list{routine, "x"}));
}

struct refused_script {
    const char* name;
    const char* text;
    const char* fault;
};
class RefusedMigrationScript : public ::testing::TestWithParam<refused_script> {};

TEST_P(RefusedMigrationScript, IsNamedWithItsLine) {
    EXPECT_EQ(split(GetParam().text), list{GetParam().fault});
}

INSTANTIATE_TEST_SUITE_P(
    Each, RefusedMigrationScript,
    ::testing::Values(
        refused_script{"string", "\nselect 'a", "FAULT in line 2: the quoted string is not closed"},
        refused_script{"name", "select \"a", "FAULT in line 1: the quoted name is not closed"},
        refused_script{"dollar", "do $a$ x $b$",
                       "FAULT in line 1: the dollar-quoted string is not closed"},
        refused_script{"comment", "/* /* */", "FAULT in line 1: the comment is not closed"},
        refused_script{"open", "select (1;", "FAULT in line 1: a parenthesis is not closed"},
        refused_script{"closed", "select 1)", "FAULT in line 1: a closing parenthesis too many"},
        refused_script{"begin", "x;\nBEGIN;",
                       "FAULT in line 2: the file runs as one transaction "
                       "already: remove BEGIN, COMMIT and ROLLBACK"},
        refused_script{"start", "start transaction",
                       "FAULT in line 1: the file runs as one transaction already"},
        refused_script{"copy", "copy t (a) from stdin;",
                       "FAULT in line 1: COPY FROM STDIN has no data here: use INSERT"},
        refused_script{"psql", "\\i other.sql",
                       "FAULT in line 1: commands of psql cannot be used here"}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(MigrationScript, AllowsSavepoints) {
    EXPECT_EQ(split("savepoint a; rollback to a").size(), 2u);
}

TEST(MigrationScript, RefusesZeroBytes) {
    EXPECT_EQ(split(std::string_view("select '\0'", 10)),
              list{"FAULT in line 1: the file contains a zero byte"});
}

TEST(MigrationScript, RefusesAFileLargerThanItsBound) {
    EXPECT_EQ(split(std::string(script_bytes_max + 1, ' ')),
              list{"FAULT in line 1: the file is larger than 1 MiB"});
}

TEST(MigrationScript, RefusesMoreStatementsThanItsBound) {
    std::string many;
    for (std::size_t i = 0; i <= script_statements_max; ++i) many += "x;";
    EXPECT_EQ(split(many), list{"FAULT in line 1: more than 2000 statements"});
}

}  // namespace
}  // namespace headroom::persistence
