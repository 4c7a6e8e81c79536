#include "command/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <charconv>

#include "command/spelling.hpp"

namespace headroom::command {
namespace {

using budget::consumer;
using budget::figure_max;
using budget::multipliers;
using budget::resource;

template <class Thing>
struct field {
    std::string_view key;
    complaint (*set)(Thing& to, std::string_view value);
};

complaint read_figure(std::string_view value, budget::figure& into) {
    unsigned units = 0;
    auto wrong = read_number(value, 0, figure_max, units);
    if (!wrong) into = units;
    return wrong;
}

complaint one_of(std::string_view value, std::span<const std::string_view> words, std::size_t& at) {
    const auto found = std::ranges::find(words, value);
    if (found == words.end())
        return fmt::format("is none of {}{} ({})", fmt::join(words, ", "),
                           did_you_mean(value, words), in_quotes(value));
    at = static_cast<std::size_t>(found - words.begin());
    return {};
}

complaint read_overflow(consumer& to, std::string_view value) {
    using enum budget::overflow_kind;
    if (value == "shared" || value == "unbounded") {
        to.overflow = {value == "shared" ? shared : unbounded, 0};
        return {};
    }
    unsigned units = 0;
    if (auto wrong = read_number(value, 0, figure_max, units))
        return *wrong + ", or shared, or unbounded";
    to.overflow = {fixed, units};
    return {};
}

complaint read_per(consumer& to, std::string_view value) {
    static constexpr std::array<std::string_view, 3> words{"process", "replica", "deployment"};
    std::size_t at = 0;
    auto wrong = one_of(value, words, at);
    if (!wrong) to.per = static_cast<budget::multiplicity>(at);
    return wrong;
}

complaint read_phase(consumer& to, std::string_view value) {
    static constexpr std::array<std::string_view, 3> words{"start", "steady", "deploy"};
    std::size_t at = 0;
    auto wrong = one_of(value, words, at);
    if (!wrong) to.when = static_cast<budget::phase>(at);
    return wrong;
}

complaint read_name(std::string& into, std::string_view value) {
    auto wrong = check_name(value);
    if (!wrong) into = value;
    return wrong;
}

// A pattern of what PostgreSQL shows in pg_stat_activity, which keeps 63 bytes of printable ASCII.
complaint read_application_name(consumer& to, std::string_view value) {
    const auto is_printable = [](char each) { return each >= ' ' && each <= '~'; };
    if (value.empty() || value.size() > application_name_max)
        return fmt::format("must have 1 to {} characters, and has {}", application_name_max,
                           value.size());
    if (!std::ranges::all_of(value, is_printable))
        return fmt::format("holds a character that is not printable ASCII ({})", in_quotes(value));
    to.application_name = value;
    return {};
}

complaint read_surge(multipliers& to, std::string_view value) {
    budget::surge_terms terms;
    terms.percent = value.ends_with('%');
    if (terms.percent) value.remove_suffix(1);
    auto wrong =
        read_number(value, 0, terms.percent ? surge_percent_max : replicas_max, terms.amount);
    if (!wrong) to.surge = terms;
    return wrong;
}

constexpr std::array<field<resource>, 4> of_resource{{
    {"limit", [](resource& to, std::string_view value) { return read_figure(value, to.limit); }},
    {"reserved",
     [](resource& to, std::string_view value) {
         return read_number(value, 0, figure_max, to.reserved);
     }},
    {"reserve",
     [](resource& to, std::string_view value) {
         return read_number(value, 0, figure_max, to.reserve);
     }},
    {"reserve_setting",
     [](resource& to, std::string_view value) { return read_name(to.reserve_setting, value); }},
}};

constexpr std::array<field<consumer>, 12> of_consumer{{
    {"name", [](consumer& to, std::string_view value) { return read_name(to.name, value); }},
    {"package", [](consumer& to, std::string_view value) { return read_name(to.package, value); }},
    {"resource",
     [](consumer& to, std::string_view value) { return read_name(to.resource, value); }},
    {"role", [](consumer& to, std::string_view value) { return read_name(to.role, value); }},
    {"application_name", read_application_name},
    {"pool", [](consumer& to, std::string_view value) { return read_figure(value, to.pool); }},
    {"overflow", read_overflow},
    {"estimate",
     [](consumer& to, std::string_view value) { return read_figure(value, to.estimate); }},
    {"instances",
     [](consumer& to, std::string_view value) {
         return read_number(value, 0, instances_max, to.instances);
     }},
    {"minimum",
     [](consumer& to, std::string_view value) {
         return read_number(value, 0, figure_max, to.minimum);
     }},
    {"per", read_per},
    {"phase", read_phase},
}};

constexpr std::array<field<multipliers>, 4> of_multipliers{{
    {"workers",
     [](multipliers& to, std::string_view value) {
         return read_number(value, 1, workers_max, to.workers);
     }},
    {"replicas",
     [](multipliers& to, std::string_view value) {
         return read_number(value, 1, replicas_max, to.replicas);
     }},
    {"surge", read_surge},
    {"terminating",
     [](multipliers& to, std::string_view value) {
         return read_number(value, 0, replicas_max, to.terminating);
     }},
}};

template <class Thing, std::size_t size>
constexpr auto keys_of(const std::array<field<Thing>, size>& fields) {
    std::array<std::string_view, size> keys;
    for (std::size_t i = 0; i < size; ++i) keys[i] = fields[i].key;
    return keys;
}

constexpr auto keys_of_resource = keys_of(of_resource);
constexpr auto keys_of_consumer = keys_of(of_consumer);
constexpr auto keys_of_multipliers = keys_of(of_multipliers);

template <class Thing, std::size_t size>
complaint set_field(const std::array<field<Thing>, size>& fields, Thing& to, std::string_view key,
                    std::string_view value) {
    const auto at = std::ranges::find(fields, key, &field<Thing>::key);
    BOOST_ASSERT(at != fields.end());
    return at->set(to, value);
}

bool is_digit(char each) { return each >= '0' && each <= '9'; }

bool is_of_name(char each) {
    return is_digit(each) || (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           std::string_view("._:-").contains(each);
}

// Why a text is not a number between the bounds, in the words that help to correct it.
std::string_view trouble_with(std::string_view text) {
    const bool sign = text.starts_with('-');
    const auto digits = text.substr(sign ? 1 : 0);
    if (!digits.empty() && std::ranges::all_of(digits, is_digit))
        return sign ? "must not be negative" : "is out of bounds";
    const auto is_of_fraction = [](char each) { return is_digit(each) || each == '.'; };
    if (digits.size() > 1 && std::ranges::all_of(digits, is_of_fraction))
        return "must be a whole number";
    return "is not a number";
}

}  // namespace

complaint read_number(std::string_view text, unsigned least, unsigned most, unsigned& into) {
    unsigned units = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), units);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    const bool leading_zero = text.size() > 1 && text.starts_with('0') && whole;
    if (whole && !leading_zero && units >= least && units <= most) {
        into = units;
        return {};
    }
    const auto trouble =
        leading_zero ? "must be written without leading zeros" : trouble_with(text);
    return fmt::format("{} ({}, {} to {})", trouble, in_quotes(text), least, most);
}

complaint check_name(std::string_view text) {
    if (text.empty()) return "must not be empty";
    if (text.size() > name_max)
        return fmt::format("is too long ({} characters, at most {})", text.size(), name_max);
    if (std::ranges::all_of(text, is_of_name)) return {};
    return fmt::format("holds other characters than letters, digits and . : _ - ({})",
                       in_quotes(text));
}

complaint assign(resource& to, std::string_view key, std::string_view value) {
    return set_field(of_resource, to, key, value);
}
complaint assign(consumer& to, std::string_view key, std::string_view value) {
    return set_field(of_consumer, to, key, value);
}
complaint assign(multipliers& to, std::string_view key, std::string_view value) {
    return set_field(of_multipliers, to, key, value);
}

std::span<const std::string_view> resource_keys() { return keys_of_resource; }
std::span<const std::string_view> consumer_keys() { return keys_of_consumer; }
std::span<const std::string_view> resource_figure_keys() {
    static const auto name = std::ranges::find(keys_of_resource, "reserve_setting");
    return {keys_of_resource.begin(), name};
}
std::span<const std::string_view> figure_keys() {
    static const auto pool = std::ranges::find(keys_of_consumer, "pool");
    return {pool, keys_of_consumer.end()};  // what stands before it are names
}
std::span<const std::string_view> multiplier_keys() { return keys_of_multipliers; }

bool holds(std::span<const std::string_view> keys, std::string_view key) {
    return std::ranges::find(keys, key) != keys.end();
}

}  // namespace headroom::command
