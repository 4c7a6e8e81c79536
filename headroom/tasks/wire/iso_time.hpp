// tasks/wire/iso_time.hpp: dates and times of day as text, as pydantic writes and reads them.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

inline constexpr std::size_t iso_time_bytes_max = 64;

/// Numbers beyond it are milliseconds since 1970, not seconds.
inline constexpr double unix_seconds_most = 2e10;

/// What Python's datetime holds: a time on a clock, and how far that clock is ahead of UTC, if it
/// is known. Years 1 to 9999, in UTC as well.
struct date_time {
    std::chrono::microseconds wall{0};           ///< since 1970-01-01T00:00 on that clock
    std::optional<std::chrono::minutes> offset;  ///< none: a naive time

    /// The instant; a naive time counts as UTC, as everywhere in schedules.
    std::chrono::sys_time<std::chrono::microseconds> instant() const;
    bool operator==(const date_time&) const = default;
};

date_time in_utc(std::chrono::sys_time<std::chrono::microseconds> instant);

/// "2026-01-02T03:04:05.678900Z"; no fraction where it is 0, "+02:00" for another offset, nothing
/// for none. Requires a year of 1 to 9999.
std::string iso_date_time(const date_time& time);

/// That form, and what pydantic takes besides: a blank, "t" or "_" in the middle, no seconds,
/// "+0200", a fraction after a comma, the date alone; digits beyond microseconds are cut off.
std::optional<date_time> parse_date_time(std::string_view text);

/// Of a text, which may also be a number of seconds, or of a number: seconds since 1970 in UTC, or
/// milliseconds beyond unix_seconds_most.
std::optional<date_time> date_time_of(const value& from);

/// "2026-01-02". Requires a date that exists, of year 1 to 9999.
std::string iso_date(std::chrono::year_month_day date);
std::optional<std::chrono::year_month_day> parse_date(std::string_view text);

/// "03:04:05.678900", since midnight; less than a day.
std::string iso_time_of_day(std::chrono::microseconds since_midnight);
std::optional<std::chrono::microseconds> parse_time_of_day(std::string_view text);

}  // namespace headroom::tasks
