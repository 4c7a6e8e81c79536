#include "headroom/persistence/redis/error.hpp"

#include <algorithm>

#include "headroom/runtime/secret.hpp"

namespace headroom::redis {
namespace {

constexpr std::string_view full = "ERR max number of clients";
constexpr std::string_view arguments_follow = "with args beginning with";

std::string code_of(std::string_view said) {
    const auto word = said.substr(0, said.find(' '));
    const bool is_one = !word.empty() && word.size() <= 32 && std::ranges::all_of(word, [](char c) {
        return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    return is_one ? std::string(word) : std::string();
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// "config" and "config|set" for CONFIG.
bool names(std::string_view quoted, std::string_view command) {
    if (!std::ranges::equal(quoted.substr(0, command.size()), command, {}, lower, lower))
        return false;
    return quoted.size() == command.size() || quoted[command.size()] == '|';
}

std::string with_quotes_masked(std::string_view text, std::string_view command) {
    std::string shown;
    while (!text.empty()) {
        const auto opening = std::min(text.find_first_of("'\"`"), text.size());
        shown += text.substr(0, opening);
        if (opening == text.size()) break;
        const char mark = text[opening];
        text.remove_prefix(opening + 1);
        const auto closing = std::min(text.find(mark), text.size());
        const auto quoted = text.substr(0, closing);
        const bool apostrophe = closing == text.size() && quoted.starts_with("t ");  // "can't "
        if (names(quoted, command) || apostrophe)
            shown.append(1, mark).append(quoted);
        else
            shown.append(1, mark).append(mask);
        if (closing < text.size()) shown += mark;
        text.remove_prefix(std::min(closing + 1, text.size()));
    }
    return shown;
}

}  // namespace

std::string without_arguments(std::string_view said, std::string_view command) {
    said = said.substr(0, said.find_first_of("\r\n"));
    if (const auto at = said.find(arguments_follow); at != said.npos) said = said.substr(0, at);
    while (said.ends_with(' ') || said.ends_with(',')) said.remove_suffix(1);
    auto shown = with_quotes_masked(said.substr(0, 4 * server_error::text_bytes_max), command);
    if (shown.size() > server_error::text_bytes_max) shown.resize(server_error::text_bytes_max);
    std::ranges::replace_if(shown, [](char c) { return c < ' ' || c > '~'; }, '?');
    return shown;
}

server_error::server_error(std::string_view said, std::string_view name)
    : std::runtime_error((name.empty() ? std::string() : std::string(name) + ": ") +
                         without_arguments(said, name)),
      code_(code_of(said)), full_(said.starts_with(full)) {}

bool server_error::is_of_wrong_server() const noexcept {
    return is(code::read_only) || is(code::loading) || is(code::master_down);
}

}  // namespace headroom::redis
