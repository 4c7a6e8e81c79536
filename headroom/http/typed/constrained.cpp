#include "headroom/http/typed/constrained.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/regex.hpp>

namespace headroom::http::typed {
namespace json = boost::json;
namespace {

/// Requires UTF-8: counts the bytes that begin a character.
std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (const char each : text)
        if ((static_cast<unsigned char>(each) & 0xC0U) != 0x80U) ++count;
    return count;
}

std::string range(std::size_t least, std::size_t most) {
    return least == most ? std::to_string(least) : fmt::format("{} to {}", least, most);
}

}  // namespace

struct pattern::compiled {
    boost::regex expression;
};

pattern::pattern(std::string_view expression)
    : is_(std::make_unique<const compiled>(
          boost::regex(expression.begin(), expression.end(), boost::regex::perl))) {}
pattern::~pattern() = default;

// Boost.Regex gives up on an expression that would take time without bound, and throws.
bool pattern::fits(std::string_view text) const {
    try {
        return boost::regex_match(text.begin(), text.end(), is_->expression);
    } catch (const std::runtime_error&) {
        return false;
    }
}

namespace detail {

bool is_within(std::string_view text, std::size_t least, std::size_t most, const place& at,
               faults& found) {
    const auto length = characters(text);
    if (length >= least && length <= most) return true;
    found.add(at, fmt::format("must have {} characters", range(least, most)));
    return false;
}

bool is_within(std::size_t items, std::size_t least, std::size_t most, const place& at,
               faults& found) {
    if (items >= least && items <= most) return true;
    found.add(at, fmt::format("must have {} items", range(least, most)));
    return false;
}

bool fits(const pattern& shape, std::string_view text, std::string_view expression,
          const place& at, faults& found) {
    if (shape.fits(text)) return true;
    found.add(at, fmt::format("must fit {}", expression));
    return false;
}

std::string anchored(std::string_view expression) { return fmt::format("^(?:{})$", expression); }

void out_of_bounds(std::string least, std::string most, const place& at, faults& found) {
    found.add(at, fmt::format("must be a number from {} to {}", least, most));
}

json::object with_default(json::object schema, std::string_view text) {
    schema["default"] = json::parse(text);
    return schema;
}

}  // namespace detail
}  // namespace headroom::http::typed
