#include "headroom/tasks/cron/posix_rule.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <tuple>
#include <vector>

namespace headroom::tasks {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr std::size_t rule_bytes_max = 128;
constexpr int rule_hours_max = 167;

/// Takes pieces off the front; once one was wrong, good() is false for ever.
class rule_scanner {
public:
    explicit rule_scanner(std::string_view text)
        : rest_(text), good_(text.size() <= rule_bytes_max) {}

    bool take(char letter) {
        const bool found = rest_.starts_with(letter);
        if (found) rest_.remove_prefix(1);
        return found;
    }
    void expect(bool holds) { good_ = good_ && holds; }
    int number(int most) {
        int made = 0;
        expect(!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9');
        while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && made <= most) {
            made = made * 10 + (rest_.front() - '0');
            rest_.remove_prefix(1);
        }
        expect(made <= most);
        return made;
    }
    void name() {
        const bool quoted = take('<');
        const auto length = std::min(rest_.find_first_of(quoted ? ">" : "+-,0123456789"),
                                     rest_.size());
        expect(length >= 3);
        rest_.remove_prefix(length);
        if (quoted) expect(take('>'));
    }
    /// [+-]hh[:mm[:ss]]
    seconds time() {
        const bool negative = take('-');
        if (!negative) take('+');
        seconds made = hours(number(rule_hours_max));
        if (take(':')) made += std::chrono::minutes(number(59));
        if (take(':')) made += seconds(number(59));
        return negative ? -made : made;
    }
    yearly_moment moment() {
        yearly_moment made{yearly_moment::day_of_year{0, true}};
        if (take('M')) {
            const auto month = static_cast<unsigned>(number(12));
            expect(take('.') && month >= 1);
            const auto week = static_cast<unsigned>(number(5));
            expect(take('.') && week >= 1);
            made.on = yearly_moment::nth_weekday{month, week, static_cast<unsigned>(number(6))};
        } else if (take('J')) {
            made.on = yearly_moment::day_of_year{static_cast<unsigned>(number(365)), false};
        } else {
            made.on = yearly_moment::day_of_year{static_cast<unsigned>(number(365)), true};
        }
        if (take('/')) made.at = time();
        return made;
    }
    bool empty() const { return rest_.empty(); }
    bool good() const { return good_; }

private:
    std::string_view rest_;
    bool good_;
};

/// A clock is moved. Where summer ends when the next begins, as in a rule for a whole year, it is
/// the order that says which counts.
struct change {
    sys_seconds at;
    std::size_t order;
    seconds offset;
};

sys_days day_in(std::chrono::year year, const yearly_moment::nth_weekday& on) {
    const std::chrono::year_month month{year, std::chrono::month(on.month)};
    const std::chrono::weekday weekday(on.weekday);
    if (on.week == 5) return sys_days(month / std::chrono::weekday_last(weekday));
    return sys_days(month / weekday[on.week]);
}

sys_days day_in(std::chrono::year year, const yearly_moment::day_of_year& on) {
    const sys_days first(year / 1 / 1);
    if (on.leap_counts) return first + days(on.day);
    const bool after_february = on.day >= 60;
    return first + days(on.day - 1) + days(year.is_leap() && after_february ? 1 : 0);
}

}  // namespace

sys_seconds yearly_moment::in(std::chrono::year year) const {
    return std::visit([&](const auto& day) { return sys_seconds(day_in(year, day)) + at; }, on);
}

std::optional<posix_rule> posix_rule::parse(std::string_view text) {
    rule_scanner from(text);
    posix_rule made;
    from.name();
    made.standard_ = -from.time();  // POSIX counts westwards
    if (from.good() && from.empty()) return made;
    from.name();
    seconds offset = made.standard_ + hours(1);
    if (!from.take(',')) {
        offset = -from.time();
        from.expect(from.take(','));
    }
    const auto begins = from.moment();
    from.expect(from.take(','));
    const auto ends = from.moment();
    if (!from.good() || !from.empty()) return std::nullopt;
    made.summer_ = summer{offset, begins, ends};
    return made;
}

offset_span posix_rule::at(sys_seconds instant) const {
    if (!summer_) return {sys_seconds::min(), sys_seconds::max(), standard_};
    const auto year = std::chrono::year_month_day(std::chrono::floor<days>(instant)).year();
    std::vector<change> changes;
    for (const auto each : {year - std::chrono::years(2), year - std::chrono::years(1), year,
                            year + std::chrono::years(1), year + std::chrono::years(2)}) {
        changes.push_back({summer_->begins.in(each) - standard_, changes.size(), summer_->offset});
        changes.push_back({summer_->ends.in(each) - summer_->offset, changes.size(), standard_});
    }
    std::ranges::sort(changes, [](const change& one, const change& other) {
        return std::tie(one.at, one.order) < std::tie(other.at, other.order);
    });
    // Two years before and after leave one, however far a rule's times reach.
    const auto after = std::ranges::upper_bound(changes, instant, {}, &change::at);
    BOOST_ASSERT(after != changes.begin() && after != changes.end());
    return {after[-1].at, after->at, after[-1].offset};
}

}  // namespace headroom::tasks
