// command/solve_options.hpp: the options of the question which sizes fit, and its answer.
#pragma once
#include <string>
#include <vector>

#include "command/plan_source.hpp"
#include "headroom/budget/solve.hpp"

namespace headroom::command {

/// --solve and --within.
struct fit_options {
    bool solve = false;
    std::string within;  ///< empty: green
    void declare(option_set& set);
    budget::within keeps() const;  ///< throws usage_error, also when given without --solve
};

/// --rate, --hold and --cores: what the sizes are to be good for.
struct advice_options {
    std::vector<std::string> rates, holds;
    std::string cores;
    void declare(option_set& set);
    bool any() const { return !rates.empty() || !holds.empty() || !cores.empty(); }
};

/// The sizes that fit a plan. A manifest in which nothing can be chosen is a fault.
std::expected<budget::solution, std::vector<fault>> solve_plan(const chosen_plan& from,
                                                               budget::within keeps);

/// Adds the advice that the options ask for; throws usage_error.
void advise(budget::solution& on, const advice_options& by);

/// --cores as a number, when given.
std::optional<budget::knee> read_knee(const std::string& cores);

}  // namespace headroom::command
