// testing/fuzzing_contract.hpp: what a server must make of wrong requests, as one call.
#pragma once
#include <functional>
#include <string>
#include <vector>

namespace headroom::testing {

/// Draws as many mutated requests from the `valid` ones and hands each to `exchange`, which sends
/// it on a connection of its own and returns all that was said until the close. A failure of the
/// test, which then shows the request and the seed, when these are not whole answers, when an error
/// is not told as a problem, when something is answered 500, or when most get no answer at all.
void expect_answers_to_mutations(
    std::vector<std::string> valid, unsigned requests,
    const std::function<std::string(const std::string&)>& exchange);

}  // namespace headroom::testing
