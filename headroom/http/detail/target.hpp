// http/detail/target.hpp: the four forms of a request target (RFC 9112 section 3.2).
#pragma once
#include <algorithm>
#include <string>
#include <string_view>

#include "headroom/http/detail/fault.hpp"
#include "headroom/http/method.hpp"

namespace headroom::http::detail {

/// Views into the target, but for a path that had to be decoded: then into `decoded`.
struct target {
    std::string_view raw_path;   ///< "/a%20b"; empty for "*"
    std::string_view path;       ///< "/a b"
    std::string_view query;      ///< as sent, without "?"
    std::string_view authority;  ///< of the absolute form, else empty
};

/// Accepts exactly the grammar: anything else, and a path that does not decode to UTF-8 without
/// control characters, is a fault. `decoded` must live as long as the answer.
parsed<target> parse_target(method verb, std::string_view text, std::string& decoded);

/// Host, with an optional port, as in the Host field. May be empty (RFC 9112 section 3.2).
bool is_host(std::string_view text) noexcept;

/// Replaces %XX. Requires well-formed escapes, as parse_target() has checked them.
std::string decode(std::string_view encoded);
/// The same of a name or a value in a query, where "+" is a space.
std::string decode_form(std::string_view encoded);

/// Calls `each` with name and value of every pair of a query, still encoded.
template <class Each>
void for_each_pair(std::string_view query, Each each) {
    while (!query.empty()) {
        const auto pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(query.size(), pair.size() + 1));
        const auto equals = std::min(pair.find('='), pair.size());
        each(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
    }
}

/// UTF-8 without control characters.
bool is_clean_utf8(std::string_view text) noexcept;

}  // namespace headroom::http::detail
