#include "headroom/http/detail/target.hpp"

#include <algorithm>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {
namespace {

// pchar and "/" (and "?" in a query), each "%" followed by two hex digits.
bool is_encoded(std::string_view text, bool query) noexcept {
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (is(text[i], path_char) || (query && text[i] == '?')) continue;
        if (text[i] != '%' || text.size() - i < 3) return false;
        if (!is(text[i + 1], hex_char) || !is(text[i + 2], hex_char)) return false;
        i += 2;
    }
    return true;
}

bool is_port(std::string_view text) noexcept {
    return text.size() <= 5 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

parsed<target> parse_path(std::string_view text, std::string& decoded) {
    target out;
    const auto question = text.find('?');
    out.raw_path = text.substr(0, question);
    if (question != std::string_view::npos) out.query = text.substr(question + 1);
    if (!is_encoded(out.raw_path, false) || !is_encoded(out.query, true))
        return bad("The request target holds a character that must be encoded.");
    out.path = out.raw_path;
    if (out.raw_path.find('%') != std::string_view::npos) {
        decoded = decode(out.raw_path);
        if (!is_clean_utf8(decoded)) return bad("The path does not decode to text.");
        out.path = decoded;
    }
    return out;
}

parsed<target> parse_absolute(std::string_view text, std::string& decoded) {
    const auto colon = text.find("://");
    if (colon == std::string_view::npos) return bad("The request target is malformed.");
    const auto scheme = text.substr(0, colon);
    if (!equal_ignoring_case(scheme, "http") && !equal_ignoring_case(scheme, "https"))
        return bad("The request target names another scheme.");
    text.remove_prefix(colon + 3);
    const auto end = std::min(text.find_first_of("/?"), text.size());
    const auto authority = text.substr(0, end);
    if (authority.empty() || authority.front() == ':' || !is_host(authority))
        return bad("The request target has no valid host.");
    text.remove_prefix(end);
    auto out = parse_path(text, decoded);
    if (!out) return out;
    if (out->raw_path.empty()) out->raw_path = out->path = "/";
    out->authority = authority;
    return out;
}

}  // namespace

parsed<target> parse_target(method verb, std::string_view text, std::string& decoded) {
    if (verb == method::connect) {
        if (text.empty() || !is_host(text)) return bad("The request target is malformed.");
        return bad("This server opens no tunnels.", 501);
    }
    if (text.starts_with('/')) return parse_path(text, decoded);
    if (text == "*") {
        if (verb == method::options) return target{};
        return bad("Only OPTIONS may ask for \"*\".");
    }
    return parse_absolute(text, decoded);
}

bool is_host(std::string_view text) noexcept {
    if (text.starts_with('[')) {
        const auto close = text.find(']');
        if (close == std::string_view::npos || close < 3) return false;
        const auto inside = text.substr(1, close - 1);
        if (!std::ranges::all_of(inside,
                                 [](char c) { return is(c, hex_char) || c == ':' || c == '.'; }))
            return false;
        const auto rest = text.substr(close + 1);
        return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    }
    const auto colon = text.find(':');
    const auto name = text.substr(0, colon);
    if (colon != std::string_view::npos && !is_port(text.substr(colon + 1))) return false;
    return all_of(name, host_char);
}

std::string decode(std::string_view encoded) {
    std::string out;
    out.reserve(encoded.size());
    for (std::size_t i = 0; i < encoded.size(); ++i) {
        if (encoded[i] != '%') {
            out.push_back(encoded[i]);
            continue;
        }
        out.push_back(
            static_cast<char>(hex_value(encoded[i + 1]) * 16 + hex_value(encoded[i + 2])));
        i += 2;
    }
    return out;
}

std::string decode_form(std::string_view encoded) {
    std::string spaced(encoded);
    std::ranges::replace(spaced, '+', ' ');
    return decode(spaced);
}

bool is_clean_utf8(std::string_view text) noexcept {
    for (std::size_t i = 0; i < text.size();) {
        const auto lead = static_cast<unsigned char>(text[i++]);
        if (lead < 0x20 || lead == 0x7f) return false;
        if (lead < 0x80) continue;
        const unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4 || text.size() - i < more) return false;
        unsigned code = lead & (0x3fU >> more);
        for (unsigned k = 0; k < more; ++k) {
            const auto next = static_cast<unsigned char>(text[i++]);
            if ((next & 0xc0U) != 0x80) return false;
            code = (code << 6) | (next & 0x3fU);
        }
        const bool surrogate = code >= 0xd800 && code < 0xe000;
        const bool overlong = (more == 2 && code < 0x800) || (more == 3 && code < 0x10000);
        if (surrogate || overlong || code > 0x10ffff || (code >= 0x80 && code < 0xa0)) return false;
    }
    return true;
}

}  // namespace headroom::http::detail
