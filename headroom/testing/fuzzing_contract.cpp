#include "headroom/testing/fuzzing_contract.hpp"

#include <gtest/gtest.h>

#include <utility>

#include "headroom/testing/http_answer.hpp"
#include "headroom/testing/mutated_requests.hpp"

namespace headroom::testing {
namespace {

std::size_t judge(const std::string& said) {
    const auto answers = split_answers(said);
    EXPECT_TRUE(answers) << "no whole answers: " << said;
    if (!answers) return 0;
    for (const auto& each : *answers) {
        EXPECT_EQ(fault_of(each), "") << each.head << each.body;
        EXPECT_NE(each.status, 500u) << each.head << each.body;
    }
    return answers->size();
}

}  // namespace

void expect_answers_to_mutations(
    std::vector<std::string> valid, unsigned requests,
    const std::function<std::string(const std::string&)>& exchange) {
    const auto seed = fuzz_seed();
    ::testing::Test::RecordProperty("seed", std::to_string(seed));
    mutated_requests row(seed, std::move(valid));
    std::size_t answers = 0;
    for (unsigned i = 0; i < requests && !::testing::Test::HasFailure(); ++i) {
        const auto text = row.next();
        SCOPED_TRACE(printable(text) + "\nHEADROOM_FUZZ_SEED=" + std::to_string(seed));
        answers += judge(exchange(text));
    }
    EXPECT_GT(answers, requests / 3) << "most of them deserve an answer";
}

}  // namespace headroom::testing
