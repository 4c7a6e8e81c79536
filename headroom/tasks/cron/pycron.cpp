#include "headroom/tasks/cron/pycron.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {
namespace {

using enum pycron_answer;

constexpr std::string_view full_day_names[] = {"sunday",   "monday", "tuesday", "wednesday",
                                               "thursday", "friday", "saturday"};

std::vector<std::string_view> split(std::string_view text, char mark) {
    std::vector<std::string_view> parts;
    for (;;) {
        const auto at = text.find(mark);
        parts.push_back(python_strip(text.substr(0, at)));
        if (at == text.npos) return parts;
        text.remove_prefix(at + 1);
    }
}

/// Nothing where pycron raises ValueError. No field has a value beyond an int.
std::optional<std::int64_t> pycron_number(std::string_view text, bool names) {
    static constexpr std::int64_t beyond_all = std::numeric_limits<int>::max();
    const bool digits = text.find_first_of("+-_ \t\n\r\v\f") == text.npos;
    if (const auto number = digits ? python_int(text) : std::nullopt) {
        const auto* small = number->get<std::int64_t>();
        return small ? std::min(*small, beyond_all) : beyond_all;
    }
    if (!names) return std::nullopt;
    std::string word(text);
    std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    for (std::size_t day = 0; day < std::size(full_day_names); ++day)
        if (word == full_day_names[day] || word == full_day_names[day].substr(0, 3))
            return static_cast<std::int64_t>(day);
    return std::nullopt;
}

struct pycron_range {
    std::int64_t first, last, step;
};

/// "a-b" or "a-b/n"; nothing where the item is passed over.
std::optional<pycron_range> range_of(std::string_view item, bool names) {
    const auto ends = split(item, '-');
    if (ends.size() != 2) return std::nullopt;
    const bool stepped = item.contains('/');
    const auto first = pycron_number(ends[0], names && !stepped);
    const auto rest = split(ends[1], '/');
    if (!first || rest.size() != (stepped ? 2u : 1u)) return std::nullopt;
    const auto last = pycron_number(rest[0], names);
    const auto step = stepped ? pycron_number(rest[1], names) : 1;
    if (!last || !step) return std::nullopt;
    return pycron_range{*first, *last, *step};
}

/// What one item of a list decides about the field; nothing where the next one is looked at.
std::optional<pycron_answer> item_answer(std::string_view item, std::int64_t target, bool names) {
    if (pycron_number(item, names) == target) return yes;
    if (item.contains('-')) {
        const auto range = range_of(item, names);
        if (!range) return std::nullopt;
        if (range->step == 0) return unreadable;
        const bool within = target >= range->first && target <= range->last;
        if (within && (target - range->first) % range->step == 0) return yes;
        if (names && range->first > range->last)
            return target >= range->first && target < range->last + 7 ? yes : no;
    }
    if (!item.contains('/')) return std::nullopt;
    const auto parts = split(item, '/');
    if (parts.size() != 2) return unreadable;
    if (parts[0] != "*") return std::nullopt;
    const auto step = pycron_number(parts[1], names);
    if (!step) return unreadable;
    if (*step == 0) return zero_step;
    return target % *step == 0 ? std::optional(yes) : std::nullopt;
}

pycron_answer field_answer(std::string_view field, std::int64_t target, bool names) {
    if (field == "*") return yes;
    for (const auto item : split(field, ','))
        if (!item.empty())
            if (const auto decided = item_answer(item, target, names)) return *decided;
    return no;
}

std::vector<pycron_answer> field_answers(std::string_view field, std::size_t values,
                                         bool names = false) {
    std::vector<pycron_answer> answers;
    for (std::size_t each = 0; each < values; ++each)
        answers.push_back(field_answer(field, static_cast<std::int64_t>(each), names));
    return answers;
}

bool is_fault(pycron_answer answer) { return answer == unreadable || answer == zero_step; }

}  // namespace

std::expected<pycron_expression, cron_fault> pycron_expression::parse(std::string_view expression) {
    if (expression.size() > cron_bytes_max)
        return std::unexpected(cron_fault{"an expression longer than the limit"});
    const auto fields = split(expression, ' ');
    if (fields.size() != 5)
        return std::unexpected(cron_fault{"not five fields between single blanks"});
    pycron_expression made;
    made.minute_ = field_answers(fields[0], 60);
    made.hour_ = field_answers(fields[1], 24);
    made.day_ = field_answers(fields[2], 32);
    made.month_ = field_answers(fields[3], 13);
    made.weekday_ = field_answers(fields[4], 7, true);
    made.either_day_ = !fields[2].contains('*') && !fields[4].contains('*');
    return made;
}

pycron_answer pycron_expression::day_answer(std::size_t day, std::size_t weekday) const {
    const auto first = day_[day];
    if (is_fault(first)) return first;
    const bool decided = either_day_ ? first == yes : first == no;
    return decided ? first : weekday_[weekday];
}

pycron_answer pycron_expression::at(std::chrono::sys_seconds wall) const {
    const auto midnight = std::chrono::floor<std::chrono::days>(wall);
    const std::chrono::year_month_day date(midnight);
    const auto minute = std::chrono::floor<std::chrono::minutes>(wall - midnight).count();
    const auto day = day_answer(unsigned(date.day()), std::chrono::weekday(midnight).c_encoding());
    if (is_fault(day)) return day;
    for (const auto answer : {minute_[static_cast<std::size_t>(minute % 60)],
                              hour_[static_cast<std::size_t>(minute / 60)],
                              month_[unsigned(date.month())]})
        if (answer != yes) return answer;
    return day;
}

cron_table pycron_expression::table() const {
    cron_table made;
    for (std::size_t i = 0; i < minute_.size(); ++i) made.minutes[i] = minute_[i] == yes;
    for (std::size_t i = 0; i < hour_.size(); ++i) made.hours[i] = hour_[i] == yes;
    for (std::size_t i = 1; i < month_.size(); ++i) made.months[i] = month_[i] == yes;
    for (std::size_t day = 1; day < day_.size(); ++day)
        for (std::size_t weekday = 0; weekday < weekday_.size(); ++weekday)
            made.days[day][weekday] = day_answer(day, weekday) == yes;
    return made;
}

bool pycron_expression::has_faults() const {
    return std::ranges::any_of(minute_, is_fault) || std::ranges::any_of(hour_, is_fault) ||
           std::ranges::any_of(day_, is_fault) || std::ranges::any_of(month_, is_fault) ||
           std::ranges::any_of(weekday_, is_fault);
}

}  // namespace headroom::tasks
