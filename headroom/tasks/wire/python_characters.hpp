// tasks/wire/python_characters.hpp: what Python's str knows of single characters.
//
// The tables are CPython 3.11's (Unicode 14), which the formats were examined with; another version
// differs in characters that were added since.
#pragma once
#include <cstdint>
#include <optional>

namespace headroom::tasks {

bool is_python_printable(char32_t point) noexcept;  ///< str.isprintable(): repr() leaves it alone
bool is_python_space(char32_t point) noexcept;      ///< str.isspace(): strip() takes it off

/// The decimal digit int() and float() take it for, of whatever script.
std::optional<unsigned> python_digit(char32_t point) noexcept;

}  // namespace headroom::tasks
