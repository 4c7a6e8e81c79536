// tasks/wire/long_integer.hpp: integers of any size as a pickle's LONG1 and LONG4 hold them.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// More bytes than any integer of integer_digits_max digits has.
inline constexpr std::size_t long_bytes_max = 1'792;

/// The integer of these bytes, two's complement, least significant first; none is 0. Nothing beyond
/// long_bytes_max bytes or integer_digits_max digits. Time grows with the square of the length.
std::optional<value> integer_from_long(std::string_view octets);

/// The shortest such bytes of an integer in canonical decimal digits.
std::string long_of(std::string_view digits);

}  // namespace headroom::tasks
