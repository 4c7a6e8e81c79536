#include <fmt/format.h>

#include <algorithm>

#include "headroom/http/cors.hpp"
#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/detail/target.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t origin_bytes_max = 300, allowed_items_max = 64;

// As a browser sends it: scheme, host in lower case, a port that is not the scheme's own, no path.
// "null" is what every sandboxed page and file is, and so nobody's name.
bool is_origin(std::string_view text) {
    const auto scheme = text.starts_with("https://") ? 8U : text.starts_with("http://") ? 7U : 0U;
    const auto host = text.substr(scheme);
    if (scheme == 0 || host.empty() || text.size() > origin_bytes_max) return false;
    if (host.ends_with(scheme == 8 ? ":443" : ":80") || host.ends_with(':')) return false;
    return detail::is_host(host) &&
           std::ranges::none_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool has_star(const std::vector<std::string>& list) {
    return std::ranges::find(list, "*") != list.end();
}

using complaint = std::pair<const char*, std::string>;  // the variable, and what it must

void check_tokens(const char* name, const std::vector<std::string>& list,
                  std::vector<complaint>& out) {
    for (const auto& each : list)
        if (!detail::is_token(each) || (each == "*" && list.size() > 1))
            out.emplace_back(name, fmt::format("must be names, or * alone; \"{}\" is not", each));
}

void check_stars(const cors_settings& of, std::vector<complaint>& out) {
    if (!of.allow_credentials) return;
    for (const auto& [name, list] : {std::pair("CORS_ALLOW_ORIGINS", &of.allow_origins),
                                     std::pair("CORS_EXPOSE_HEADERS", &of.expose_headers)})
        if (has_star(*list))
            out.emplace_back(name, "must not be * while CORS_ALLOW_CREDENTIALS is true");
}

std::vector<complaint> complaints(const cors_settings& of) {
    std::vector<complaint> out;
    for (const auto& each : of.allow_origins)
        if (each == "*" ? of.allow_origins.size() > 1 : !is_origin(each))
            out.emplace_back("CORS_ALLOW_ORIGINS",
                             fmt::format("must be origins as browsers send them "
                                         "(https://app.example), or * alone; \"{}\" is not",
                                         each));
    check_tokens("CORS_ALLOW_METHODS", of.allow_methods, out);
    check_tokens("CORS_ALLOW_HEADERS", of.allow_headers, out);
    check_tokens("CORS_EXPOSE_HEADERS", of.expose_headers, out);
    check_stars(of, out);
    return out;
}

}  // namespace

std::vector<std::string> faults(const cors_settings& of) {
    std::vector<std::string> out;
    for (const auto& [name, must] : complaints(of))
        out.push_back(fmt::format("{} {}.", name, must));
    return out;
}

cors_settings read_cors_settings(setting_reader& from) {
    cors_settings out;
    const auto list = [&](std::string_view name, std::vector<std::string>& into,
                          std::string_view doc) {
        into = from.list(
            {.name = name, .fallback = into, .items_max = allowed_items_max, .doc = doc});
    };
    list("CORS_ALLOW_ORIGINS", out.allow_origins,
         "Origins whose pages may read answers: https://app.example; * for every one that sends no "
         "credentials; none: nothing is said.");
    list("CORS_ALLOW_METHODS", out.allow_methods, "What they may ask with; * is all methods.");
    list("CORS_ALLOW_HEADERS", out.allow_headers,
         "Fields they may send; * is whatever the browser asks for.");
    out.allow_credentials = from.flag(
        {.name = "CORS_ALLOW_CREDENTIALS",
         .doc = "Their requests may carry cookies and credentials; not together with origins *."});
    list("CORS_EXPOSE_HEADERS", out.expose_headers, "Fields of answers they may read.");
    out.max_age = std::chrono::duration_cast<std::chrono::seconds>(
        from.duration({.name = "CORS_MAX_AGE",
                       .fallback = out.max_age,
                       .max = std::chrono::hours(24),
                       .doc = "How long a browser keeps what a preflight was told."}));
    for (const auto& [name, must] : complaints(out)) from.fault(name, must);
    return out;
}

}  // namespace headroom::http
