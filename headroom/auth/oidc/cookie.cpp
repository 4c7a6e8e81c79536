#include "headroom/auth/oidc/cookie.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/auth/base64url.hpp"

namespace headroom::auth {
namespace {

constexpr std::string_view cookie_prefix = "__Host-";
constexpr std::size_t cookie_value_bytes_max = 4'096, local_path_bytes_max = 2'048;

bool is_base64url(std::string_view text) {
    return text.find_first_not_of(base64url_alphabet) == text.npos;
}

std::string_view without_spaces(std::string_view text) {
    const auto from = std::min(text.find_first_not_of(" \t"), text.size());
    return text.substr(from, text.find_last_not_of(" \t") + 1 - from);
}

/// The value of a pair `__Host-name=value`.
std::optional<std::string_view> value_of(std::string_view pair, std::string_view name) {
    if (!pair.starts_with(cookie_prefix)) return std::nullopt;
    pair.remove_prefix(cookie_prefix.size());
    if (!pair.starts_with(name) || pair.size() <= name.size() || pair[name.size()] != '=')
        return std::nullopt;
    return pair.substr(name.size() + 1);
}

}  // namespace

std::string host_cookie_name(std::string_view name) {
    return std::string(cookie_prefix) + std::string(name);
}

std::string host_cookie(std::string_view name, const secret& value, std::chrono::seconds life) {
    BOOST_ASSERT(is_base64url(value.reveal()));
    return fmt::format("{}{}={}; Path=/; Max-Age={}; Secure; HttpOnly; SameSite=Lax", cookie_prefix,
                       name, life.count() > 0 ? value.reveal() : "",
                       std::max<std::int64_t>(life.count(), 0));
}

std::optional<secret> host_cookie_in(const std::vector<std::string_view>& fields,
                                     std::string_view name) {
    std::optional<std::string_view> found;
    for (auto rest : fields)
        while (!rest.empty()) {
            const auto pair = rest.substr(0, rest.find(';'));
            rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
            const auto value = value_of(without_spaces(pair), name);
            if (value && found) return std::nullopt;
            if (value) found = value;
        }
    if (!found || found->empty() || found->size() > cookie_value_bytes_max || !is_base64url(*found))
        return std::nullopt;
    return secret(std::string(*found));
}

std::string local_path(std::string_view text) {
    // "//host" and "/\host" are other sites to a browser, and it drops tabs and line ends.
    const bool is_path = text.starts_with('/') && !text.starts_with("//") &&
                         text.size() <= local_path_bytes_max;
    const auto may_stand = [](char each) { return each > ' ' && each <= '~' && each != '\\'; };
    return is_path && std::ranges::all_of(text, may_stand) ? std::string(text) : "/";
}

}  // namespace headroom::auth
