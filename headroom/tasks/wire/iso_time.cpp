#include "headroom/tasks/wire/iso_time.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <cmath>
#include <fmt/format.h>

#include "headroom/tasks/wire/python_numbers.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::microseconds;
using std::chrono::minutes;
using namespace std::chrono_literals;

constexpr auto whole_day = std::chrono::duration_cast<microseconds>(24h);
constexpr microseconds first_wall = std::chrono::sys_days(std::chrono::year(1) / 1 / 1)
                                        .time_since_epoch();
constexpr microseconds end_of_walls = std::chrono::sys_days(std::chrono::year(10'000) / 1 / 1)
                                          .time_since_epoch();

bool within_years(microseconds wall) { return wall >= first_wall && wall < end_of_walls; }

/// Takes pieces off the front of a text; once one was missing, every other is, too.
class time_scanner {
public:
    explicit time_scanner(std::string_view text)
        : rest_(text), good_(text.size() <= iso_time_bytes_max) {}

    int digits(std::size_t count) {
        const auto taken = rest_.substr(0, count);
        int number = 0;
        for (const char each : taken) {
            good_ = good_ && each >= '0' && each <= '9';
            number = number * 10 + (each - '0');
        }
        good_ = good_ && taken.size() == count;
        rest_.remove_prefix(taken.size());
        return good_ ? number : 0;
    }
    bool take_one_of(std::string_view letters) {
        const bool found = !rest_.empty() && letters.contains(rest_.front());
        if (found) rest_.remove_prefix(1);
        return found;
    }
    bool take(std::string_view word) {
        const bool found = rest_.starts_with(word);
        if (found) rest_.remove_prefix(word.size());
        return found;
    }
    void expect(bool holds) { good_ = good_ && holds; }
    /// Digits after a point as microseconds; those beyond are cut off.
    microseconds fraction() {
        const auto length = std::min(rest_.find_first_not_of("0123456789"), rest_.size());
        expect(length > 0);
        int micros = 0;
        for (std::size_t i = 0; i < 6; ++i)
            micros = micros * 10 + (i < length ? rest_[i] - '0' : 0);
        rest_.remove_prefix(length);
        return microseconds(micros);
    }
    bool at_end() const { return good_ && rest_.empty(); }
    bool good() const { return good_; }
    bool more() const { return !rest_.empty(); }

private:
    std::string_view rest_;
    bool good_;
};

std::chrono::year_month_day scan_date(time_scanner& from) {
    const int year = from.digits(4);
    from.expect(from.take("-"));
    const int month = from.digits(2);
    from.expect(from.take("-"));
    const int day = from.digits(2);
    const std::chrono::year_month_day date{std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day))};
    from.expect(year >= 1 && date.ok());
    return date;
}

microseconds scan_time(time_scanner& from) {
    const int hour = from.digits(2);
    from.expect(from.take(":"));
    const int minute = from.digits(2);
    int second = 0;
    microseconds fraction{0};
    if (from.take(":")) {
        second = from.digits(2);
        if (from.take_one_of(".,")) fraction = from.fraction();
    }
    from.expect(hour < 24 && minute < 60 && second < 60);
    return std::chrono::hours(hour) + minutes(minute) + std::chrono::seconds(second) + fraction;
}

std::optional<minutes> scan_offset(time_scanner& from) {
    if (!from.more()) return std::nullopt;
    if (from.take_one_of("Zz")) return 0min;
    const bool behind = from.take("-") || from.take("\u2212");
    from.expect(behind || from.take("+"));
    const int hours = from.digits(2);
    from.take(":");
    const int rest = from.digits(2);
    from.expect(hours < 24 && rest < 60);
    const auto offset = minutes(hours * 60 + rest);
    return behind ? -offset : offset;
}

/// As pydantic has it: milliseconds when it cannot be seconds of our times.
std::optional<date_time> unix_time(double number) {
    if (!std::isfinite(number)) return std::nullopt;
    const bool millis = std::abs(number) > unix_seconds_most;
    const double micros = std::round(millis ? number * 1e3 : number * 1e6);
    if (micros < static_cast<double>(first_wall.count()) ||
        micros >= static_cast<double>(end_of_walls.count()))
        return std::nullopt;
    return date_time{microseconds(static_cast<std::int64_t>(micros)), 0min};
}

}  // namespace

std::chrono::sys_time<microseconds> date_time::instant() const {
    return std::chrono::sys_time<microseconds>(wall - offset.value_or(0min));
}

date_time in_utc(std::chrono::sys_time<microseconds> instant) {
    return {instant.time_since_epoch(), 0min};
}

std::string iso_date(std::chrono::year_month_day date) {
    BOOST_ASSERT(date.ok() && int(date.year()) >= 1 && int(date.year()) <= 9999);
    return fmt::format("{:04}-{:02}-{:02}", int(date.year()), unsigned(date.month()),
                       unsigned(date.day()));
}

std::string iso_time_of_day(microseconds since_midnight) {
    BOOST_ASSERT(since_midnight >= 0us && since_midnight < whole_day);
    const std::chrono::hh_mm_ss time(since_midnight);
    auto text = fmt::format("{:02}:{:02}:{:02}", time.hours().count(), time.minutes().count(),
                            time.seconds().count());
    if (const auto micros = time.subseconds().count(); micros > 0)
        text += fmt::format(".{:06}", micros);
    return text;
}

std::string iso_date_time(const date_time& time) {
    BOOST_ASSERT(within_years(time.wall));
    const auto date = std::chrono::floor<std::chrono::days>(time.wall);
    auto text = iso_date(std::chrono::sys_days(date)) + "T" + iso_time_of_day(time.wall - date);
    if (!time.offset) return text;
    if (*time.offset == 0min) return text + "Z";
    const auto size = std::chrono::abs(*time.offset).count();
    const char sign = *time.offset < 0min ? '-' : '+';
    return text + fmt::format("{}{:02}:{:02}", sign, size / 60, size % 60);
}

std::optional<date_time> parse_date_time(std::string_view text) {
    time_scanner from(text);
    const auto date = scan_date(from);
    if (!from.good()) return std::nullopt;
    date_time made{std::chrono::sys_days(date).time_since_epoch(), std::nullopt};
    if (!from.more()) return made;
    from.expect(from.take_one_of("Tt _"));
    made.wall += scan_time(from);
    made.offset = scan_offset(from);
    if (!from.at_end() || !within_years(made.instant().time_since_epoch())) return std::nullopt;
    return made;
}

std::optional<date_time> date_time_of(const value& from) {
    if (const auto* whole = from.get<std::int64_t>()) return unix_time(static_cast<double>(*whole));
    if (const auto* number = from.get<double>()) return unix_time(*number);
    const auto* text = from.get<std::string>();
    if (!text) return std::nullopt;
    if (auto time = parse_date_time(*text)) return time;
    const bool plain = text->find_first_not_of("-+.0123456789") == text->npos;
    const auto number = plain && text->size() <= iso_time_bytes_max ? python_float(*text)
                                                                    : std::nullopt;
    return number ? unix_time(*number) : std::nullopt;
}

std::optional<std::chrono::year_month_day> parse_date(std::string_view text) {
    time_scanner from(text);
    const auto date = scan_date(from);
    if (!from.at_end()) return std::nullopt;
    return date;
}

std::optional<microseconds> parse_time_of_day(std::string_view text) {
    time_scanner from(text);
    const auto time = scan_time(from);
    if (!from.at_end()) return std::nullopt;
    return time;
}

}  // namespace headroom::tasks
