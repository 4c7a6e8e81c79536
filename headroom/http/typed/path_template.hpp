// http/typed/path_template.hpp: "/v1/tenants/{tenant}" at compile time.
#pragma once
#include <cstddef>
#include <string_view>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::typed {

/// Well-formed as the router wants it: begins with a slash, a name in braces is a whole segment.
constexpr bool is_path_template(std::string_view text) {
    if (!text.starts_with('/')) return false;
    while (!text.empty()) {
        text.remove_prefix(1);
        const auto segment = text.substr(0, text.find('/'));
        text.remove_prefix(segment.size());
        const bool named = segment.starts_with('{') && segment.ends_with('}');
        if (named ? !http::detail::is_token(segment.substr(1, segment.size() - 2))
                  : !http::detail::all_of(segment, http::detail::path_char))
            return false;
    }
    return true;
}

/// The nth name in braces; empty beyond the last. Requires is_path_template().
constexpr std::string_view path_name(std::string_view text, std::size_t nth) {
    for (;; --nth) {
        const auto open = text.find('{');
        if (open == std::string_view::npos) return {};
        const auto close = text.find('}', open);
        if (nth == 0) return text.substr(open + 1, close - open - 1);
        text.remove_prefix(close + 1);
    }
}

constexpr std::size_t path_names(std::string_view text) {
    std::size_t count = 0;
    while (!path_name(text, count).empty()) ++count;
    return count;
}

constexpr bool names(std::string_view text, std::string_view name) {
    for (std::size_t nth = 0; nth < path_names(text); ++nth)
        if (path_name(text, nth) == name) return true;
    return false;
}

}  // namespace headroom::http::typed
