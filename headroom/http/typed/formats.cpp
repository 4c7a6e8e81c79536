// The formats of texts: date-time (RFC 3339 section 5.6) and uuid (RFC 9562 section 4).
#include <fmt/chrono.h>
#include <fmt/format.h>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/typed/value.hpp"

namespace headroom::http::typed {
namespace {

/// Takes digits and signs off the front of a text; false once one is missing.
class digits {
public:
    explicit digits(std::string_view from) : rest_(from) {}

    int number(std::size_t count) {
        int made = 0;
        for (; count > 0; --count) made = made * 10 + digit();
        return made;
    }
    void sign(std::string_view one_of) {
        if (rest_.empty() || !one_of.contains(rest_.front())) good_ = false;
        else last_ = rest_.front(), rest_.remove_prefix(1);
    }
    bool at(char next) const { return !rest_.empty() && rest_.front() == next; }
    bool at_digit() const { return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9'; }
    char last() const { return last_; }
    bool good() const { return good_; }
    bool done() const { return good_ && rest_.empty(); }

private:
    int digit() {
        if (!at_digit()) {
            good_ = false;
            return 0;
        }
        const int made = rest_.front() - '0';
        rest_.remove_prefix(1);
        return made;
    }

    std::string_view rest_;
    char last_ = 0;
    bool good_ = true;
};

std::chrono::microseconds fraction(digits& from) {
    if (!from.at('.')) return {};
    from.sign(".");
    std::int64_t made = from.number(1);
    int places = 1;
    for (; from.at_digit(); ++places) {
        const int digit = from.number(1);
        if (places < 6) made = made * 10 + digit;  // what is finer is cut off
    }
    for (; places < 6; ++places) made *= 10;
    return std::chrono::microseconds(made);
}

std::optional<std::chrono::minutes> offset(digits& from) {
    from.sign("Zz+-");
    if (!from.good()) return std::nullopt;
    if (from.last() == 'Z' || from.last() == 'z') return std::chrono::minutes(0);
    const int direction = from.last() == '-' ? -1 : 1;
    const int hours = from.number(2);
    from.sign(":");
    const int minutes = from.number(2);
    if (hours > 23 || minutes > 59) return std::nullopt;
    return std::chrono::minutes(direction * (hours * 60 + minutes));
}

std::optional<timestamp> instant_in(std::string_view text) {
    digits from(text);
    const std::chrono::year year(from.number(4));
    from.sign("-");
    const std::chrono::month month(static_cast<unsigned>(from.number(2)));
    from.sign("-");
    const std::chrono::year_month_day day(
        year, month, std::chrono::day(static_cast<unsigned>(from.number(2))));
    from.sign("Tt ");
    const std::chrono::hours hours(from.number(2));
    from.sign(":");
    const std::chrono::minutes minutes(from.number(2));
    from.sign(":");
    const std::chrono::seconds seconds(from.number(2));
    const auto part = fraction(from);
    const auto ahead = offset(from);
    if (!from.done() || !ahead || !day.ok()) return std::nullopt;
    if (hours.count() > 23 || minutes.count() > 59 || seconds.count() > 59) return std::nullopt;
    return timestamp(std::chrono::sys_days(day)) + hours + minutes + seconds + part - *ahead;
}

}  // namespace

std::optional<timestamp> value<timestamp>::from_text(std::string_view from, const place& at,
                                                     faults& found) {
    const auto made = instant_in(from);
    if (!made) found.add(at, "must be a time like 2026-01-31T08:30:00Z");
    return made;
}

std::string rfc3339(timestamp at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z",
                       fmt::gmtime(seconds.time_since_epoch().count()), (at - seconds).count());
}

namespace detail {

std::optional<uuid_bytes> uuid_in(std::string_view from, const place& at, faults& found) {
    uuid_bytes made{};
    std::size_t digit = 0;
    bool good = from.size() == 36;
    for (std::size_t i = 0; good && i < from.size(); ++i) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            good = from[i] == '-';
            continue;
        }
        good = http::detail::is(from[i], http::detail::hex_char);
        if (!good) break;
        auto& byte = made[digit++ / 2];
        byte = static_cast<std::uint8_t>(byte * 16U + http::detail::hex_value(from[i]));
    }
    if (good) return made;
    found.add(at, "must be a UUID");
    return std::nullopt;
}

void write_uuid(std::string& to, const uuid_bytes& value) {
    to += '"';
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) to += '-';
        fmt::format_to(std::back_inserter(to), "{:02x}", value[i]);
    }
    to += '"';
}

}  // namespace detail
}  // namespace headroom::http::typed
