// tasks/wire/python_convert.hpp: int(), float() and truth of a value, as Python has them.
#pragma once
#include <optional>

#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// int(value): of a text, a number (towards zero) or a boolean; nothing for anything else.
std::optional<value> python_int_of(const value& of);

/// float(value): of a text, a number or a boolean; nothing for anything else.
std::optional<double> python_float_of(const value& of);

/// bool(value): what is not None, False, 0 or empty.
bool python_truth_of(const value& of);

/// str(value).lower() == "true".
bool reads_true(const value& of);

}  // namespace headroom::tasks
