#include "headroom/http/detail/websocket_handshake.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {
namespace {

constexpr std::string_view magic = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::string_view our_version = "13";
constexpr std::size_t key_chars = 24;  // 16 bytes in base64

bool lists(const fields& in, std::string_view field, std::string_view element) {
    bool found = false;
    for (const auto& each : in.all())
        if (equal_ignoring_case(each.name, field))
            for_each_element(each.value, [&](std::string_view one) {
                found = found || equal_ignoring_case(one, element);
            });
    return found;
}

bool is_base64(char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '+' || c == '/';
}

// The last character before the padding carries two bits.
bool is_key(std::string_view text) {
    if (text.size() != key_chars || !text.ends_with("==")) return false;
    const auto digits = text.substr(0, key_chars - 2);
    return std::ranges::all_of(digits, is_base64) &&
           std::string_view("AQgw").find(digits.back()) != std::string_view::npos;
}

problem other_version() { return {426, "This path is served to WebSocket clients, version 13."}; }

std::optional<problem> not_asked_for(const request& of) {
    if (of.method != method::get || !lists(of.headers, "connection", "upgrade") ||
        !lists(of.headers, "upgrade", "websocket"))
        return other_version();
    if (of.headers.count("sec-websocket-version") != 1 ||
        of.headers.find("sec-websocket-version") != our_version)
        return other_version();
    if (of.headers.count("sec-websocket-key") != 1 ||
        !is_key(*of.headers.find("sec-websocket-key")))
        return problem{400, "Sec-WebSocket-Key is not 16 bytes in base64."};
    return std::nullopt;
}

std::string_view without_usual_port(std::string_view authority, std::string_view scheme) {
    const std::string_view usual = equal_ignoring_case(scheme, "https") ? ":443" : ":80";
    if (authority.ends_with(usual)) authority.remove_suffix(usual.size());
    return authority;
}

// The page was had by the same scheme, host and port: else whoever can change what comes by
// http://host would speak to https://host as its user.
bool is_own_page(const request& of, std::string_view origin) {
    const auto end = origin.find("://");
    const auto host = of.headers.find("host");
    return end != std::string_view::npos && host &&
           equal_ignoring_case(origin.substr(0, end), of.scheme) &&
           equal_ignoring_case(without_usual_port(origin.substr(end + 3), of.scheme),
                               without_usual_port(*host, of.scheme));
}

// A browser says whose page it shows; that page may be anybody's.
bool may_open(const request& of, const std::vector<std::string>& origins) {
    if (of.headers.count("origin") > 1) return false;
    const auto origin = of.headers.find("origin");
    if (!origin) return true;
    if (!origins.empty()) return std::ranges::find(origins, *origin) != origins.end();
    return is_own_page(of, *origin);
}

std::string choose_protocol_of(const request& of, const std::vector<std::string>& ours) {
    for (const auto& each : ours) {
        bool offered = false;
        for (const auto& field : of.headers.all())
            if (equal_ignoring_case(field.name, "sec-websocket-protocol"))
                for_each_element(field.value,
                                 [&](std::string_view one) { offered = offered || one == each; });
        if (offered) return each;
    }
    return {};
}

}  // namespace

std::string accept_of(std::string_view key) {
    const auto text = std::string(key).append(magic);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
    std::array<unsigned char, 4 * EVP_MAX_MD_SIZE / 3 + 4> encoded{};
    const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
    return {reinterpret_cast<const char*>(encoded.data()), static_cast<std::size_t>(length)};
}

response upgrade_required(problem why) {
    response refused(std::move(why));
    refused.with("Upgrade", "websocket").with("Sec-WebSocket-Version", our_version);
    return refused;
}

std::expected<websocket_agreement, problem> shake_hands(const request& of,
                                                        const websocket_terms& terms) {
    if (auto why = not_asked_for(of)) return std::unexpected(std::move(*why));
    if (!may_open(of, terms.origins))
        return std::unexpected(problem{403, "Pages of this origin may not open it."});
    return websocket_agreement{
        .accept = accept_of(*of.headers.find("sec-websocket-key")),
        .protocol = choose_protocol_of(of, terms.protocols),
        .deflate = terms.deflate ? choose_deflate(of.headers) : std::nullopt};
}

}  // namespace headroom::http::detail
