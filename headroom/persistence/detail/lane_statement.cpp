#include "headroom/persistence/detail/lane_statement.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace headroom::persistence::detail {
namespace {

constexpr std::array<std::string_view, 10> welcome{"SELECT", "INSERT", "UPDATE", "DELETE",
                                                   "WITH",   "VALUES", "TABLE",  "MERGE",
                                                   "SHOW",   "EXPLAIN"};

constexpr char upper(char each) noexcept {
    return each >= 'a' && each <= 'z' ? static_cast<char>(each - 'a' + 'A') : each;
}

// Blanks, opening brackets, and comments of both kinds (nested ones are a rarity, and refused).
std::string_view without_lead(std::string_view text) noexcept {
    for (;;) {
        text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n("), text.size()));
        std::size_t end = 0;
        if (text.starts_with("--")) end = text.find('\n');
        else if (text.starts_with("/*")) end = text.find("*/");
        else return text;
        if (end == std::string_view::npos) return {};
        text.remove_prefix(text[end] == '\n' ? end + 1 : end + 2);
    }
}

}  // namespace

bool fits_a_lane(std::string_view text) noexcept {
    text = without_lead(text);
    return std::ranges::any_of(welcome, [&](std::string_view word) {
        return text.size() >= word.size() &&
               std::ranges::equal(word, text.substr(0, word.size()), {}, {}, upper) &&
               (text.size() == word.size() || upper(text[word.size()]) < 'A' ||
                upper(text[word.size()]) > 'Z');
    });
}

}  // namespace headroom::persistence::detail
