// tasks/wire/iso_duration.hpp: spans of time as text, as pydantic writes and reads them.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::tasks {

inline constexpr std::size_t duration_bytes_max = 64;

/// Spans beyond this, some 273,000 years, are refused; Python's reach further.
inline constexpr std::chrono::hours duration_max{24 * 100'000'000LL};

/// ISO 8601: "PT1M30S", "P1DT2H", "-PT2H", "PT0S". A year is 365 days, as in pydantic.
std::string iso_duration(std::chrono::microseconds span);

/// "P1DT2H", "PT1.5S", "-PT2H" (a year is 365 days, a month 30), and what pydantic takes besides:
/// "1:30:00", "2 days", "1 day, 02:00:00". Fractions are rounded to microseconds. Nothing for
/// anything else, and beyond duration_max.
std::optional<std::chrono::microseconds> parse_duration(std::string_view text);

}  // namespace headroom::tasks
