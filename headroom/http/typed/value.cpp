#include "headroom/http/typed/value.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>
#include <cmath>

#include "headroom/observability/utf8.hpp"

namespace headroom::http::typed {
namespace json = boost::json;
namespace {

constexpr std::int64_t exact_max = std::int64_t{1} << 53;  // of whole numbers in a double

std::optional<std::uint64_t> outside(whole_bounds within, const place& at, faults& found) {
    const auto most = within.below_zero ? std::to_string(static_cast<std::int64_t>(within.most))
                                        : std::to_string(within.most);
    found.add(at, fmt::format("must be a whole number from {} to {}", within.least, most));
    return std::nullopt;
}

bool is_above(std::int64_t number, whole_bounds within) {
    if (within.below_zero) return number > static_cast<std::int64_t>(within.most);
    return number > 0 && static_cast<std::uint64_t>(number) > within.most;
}

std::optional<std::uint64_t> within_bounds(std::int64_t number, whole_bounds within,
                                           const place& at, faults& found) {
    if (number < within.least || is_above(number, within)) return outside(within, at, found);
    return static_cast<std::uint64_t>(number);
}

std::optional<std::uint64_t> within_bounds(std::uint64_t number, whole_bounds within,
                                           const place& at, faults& found) {
    if (within.below_zero || number > within.most) return outside(within, at, found);
    return number;
}

/// All of `text`, in plain decimal digits.
template <class Number>
std::optional<Number> parsed(std::string_view text) {
    Number made{};
    const auto read = std::from_chars(text.begin(), text.end(), made);
    if (read.ec != std::errc() || read.ptr != text.end()) return std::nullopt;
    return made;
}

}  // namespace

namespace detail {

std::optional<std::uint64_t> whole_in(const json::value& from, whole_bounds within,
                                      const place& at, faults& found) {
    if (const auto* number = from.if_int64()) return within_bounds(*number, within, at, found);
    if (const auto* number = from.if_uint64()) return within_bounds(*number, within, at, found);
    if (const auto* number = from.if_double())
        if (std::trunc(*number) == *number && std::abs(*number) <= double{exact_max})
            return within_bounds(static_cast<std::int64_t>(*number), within, at, found);
    return outside(within, at, found);
}

std::optional<std::uint64_t> whole_in(std::string_view from, whole_bounds within, const place& at,
                                      faults& found) {
    if (const auto number = parsed<std::int64_t>(from))
        return within_bounds(*number, within, at, found);
    if (const auto number = parsed<std::uint64_t>(from))
        return within_bounds(*number, within, at, found);
    return outside(within, at, found);
}

json::object whole_schema(whole_bounds within) {
    json::object made{{"type", "integer"}};
    const bool small = within.least >= std::numeric_limits<std::int32_t>::min() &&
                       within.most <= std::numeric_limits<std::int32_t>::max();
    if (small) made["format"] = "int32";
    else if (within.most <= std::numeric_limits<std::int64_t>::max()) made["format"] = "int64";
    // What no format says. (JSON Schema's own numbers are too coarse for the bounds of int64.)
    const bool exact = within.least == std::numeric_limits<std::int32_t>::min() &&
                       within.most == std::numeric_limits<std::int32_t>::max();
    if (within.least == 0 || (small && !exact)) made["minimum"] = within.least;
    if (small && !exact) made["maximum"] = within.most;
    return made;
}

std::optional<double> number_in(const json::value& from, const place& at, faults& found) {
    if (from.is_number()) return from.to_number<double>();
    found.add(at, "must be a number");
    return std::nullopt;
}

std::optional<double> number_in(std::string_view from, const place& at, faults& found) {
    const auto number = parsed<double>(from);
    if (number && std::isfinite(*number)) return number;
    found.add(at, "must be a number");
    return std::nullopt;
}

void write_number(std::string& to, double value) {
    if (std::isfinite(value)) fmt::format_to(std::back_inserter(to), "{}", value);
    else to += "null";  // JSON has no other word for it
}

const json::string* string_in(const json::value& from, const place& at, faults& found) {
    const auto* text = from.if_string();
    if (text == nullptr) found.add(at, "must be a string");
    return text;
}

}  // namespace detail

std::optional<bool> value<bool>::from_json(const json::value& from, const place& at,
                                           faults& found) {
    if (const auto* flag = from.if_bool()) return *flag;
    found.add(at, "must be true or false");
    return std::nullopt;
}

std::optional<bool> value<bool>::from_text(std::string_view from, const place& at,
                                           faults& found) {
    if (from == "true" || from == "false") return from == "true";
    found.add(at, "must be true or false");
    return std::nullopt;
}

std::optional<std::string> value<std::string>::from_json(const json::value& from, const place& at,
                                                         faults& found) {
    const auto* text = detail::string_in(from, at, found);
    if (text == nullptr) return std::nullopt;
    return std::string(*text);
}

void value<std::string>::write(std::string& to, std::string_view of) {
    observability::append_json(to, of);
}

// Into memory of its own: the request's goes away with the reading.
std::optional<json::value> value<json::value>::from_json(const json::value& from, const place&,
                                                         faults&) {
    return json::value(from, json::storage_ptr());
}

void value<json::value>::write(std::string& to, const json::value& of) {
    to += json::serialize(of);
}

std::optional<json::object> value<json::object>::from_json(const json::value& from,
                                                           const place& at, faults& found) {
    if (const auto* members = from.if_object())
        return json::object(*members, json::storage_ptr());
    found.add(at, "must be an object");
    return std::nullopt;
}

void value<json::object>::write(std::string& to, const json::object& of) {
    to += json::serialize(of);
}

}  // namespace headroom::http::typed
