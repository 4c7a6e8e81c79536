#include "headroom/auth/jws.hpp"

#include <algorithm>
#include <boost/json/monotonic_resource.hpp>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth {
namespace {

constexpr std::string_view media_prefix = "application/";

std::string media_type(std::string_view typ) {
    std::string made(typ);
    for (char& each : made)
        if (each >= 'A' && each <= 'Z') each = static_cast<char>(each - 'A' + 'a');
    // RFC 7515, 4.1.9: left out where no other slash follows.
    if (made.starts_with(media_prefix) && made.find('/', media_prefix.size()) == made.npos)
        made.erase(0, media_prefix.size());
    return made;
}

bool needs_extension(const boost::json::object& header) {
    if (header.contains("crit")) return true;
    const auto* b64 = header.if_contains("b64");
    return b64 != nullptr && !(b64->is_bool() && b64->get_bool());
}

std::expected<jws_header, token_fault> read_header(std::string_view text) {
    using enum token_fault;
    unsigned char buffer[1024];
    boost::json::monotonic_resource memory(buffer);
    const auto header = detail::strict_object(text, &memory);
    if (!header) return std::unexpected(not_json);
    if (needs_extension(*header)) return std::unexpected(critical_extension);
    const auto alg = detail::text_of(*header, "alg");
    if (!alg) return std::unexpected(bad_header);
    const auto named = algorithm_named(*alg);
    if (!named) return std::unexpected(algorithm_refused);
    jws_header made{*named, {}, {}};
    if (header->contains("kid")) {
        const auto kid = detail::text_of(*header, "kid");
        if (!kid || kid->size() > kid_bytes_max) return std::unexpected(bad_header);
        made.kid = *kid;
    }
    if (header->contains("typ")) {
        const auto typ = detail::text_of(*header, "typ");
        if (!typ) return std::unexpected(bad_header);
        made.typ = media_type(*typ);
    }
    return made;
}

}  // namespace

std::expected<jws, token_fault> parse_jws(std::string_view token) {
    using enum token_fault;
    if (token.size() > token_bytes_max) return std::unexpected(too_large);
    if (std::ranges::count(token, '.') != 2) return std::unexpected(not_three_parts);
    const auto first = token.find('.'), second = token.rfind('.');
    const auto head = from_base64url(token.substr(0, first));
    auto payload = from_base64url(token.substr(first + 1, second - first - 1));
    auto signature = from_base64url(token.substr(second + 1));
    if (!head || !payload || !signature) return std::unexpected(not_base64url);
    auto header = read_header(*head);
    if (!header) return std::unexpected(header.error());
    return jws{std::move(*header), std::move(*payload), std::move(*signature),
               token.substr(0, second)};
}

}  // namespace headroom::auth
