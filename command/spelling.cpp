#include "command/spelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "headroom/runtime/suggestion.hpp"

namespace headroom::command {
namespace {

constexpr std::size_t quoted_max = 40;

bool ends_a_dotted(std::string_view typed, std::string_view word) {
    return !typed.empty() && word.size() > typed.size() && word.ends_with(typed) &&
           word[word.size() - typed.size() - 1] == '.';
}

}  // namespace

std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words) {
    const auto dotted = std::ranges::find_if(
        words, [&](std::string_view word) { return ends_a_dotted(typed, word); });
    const auto best = dotted != words.end()
                          ? std::string(*dotted)
                          : nearest(typed, std::vector<std::string>(words.begin(), words.end()));
    return best.empty() ? std::string{} : fmt::format(" (did you mean {}?)", best);
}

std::string printable(std::string_view text, std::size_t characters_max) {
    std::string safe;
    for (const char each : text.substr(0, characters_max))
        safe += each >= ' ' && each <= '~' ? each : '?';
    return text.size() > characters_max ? safe + "..." : safe;
}

std::string in_quotes(std::string_view text) { return "'" + printable(text, quoted_max) + "'"; }

}  // namespace headroom::command
