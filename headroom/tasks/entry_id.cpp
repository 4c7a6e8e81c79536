#include "headroom/tasks/entry_id.hpp"

#include <charconv>

namespace headroom::tasks {
namespace {

std::optional<std::uint64_t> number_of(std::string_view digits) {
    std::uint64_t number = 0;
    const auto end = digits.data() + digits.size();
    const auto read = std::from_chars(digits.data(), end, number);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    return number;
}

}  // namespace

std::string entry_id::text() const { return std::to_string(ms) + '-' + std::to_string(count); }

std::optional<entry_id> entry_id::parse(std::string_view text) {
    const auto dash = text.find('-');
    if (dash == text.npos) return std::nullopt;
    const auto first = number_of(text.substr(0, dash)), second = number_of(text.substr(dash + 1));
    if (!first || !second) return std::nullopt;
    return entry_id{*first, *second};
}

std::string fence::text() const { return entry.text() + '/' + std::to_string(deliveries); }

}  // namespace headroom::tasks
