// budget/solve_report.hpp: which sizes fit, as people and programs read it.
#pragma once
#include <string>

#include "headroom/budget/solve.hpp"

namespace headroom::budget {

/// For a terminal: the sizes of each resource, then a paragraph each with its arithmetic.
std::string as_table(const solution& of);
std::string as_markdown(const solution& of);
/// One line of JSON. Figures nobody knows are null.
std::string as_json(const solution& of);

/// "fits within GREEN: peak 76 is within 80 % of 97 usable (77)"
std::string describe(const fitting& of, within keeps);
/// "floor(80 % of 97 usable) = 77", or "97 usable"; empty where no limit is known.
std::string describe_bound(const fitting& of, within keeps);

}  // namespace headroom::budget
