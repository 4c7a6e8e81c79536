#include "headroom/http/compression.hpp"

#include <algorithm>
#include <array>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {
namespace {

constexpr std::array<std::string_view, 8> compressible{
    "application/json",     "application/problem+json", "application/javascript",
    "application/xml",      "application/openapi+json", "application/openmetrics-text",
    "application/manifest+json", "image/svg+xml"};

// RFC 9110 section 12.4.2, in thousandths; 0 for what is no weight.
unsigned weight_of(std::string_view parameters) {
    parameters = detail::trim(parameters);
    if (parameters.empty()) return 1000;
    if (parameters.size() < 3 || detail::lower(parameters[0]) != 'q' || parameters[1] != '=')
        return 0;
    const auto value = parameters.substr(2);
    if (value.size() > 5 || (value[0] != '0' && value[0] != '1')) return 0;
    unsigned thousandths = value[0] == '1' ? 1000 : 0;
    if (value.size() > 1 && value[1] != '.') return 0;
    unsigned unit = 100;
    for (const char c : value.substr(std::min<std::size_t>(2, value.size()))) {
        if (c < '0' || c > '9') return 0;
        thousandths += static_cast<unsigned>(c - '0') * unit;
        unit /= 10;
    }
    return thousandths > 1000 ? 0 : thousandths;
}

struct wishes {
    int brotli = -1, gzip = -1, identity = -1, any = -1;  // -1: not named

    void hear(std::string_view element) {
        const auto semicolon = element.find(';');
        const auto name = detail::trim(element.substr(0, semicolon));
        const int weight = semicolon == std::string_view::npos
                               ? 1000
                               : static_cast<int>(weight_of(element.substr(semicolon + 1)));
        if (detail::equal_ignoring_case(name, "br")) brotli = weight;
        if (detail::equal_ignoring_case(name, "gzip") ||
            detail::equal_ignoring_case(name, "x-gzip"))
            gzip = weight;
        if (detail::equal_ignoring_case(name, "identity")) identity = weight;
        if (name == "*") any = weight;
    }
    int of(int named) const { return named >= 0 ? named : std::max(any, 0); }
    // What nobody named is fine, but any coding that was asked for is better.
    int of_identity() const { return identity >= 0 ? identity : 0; }
};

bool has_field(const response& answer, std::string_view name) {
    return std::ranges::any_of(answer.added(), [name](const auto& each) {
        return detail::equal_ignoring_case(each.first, name);
    });
}

}  // namespace

std::string_view to_string(coding of) noexcept {
    return of == coding::gzip ? "gzip" : of == coding::brotli ? "br" : "identity";
}

coding preferred_coding(const fields& asked) noexcept {
    wishes all;
    for (const auto& each : asked.all())
        if (detail::equal_ignoring_case(each.name, "accept-encoding"))
            for_each_element(each.value, [&](std::string_view element) { all.hear(element); });
    const auto brotli = all.of(all.brotli), gzip = all.of(all.gzip);
    const auto best = std::max(brotli, gzip);
    if (best <= 0 || best < all.of_identity()) return coding::identity;
    return brotli >= gzip ? coding::brotli : coding::gzip;
}

bool is_compressible(std::string_view content_type) noexcept {
    const auto type = detail::trim(content_type.substr(0, content_type.find(';')));
    if (detail::equal_ignoring_case(type, "text/event-stream")) return false;
    if (type.size() > 5 && detail::equal_ignoring_case(type.substr(0, 5), "text/")) return true;
    return std::ranges::any_of(compressible, [type](std::string_view each) {
        return detail::equal_ignoring_case(each, type);
    });
}

bool may_compress(const compression_settings& with, const response& answer) noexcept {
    if (answer.body_bytes() < with.bytes_min || answer.body_bytes() > with.bytes_max)
        return false;
    if (!with.on || answer.kept_plain() || !is_compressible(answer.content_type())) return false;
    if (answer.status() < 200 || answer.status() == 204 || answer.status() == 206) return false;
    return !has_field(answer, "Content-Encoding") && !has_field(answer, "Set-Cookie");
}

}  // namespace headroom::http
