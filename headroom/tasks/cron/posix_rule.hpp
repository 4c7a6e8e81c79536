// tasks/cron/posix_rule.hpp: when a zone's clock is moved in years no table reaches.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>
#include <variant>

namespace headroom::tasks {

/// A span of time through which a clock stays equally far ahead of UTC.
struct offset_span {
    std::chrono::sys_seconds begin, end;  ///< `end` is the first instant after it
    std::chrono::seconds offset{0};       ///< ahead of UTC
    bool operator==(const offset_span&) const = default;
};

/// A day of any year, and a time on it, which may lie days before or after.
struct yearly_moment {
    struct nth_weekday {
        unsigned month, week, weekday;  // week 5: the last
    };
    struct day_of_year {
        unsigned day;     // 1 to 365, or 0 to 365
        bool leap_counts;  // February 29 is a day of its own
    };
    std::variant<nth_weekday, day_of_year> on;
    std::chrono::seconds at{std::chrono::hours(2)};

    /// On the zone's own clock, as it stood before.
    std::chrono::sys_seconds in(std::chrono::year year) const;
};

/// The rule at the end of a TZif file (RFC 8536, section 3.3): POSIX' TZ,
/// "CET-1CEST,M3.5.0,M10.5.0/3".
class posix_rule {
public:
    /// Nothing if the text is no such rule.
    static std::optional<posix_rule> parse(std::string_view text);
    /// The span an instant lies in. Requires a year between 1 and 9998.
    offset_span at(std::chrono::sys_seconds instant) const;

private:
    struct summer {
        std::chrono::seconds offset;
        yearly_moment begins, ends;
    };
    std::chrono::seconds standard_{0};
    std::optional<summer> summer_;
};

}  // namespace headroom::tasks
