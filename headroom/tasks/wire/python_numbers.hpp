// tasks/wire/python_numbers.hpp: numbers as Python reads and writes them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// repr(float): the shortest digits that are read back as the same double; "2.5", "1e+16", "nan".
std::string python_float_text(double number);

/// The double nearest to a decimal number ("-12", "1.5", ".5", "1.", "3e-7"), as correctly rounded
/// as std::from_chars; beyond the range it is an infinity or a zero. Requires that grammar.
double nearest_double(std::string_view decimal);

/// int(text): white space around it, a sign, underscores between digits, digits of any script.
/// Nothing for what Python refuses, which is also more than integer_digits_max digits.
std::optional<value> python_int(std::string_view text);

/// float(text): likewise, and "inf", "infinity" and "nan" in any case.
std::optional<double> python_float(std::string_view text);

/// int(float): towards zero, exactly; nothing for an infinity or no number.
std::optional<value> python_int(double number);

/// float(int): the nearest double; nothing beyond its range.
std::optional<double> python_float(const big_integer& number);

/// str.strip(): without the white space at both ends.
std::string_view python_strip(std::string_view text);

}  // namespace headroom::tasks
