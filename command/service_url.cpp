#include "command/service_url.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/fields.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

constexpr unsigned url_port_max = 65'535;

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char each) {
        return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
    });
    return made;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

std::string_view kind_of(std::string_view scheme) {
    const auto base = scheme.substr(0, scheme.find('+'));
    for (const std::string_view each : {"postgres", "postgresql", "ecto", "pgsql", "asyncpg"})
        if (base == each) return "postgres";
    if (base == "prisma") return "postgres";
    return base == "redis" || base == "rediss" || base == "redis-socket" ? "redis" : "";
}

bool is_secret(std::string_view name) {
    for (const std::string_view part : {"pass", "pwd", "secret", "token", "key"})
        if (name.find(part) != std::string_view::npos) return true;
    return false;
}

void add_parameter(service_url& into, std::string_view name, std::string_view value) {
    const auto key = lower(trimmed(name));
    if (key.empty() || is_secret(key) || into.parameters.size() >= url_parameters_max) return;
    into.parameters.emplace(key, trimmed(value));
}

/// Pairs "name=value" between separators.
void take_pairs(service_url& into, std::string_view text, char separator) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        const auto pair = text.substr(0, end);
        if (const auto equals = pair.find('='); equals != std::string_view::npos)
            add_parameter(into, pair.substr(0, equals), pair.substr(equals + 1));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

std::string parameter(const service_url& of, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (const auto at = of.parameters.find(std::string(name)); at != of.parameters.end())
            return at->second;
    return {};
}

void take_port(service_url& into, std::string_view text) {
    unsigned port = 0;
    if (!read_number(text, 1, url_port_max, port)) into.port = port;
}

void take_authority(service_url& into, std::string_view authority) {
    if (const auto at = authority.rfind('@'); at != std::string_view::npos) {
        const auto user_info = authority.substr(0, at);
        const auto colon = user_info.find(':');
        // A user without a password may be a token; before a PostgreSQL host it is a role.
        if (colon != std::string_view::npos || into.kind == "postgres")
            into.user = user_info.substr(0, colon);
        authority.remove_prefix(at + 1);
    }
    const auto bracket = authority.starts_with('[') ? authority.find(']') : 0;
    if (bracket == std::string_view::npos) return;
    const auto colon = std::min(authority.find(':', bracket), authority.size());
    auto host = authority.substr(0, colon);
    if (host.starts_with('[')) host = host.substr(1, bracket - 1);
    into.host = host;
    if (colon < authority.size()) take_port(into, authority.substr(colon + 1));
}

void take_parameters_as_parts(service_url& into) {
    if (into.host.empty()) into.host = parameter(into, {"host", "server", "hostname"});
    if (into.user.empty()) into.user = parameter(into, {"user", "username", "user id", "uid"});
    if (into.database.empty()) into.database = parameter(into, {"dbname", "database"});
    if (into.port == 0) take_port(into, parameter(into, {"port"}));
}

std::optional<service_url> parse_keywords(std::string_view text) {
    service_url made;
    made.scheme = "keywords";
    made.kind = "postgres";
    take_pairs(made, text, ';');
    if (parameter(made, {"host", "server"}).empty()) return {};
    take_parameters_as_parts(made);
    return made;
}

std::optional<service_url> parse_url(std::string_view text, std::size_t scheme_end) {
    service_url made;
    made.scheme = lower(text.substr(0, scheme_end));
    made.kind = kind_of(made.scheme);
    if (made.kind.empty()) return {};
    auto rest = text.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto query = std::min(rest.find('?'), rest.size());
    // A password may hold a raw '/' or '?': what stands before the last '@' is user information.
    const auto last_at = rest.rfind('@', query);
    const auto from = last_at == std::string_view::npos ? 0 : last_at;
    const auto path = std::min(rest.find('/', from), query);
    take_authority(made, rest.substr(0, path));
    if (path < query) made.database = rest.substr(path + 1, query - path - 1);
    if (query < rest.size()) take_pairs(made, rest.substr(query + 1), '&');
    take_parameters_as_parts(made);
    return made;
}

}  // namespace

std::string service_url::server() const {
    if (host.starts_with('/') || host.starts_with("%2F") || host.starts_with("%2f")) return "local";
    const auto own = kind == "redis" ? 6379u : 5432u;
    return fmt::format("{}:{}", printable(host.empty() ? "localhost" : host, name_max),
                       port == 0 ? own : port);
}

std::string service_url::describe() const {
    return fmt::format("{}{}{}", user.empty() ? "" : printable(user, name_max) + "@", server(),
                       database.empty() ? "" : "/" + printable(database, name_max));
}

std::optional<service_url> parse_service_url(std::string_view value) {
    if (value.size() > service_url_bytes_max) return {};
    if (value.starts_with("jdbc:")) value.remove_prefix(5);
    const auto scheme = value.find("://");
    const auto equals = value.find('=');
    if (scheme != std::string_view::npos && scheme < equals) return parse_url(value, scheme);
    if (equals != std::string_view::npos && value.find(';') != std::string_view::npos)
        return parse_keywords(value);
    return {};
}

}  // namespace headroom::command
