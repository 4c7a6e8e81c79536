// runtime/quantity.hpp: numbers, durations and sizes as people write them. Pure parsers.
//
// A duration is never a number: `30` is thirty of the unit that its setting states, `500 ms`,
// `5 s`, `10 min` and `1 h` say it themselves. A size is bytes, `64 KiB`, `10 MB`. All of them take
// whole numbers only, and answer nothing for anything else, overflow included; but for seconds that
// stand alone, which existing deployments write as `5.0` and `0.5`.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom {

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept;

/// `bare`: what a number without a unit counts; 1000 means seconds, 1 milliseconds.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds bare) noexcept;
std::optional<std::uint64_t> parse_size(std::string_view text) noexcept;
std::optional<bool> parse_flag(std::string_view text) noexcept;

/// In the largest unit that is exact: "90 s", "1 h", "250 ms".
std::string to_string(std::chrono::milliseconds duration);
/// "64 KiB", "1 MiB", "100 bytes".
std::string size_to_string(std::uint64_t bytes);

}  // namespace headroom
