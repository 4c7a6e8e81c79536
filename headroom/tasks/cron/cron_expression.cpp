#include "headroom/tasks/cron/cron_expression.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <span>
#include <vector>

#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {
namespace {

constexpr std::string_view month_names[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                            "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::string_view weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

struct field_kind {
    std::string_view name;
    unsigned least, most;
    std::span<const std::string_view> words;  // the first of them means `least`
};

constexpr field_kind field_kinds[] = {{"minute", 0, 59, {}},
                                      {"hour", 0, 23, {}},
                                      {"day", 1, 31, {}},
                                      {"month", 1, 12, month_names},
                                      {"weekday", 0, 7, weekday_names}};

struct shorthand {
    std::string_view name, meaning;
};

constexpr shorthand shorthands[] = {
    {"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
    {"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"},    {"@midnight", "0 0 * * *"},
    {"@hourly", "0 * * * *"}};

/// The values of one field. Throws cron_fault to parse_cron().
class field_parser {
public:
    explicit field_parser(const field_kind& kind) : kind_(kind) {}

    std::bitset<60> parse(std::string_view field) {
        for (;;) {
            const auto comma = field.find(',');
            add(field.substr(0, comma));
            if (comma == field.npos) return values_;
            field.remove_prefix(comma + 1);
        }
    }

private:
    [[noreturn]] void fault(std::string_view what) const {
        throw cron_fault{std::string(kind_.name) + ": " + std::string(what)};
    }
    unsigned number(std::string_view text) const {
        unsigned made = 0;
        const auto read = std::from_chars(text.data(), text.data() + text.size(), made);
        if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size())
            fault("neither a number nor a name that is known here");
        return made;
    }
    unsigned one(std::string_view text) const {
        std::string word(text);
        std::ranges::transform(word, word.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
        const auto named = std::ranges::find(kind_.words, word);
        const auto made = named != kind_.words.end()
                              ? static_cast<unsigned>(named - kind_.words.begin()) + kind_.least
                              : number(text);
        if (made < kind_.least || made > kind_.most) fault("a value out of range");
        return made;
    }
    void add(std::string_view item) {
        const auto slash = item.find('/'), dash = item.find('-');
        const auto range = item.substr(0, slash);
        const bool all = range == "*", from_to = dash < slash;
        unsigned step = 1, first = kind_.least, last = kind_.most;
        if (slash != item.npos) step = number(item.substr(slash + 1));
        if (step == 0 || step > kind_.most) fault("a step out of range");
        if (from_to) {
            first = one(range.substr(0, dash));
            last = one(range.substr(dash + 1));
            if (first > last) fault("a range that runs backwards");
        } else if (!all) {
            if (slash != item.npos) fault("a step without a range");
            first = last = one(range);
        }
        for (unsigned each = first; each <= last; each += step) values_.set(each);
    }

    const field_kind& kind_;
    std::bitset<60> values_;
};

std::vector<std::string_view> fields_of(std::string_view text) {
    static constexpr std::string_view blanks = " \t";
    std::vector<std::string_view> fields;
    for (auto at = text.find_first_not_of(blanks); at != text.npos;) {
        const auto end = std::min(text.find_first_of(blanks, at), text.size());
        fields.push_back(text.substr(at, end - at));
        at = text.find_first_not_of(blanks, end);
    }
    if (fields.size() != 1 || !fields[0].starts_with('@')) return fields;
    const auto known = std::ranges::find(shorthands, fields[0], &shorthand::name);
    return known == std::end(shorthands) ? fields : fields_of(known->meaning);
}

template <std::size_t N>
std::bitset<N> first_bits(const std::bitset<60>& from) {
    std::bitset<N> made;
    for (std::size_t i = 0; i < N; ++i) made[i] = from[i];
    return made;
}

cron_table table_of(std::span<const std::string_view> fields) {
    const auto values = [&](std::size_t nth) {
        return field_parser(field_kinds[nth]).parse(fields[nth]);
    };
    cron_table made;
    made.minutes = values(0);
    made.hours = first_bits<24>(values(1));
    made.months = first_bits<13>(values(3));
    made.fixed_times = !fields[1].starts_with('*');
    const auto day = values(2);
    auto weekday = values(4);
    if (weekday[7]) weekday.set(0);
    const bool either = !fields[2].starts_with('*') && !fields[4].starts_with('*');
    for (std::size_t d = 1; d <= 31; ++d)
        for (std::size_t w = 0; w < 7; ++w)
            made.days[d][w] = either ? day[d] || weekday[w] : day[d] && weekday[w];
    return made;
}

}  // namespace

std::expected<cron_table, cron_fault> parse_cron(std::string_view expression) {
    if (expression.size() > cron_bytes_max)
        return std::unexpected(cron_fault{"an expression longer than the limit"});
    const auto fields = fields_of(expression);
    if (fields.size() != std::size(field_kinds))
        return std::unexpected(cron_fault{"not five fields: minute, hour, day, month, weekday"});
    try {
        return table_of(fields);
    } catch (const cron_fault& fault) {
        return std::unexpected(fault);
    }
}

}  // namespace headroom::tasks
