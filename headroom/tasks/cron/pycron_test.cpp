#include "headroom/tasks/cron/pycron.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::sys_seconds;

std::string pycron_says(const std::string& expression, sys_seconds wall) {
    const auto parsed = pycron_expression::parse(expression);
    if (!parsed) return "unreadable";
    switch (parsed->at(wall)) {
        case pycron_answer::no: return "no";
        case pycron_answer::yes: return "yes";
        case pycron_answer::unreadable: return "unreadable";
        case pycron_answer::zero_step: return "zero_step";
    }
    return {};
}

TEST(Pycron, AnswersAsPycronDoes) {
    std::map<std::string, int> seen;
    for (const auto& row : testdata_rows("pycron_answers.tsv", 3'500)) {
        const sys_seconds wall(std::chrono::seconds(std::stoll(row[1])));
        ++seen[row[2]];
        EXPECT_EQ(pycron_says(json_string(row[0]), wall), row[2]) << row[0] << " at " << row[1];
        const auto parsed = pycron_expression::parse(json_string(row[0]));
        if (parsed) EXPECT_EQ(parsed->table().matches(wall), row[2] == "yes") << row[0];
        if (parsed && row[2] != "yes" && row[2] != "no")
            EXPECT_TRUE(parsed->has_faults()) << row[0];
    }
    for (const auto* answer : {"yes", "no", "unreadable", "zero_step"})
        EXPECT_GE(seen[answer], 40) << answer;
}

TEST(Pycron, OnePartThatIsWrongShowsInTheMinutesThatReachIt) {
    const auto parsed = pycron_expression::parse("5 */0 * * *").value();
    EXPECT_TRUE(parsed.has_faults());
    EXPECT_EQ(parsed.at(sys_seconds(std::chrono::minutes(5))), pycron_answer::zero_step);
    EXPECT_EQ(parsed.at(sys_seconds(std::chrono::minutes(6))), pycron_answer::no);
    EXPECT_FALSE(parsed.table().next_minute(sys_seconds(), sys_seconds(std::chrono::days(366))));
    EXPECT_FALSE(pycron_expression::parse("5 * * * *")->has_faults());
}

TEST(Pycron, IsFiveFieldsBetweenSingleBlanksWithinTheBound) {
    for (const auto* text : {"", "@daily", "* * * *", "*  * * * *", "* * * * * *"})
        EXPECT_EQ(pycron_expression::parse(text).error().what,
                  "not five fields between single blanks") << text;
    EXPECT_TRUE(pycron_expression::parse(std::string(cron_bytes_max - 8, '5') + " * * * *"));
    EXPECT_EQ(pycron_expression::parse(std::string(cron_bytes_max - 7, '5') + " * * * *")
                  .error().what, "an expression longer than the limit");
}

RC_GTEST_PROP(Pycron, AnyTextIsReadOrRefusedAndTheTableIsItsYes, ()) {
    auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("0123456789**//,,--  monTUE")));
    if (*rc::gen::arbitrary<bool>()) text += " * * * *";
    const auto parsed = pycron_expression::parse(text);
    if (!parsed) return;
    const auto table = parsed->table();
    for (int i = 0; i < 20; ++i) {
        const sys_seconds wall(std::chrono::minutes(*rc::gen::inRange(0, 40'000'000)));
        RC_ASSERT(table.matches(wall) == (parsed->at(wall) == pycron_answer::yes));
    }
}

}  // namespace
}  // namespace headroom::tasks
