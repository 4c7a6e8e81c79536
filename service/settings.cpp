#include "service/settings.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace headroom::service {
namespace {

constexpr char callback_path[] = "/auth/callback";
constexpr std::size_t pepper_bytes_min = 32, defaults_bytes_max = 65'536;

std::string check_pepper(std::string_view text) {
    return text.size() >= pepper_bytes_min ? "" : "have 32 bytes or more";
}

secret read_pepper(setting_reader& from) {
    return from.hidden({.name = "HEADROOM_API_KEY_PEPPER",
                        .rule = check_pepper,
                        .doc = "Under which the secrets of agents' API keys are hashed, at least "
                               "32 bytes; without it no key is issued."});
}

std::chrono::milliseconds read_key_lifetime(setting_reader& from) {
    return from.duration({.name = "HEADROOM_API_KEY_LIFETIME",
                          .fallback = std::chrono::milliseconds(0),
                          .max = std::chrono::hours(24 * 3650),
                          .doc = "After so long an agent's API key expires, at the next night's "
                                 "look by schedule and work; 0: none does."});
}

std::string read_mail_directory(setting_reader& from) {
    return from.text({.name = "HEADROOM_MAIL_DIRECTORY",
                      .length_max = 4'096,
                      .doc = "Where a worker writes mails, a file each; without it none are "
                             "written."});
}

/// Nobody beyond this machine may be let in without a credential.
auth::settings read_auth(setting_reader& from, const http::settings& served) {
    auto made = auth::read_settings(from);
    if (made.bypass && served.beyond_loopback)
        from.fault("AUTH_DEV_BYPASS", "must be off where others than this machine are served",
                   "unset it, or HEADROOM_HTTP_BEYOND_LOOPBACK");
    return made;
}

/// A browser's sign-in needs its provider, and a place for what begins on one process and ends on
/// another.
auth::sign_in_settings read_sign_in(setting_reader& from, const auth::settings& who,
                                    const redis::settings& where) {
    constexpr char client[] = "AUTH_OAUTH_CLIENT_ID";
    auto made = auth::read_sign_in_settings(from);
    if (!made.on()) return made;
    if (who.own_issuer() == nullptr)
        from.fault(client, "must come with the provider's name", "set AUTH_ISSUER");
    if (!where.server)
        from.fault(client, "must come with a Redis for sessions", "set REDIS_URL");
    if (!made.redirect_uri.ends_with(callback_path))
        from.fault("AUTH_OAUTH_REDIRECT_URI", fmt::format("must end with {}", callback_path));
    return made;
}

std::string check_defaults(std::string_view text) {
    const auto parsed = tenancy::parse_system_defaults(text);
    return parsed ? "" : parsed.error();
}

tenancy::system_defaults read_defaults(setting_reader& from) {
    const auto text = from.text({.name = "HEADROOM_SYSTEM_DEFAULTS",
                                 .length_max = defaults_bytes_max,
                                 .rule = check_defaults,
                                 .bound = "a JSON object of keys and values",
                                 .doc = "Configuration that holds where a tenant has none of its "
                                        "own: a JSON object of keys and values."});
    return tenancy::parse_system_defaults(text).value_or(tenancy::system_defaults{});
}

// No settings of ours, but a fault of theirs ends the start like one.
http::proxies read_proxies(setting_reader& to, const environment& from) {
    setting_faults faults, warnings;
    auto made = http::proxies::read([&](std::string_view name) -> std::optional<std::string> {
        auto found = from.find(name, faults, warnings);
        if (!found) return std::nullopt;
        return std::move(found->value);
    });
    for (const auto& each : faults) to.fault(each.variable, each.problem, each.hint);
    for (const auto& each : warnings) to.warn(each.variable, each.problem, each.hint);
    if (made) return *std::move(made);
    for (const auto& each : made.error())
        to.fault(each.variable, each.problem,
                 each.variable.starts_with("no") || each.variable.starts_with("NO")
                     ? "a block of addresses is 10.0.0.0/8"
                     : "a proxy is http://HOST:PORT");
    return {};
}

}  // namespace

std::expected<settings, setting_faults> read_settings(
    const std::vector<std::pair<std::string, std::string>>& overrides) {
    return read_settings(load_environment({.overrides = overrides, .process = environ}));
}

std::expected<settings, setting_faults> read_settings(const environment& from) {
    setting_reader reader(from);
    settings all;
    all.process = read_runtime_settings(reader);
    all.logs = observability::read_settings(reader);
    all.http = http::read_settings(reader);
    all.client = http::read_client_settings(reader);
    all.proxies = read_proxies(reader, from);
    all.auth = read_auth(reader, all.http);
    all.database = persistence::read_database_settings(reader);
    all.redis = redis::read_settings(reader);
    all.sign_in = read_sign_in(reader, all.auth, all.redis);
    all.cache = cache::read_settings(reader, all.process.system);
    all.tasks = tasks::read_settings(reader);
    all.fleet = fleet::read_settings(reader, all.database.serve, all.database.migrate);
    all.events = eventsourcing::read_event_store_settings(reader, all.database.serve);
    all.defaults = read_defaults(reader);
    all.key_pepper = read_pepper(reader);
    all.key_lifetime = read_key_lifetime(reader);
    all.mail_directory = read_mail_directory(reader);
    auto sealed = reader.seal();
    if (!sealed) return std::unexpected(std::move(sealed.error()));
    all.reference = *std::move(sealed);
    all.warnings = reader.warnings();
    all.secrets = reader.secrets();
    for (const auto& each : all.proxies.passwords()) all.secrets.emplace_back(each);
    return all;
}

}  // namespace headroom::service
