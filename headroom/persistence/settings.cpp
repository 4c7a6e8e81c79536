#include "headroom/persistence/settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace headroom::persistence {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr unsigned async_pool_max = 100, async_overflow_max = 100;
constexpr unsigned sync_pool_max = 50, sync_overflow_max = 50;
constexpr unsigned port_max = 65535;
constexpr std::array<std::string_view, 5> parts{"DATABASE_HOST", "DATABASE_PORT", "DATABASE_USER",
                                                "DATABASE_PASSWORD", "DATABASE_NAME"};
constexpr std::array<std::string_view, 5> guessable{"postgres", "password", "changeme", "secret",
                                                    "admin"};

tls_default tls_of(const setting_reader& from) {
    return from.profile() == profile::production ? tls_default::verify_full : tls_default::require;
}

// Enters an address's faults under the variable it came from, or shows what it means.
connect_info accept(setting_reader& from, std::string_view variable,
                    std::expected<connect_info, connect_faults> parsed) {
    if (parsed) return std::move(*parsed);
    for (auto& each : parsed.error()) from.fault(variable, std::move(each));
    return {};
}

connect_info parse_url(setting_reader& from, std::string_view variable, const secret& url) {
    auto info = accept(from, variable, parse_connect_info(url.reveal(), tls_of(from)));
    if (!info.database.empty()) from.show(variable, info.describe());
    return info;
}

// Declared always, so that they are documented and checked also where the URL decides.
connect_info read_parts(setting_reader& from) {
    connect_info info;
    info.host =
        from.text({.name = parts[0],
                   .fallback = "localhost",
                   .length_max = 255,
                   .doc = "Without DATABASE_URL: a name, an address or a socket directory."});
    info.port = from.count({.name = parts[1],
                            .fallback = 5432,
                            .min = 1,
                            .max = port_max,
                            .doc = "Without DATABASE_URL: the server's port."});
    info.user = from.text({.name = parts[2],
                           .fallback = "postgres",
                           .length_max = 63,
                           .doc = "Without DATABASE_URL: the role that signs in."});
    info.password = from.hidden({.name = parts[3],
                                 .doc = "Without DATABASE_URL: its password, postgres by default "
                                        "(refused in production)."});
    if (!from.is_set(parts[3])) info.password = secret("postgres");
    info.database = from.text({.name = parts[4],
                               .fallback = "app",
                               .length_max = 63,
                               .doc = "Without DATABASE_URL: the database."});
    return info;
}

void forbid_guessable(setting_reader& from, std::string_view variable, const connect_info& info) {
    if (from.profile() != profile::production) return;
    const auto known = std::ranges::find(guessable, info.password.reveal()) != guessable.end();
    if (known) from.fault(variable, "the password is one that everybody tries first");
}

connect_info read_serve_address(setting_reader& from) {
    const auto url = from.hidden(
        {.name = "DATABASE_URL",
         .doc = "postgresql://user:password@host:port/database?sslmode=..., percent-encoded: the "
                "database served, as the app role."});
    auto from_parts = read_parts(from);
    const bool any = std::ranges::any_of(parts, [&](auto name) { return from.is_set(name); });
    if (from.is_set("DATABASE_URL")) {
        if (any) from.warn("DATABASE_URL", "decides; DATABASE_HOST and its siblings are not used");
        auto info = parse_url(from, "DATABASE_URL", url);
        forbid_guessable(from, "DATABASE_URL", info);
        return info;
    }
    if (!any && from.profile() == profile::production)
        from.fault("DATABASE_URL", "must be set in production",
                   "DATABASE_URL_FILE keeps it secret");
    forbid_guessable(from, "DATABASE_PASSWORD", from_parts);
    return accept(from, "DATABASE_HOST", checked(std::move(from_parts), tls_of(from)));
}

/// Control holds session locks and listens, which gets lost behind a pooler: it needs a way around.
void read_direct_address(setting_reader& from, database_settings& to) {
    auto direct = read_other_login(
        from, "HEADROOM_DIRECT_URL",
        "The same database on the server itself, where DATABASE_URL is a PgBouncer with "
        "transaction pooling: control, feed and projections go this way, queries and appends "
        "through the pooler.",
        to.serve);
    to.pooler_limit = from.optional_count(
        {.name = pooler_limit_setting,
         .min = 1,
         .max = budget::figure_max,
         .doc = "Client connections the pooler of DATABASE_URL lets this service open in all: its "
                "share of max_client_conn."},
        "not known, and the verdict of postgres:pooler UNKNOWN");
    if (!from.is_set("HEADROOM_DIRECT_URL")) {
        if (to.pooler_limit) from.warn(pooler_limit_setting, "is not used: there is no pooler");
        return;
    }
    to.pooler = std::exchange(to.serve, std::move(direct));
}

void read_pools(setting_reader& from, database_settings& to) {
    to.async = split_async_pool(from.count(
        {.name = "DATABASE_ASYNC_POOL_SIZE",
         .fallback = 2,
         .min = 1,
         .max = async_pool_max,
         .doc =
             "Connections the async engine always has: half lanes (1 to 4), the rest sessions."}));
    to.async_overflow = from.optional_count(
        {.name = "DATABASE_ASYNC_MAX_OVERFLOW",
         .max = async_overflow_max,
         .doc = "The most that lanes, and sessions, may borrow from the reserve."},
        "the whole reserve");
    to.sync_pool = from.count(
        {.name = "DATABASE_SYNC_POOL_SIZE",
         .fallback = 1,
         .max = sync_pool_max,
         .doc = "Connections the sync engine always has for its transactions; 0: no sync engine."});
    to.sync_overflow =
        from.optional_count({.name = "DATABASE_SYNC_MAX_OVERFLOW",
                             .max = sync_overflow_max,
                             .doc = "The most the sync engine may borrow from the reserve."},
                            "the whole reserve");
}

void read_times(setting_reader& from, database_settings& to) {
    to.pool_timeout =
        from.duration({.name = "DATABASE_POOL_TIMEOUT",
                       .fallback = seconds(30),
                       .min = seconds(1),
                       .max = seconds(300),
                       .doc = "The longest a caller waits for a connection, then refused."});
    to.pool_recycle =
        from.duration({.name = "DATABASE_POOL_RECYCLE",
                       .fallback = hours(1),
                       .min = seconds(60),
                       .max = hours(24),
                       .doc = "The age by which a connection is replaced; from 75 % of it on."});
    to.session_hold =
        from.duration({.name = "HEADROOM_SESSION_HOLD",
                       .fallback = seconds(30),
                       .min = seconds(1),
                       .max = hours(1),
                       .doc = "The longest a caller keeps a borrowed session, then cancelled."});
    to.echo =
        from.flag({.name = "DATABASE_ECHO", .doc = "Statements in the log, without their values."});
}

}  // namespace

async_split split_async_pool(unsigned size) {
    const auto lanes = std::clamp(size / 2, 1U, lanes_max);
    return {lanes, size > lanes ? size - lanes : 0};
}

budget::overflow_terms burst_terms(std::optional<unsigned> overflow_max) {
    if (overflow_max == 0U) return {budget::overflow_kind::fixed, 0};
    return {budget::overflow_kind::shared, overflow_max.value_or(0)};
}

connect_info read_other_login(setting_reader& from, std::string_view variable,
                              std::string_view doc, const connect_info& otherwise) {
    const auto url = from.hidden({.name = variable, .doc = doc});
    if (url.empty()) return otherwise;
    auto info = parse_url(from, variable, url);
    forbid_guessable(from, variable, info);
    return info;
}

database_settings read_database_settings(setting_reader& from) {
    database_settings made;
    made.serve = read_serve_address(from);
    read_direct_address(from, made);
    made.migrate = read_other_login(
        from, "HEADROOM_MIGRATE_URL",
        "The same database as the owner of its tables, for migrate; else as the app role.",
        made.serve);
    made.migrate_timeout = from.duration(
        {.name = "HEADROOM_MIGRATE_TIMEOUT",
         .fallback = hours(1),
         .min = seconds(1),
         .max = hours(24),
         .doc = "How long migrate may work on all its files, a wait for another migrator included; "
                "then it rolls back."});
    read_pools(from, made);
    read_times(from, made);
    return made;
}

}  // namespace headroom::persistence
