#include "headroom/persistence/application_name.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <charconv>

namespace headroom::persistence {
namespace {

constexpr std::size_t member_digits = 8;
constexpr std::string_view of_a_pooler = "pooled";

static_assert(application_name::system_max + application_name::role_max + member_digits +
                  application_name::consumer_max + 3 <= application_name::bytes_max);

bool is_plain(char each) {
    return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9') || each == '.' ||
           each == '_' || each == '-';
}

bool fits(std::string_view part, std::size_t bytes_max) {
    return !part.empty() && part.size() <= bytes_max && std::ranges::all_of(part, is_plain);
}

bool fits(const application_name& all) {
    return fits(all.system, application_name::system_max) &&
           fits(all.role, application_name::role_max) &&
           fits(all.consumer, application_name::consumer_max);
}

// The text up to the next slash, which is dropped; everything when there is none.
std::string_view next_part(std::string_view& text) {
    const auto at = std::min(text.find('/'), text.size());
    const auto part = text.substr(0, at);
    text.remove_prefix(std::min(at + 1, text.size()));
    return part;
}

std::optional<std::uint32_t> hexadecimal(std::string_view digits) {
    std::uint32_t value = 0;
    const auto [end, failed] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    const bool whole = digits.size() == member_digits && failed == std::errc() &&
                       end == digits.data() + digits.size();
    return whole ? std::optional(value) : std::nullopt;
}

}  // namespace

std::string application_name::text() const {
    BOOST_ASSERT_MSG(fits(*this), "a part of an application_name does not fit");
    const auto whose = pooled ? std::string(of_a_pooler) : fmt::format("{:08x}", member);
    auto all = fmt::format("{}/{}/{}/{}", system, role, whose, consumer);
    BOOST_ASSERT(all.size() <= bytes_max);
    return all;
}

std::string application_name::fit(std::string_view name, std::size_t bytes_max) {
    std::string safe(name.substr(0, bytes_max));
    for (char& each : safe) {
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
        if (!is_plain(each)) each = '-';
    }
    return safe.empty() ? std::string("headroom").substr(0, bytes_max) : safe;
}

std::optional<application_name> application_name::parse(std::string_view text) {
    if (text.size() > bytes_max || std::ranges::count(text, '/') != 3) return std::nullopt;
    application_name found;
    found.system = next_part(text);
    found.role = next_part(text);
    const auto whose = next_part(text);
    const auto member = hexadecimal(whose);
    found.pooled = whose == of_a_pooler;
    found.consumer = text;
    if ((!member && !found.pooled) || !fits(found)) return std::nullopt;
    found.member = member.value_or(0);
    return found;
}

}  // namespace headroom::persistence
