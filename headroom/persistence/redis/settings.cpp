#include "headroom/persistence/redis/settings.hpp"

#include <algorithm>
#include <array>

namespace headroom::redis {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned port_max = 65'535, databases_max = 15, clients_max = 1'000'000;
constexpr milliseconds timeout_min{100};
constexpr std::array<std::string_view, 4> parts{"REDIS_HOST", "REDIS_PORT", "REDIS_DB",
                                                "REDIS_PASSWORD"};

std::string check_url(std::string_view text) {
    for (const std::string_view scheme :
         {"redis://", "rediss://", "unix://", "redis+socket://", "redis+sentinel://",
          "rediss+sentinel://"})
        if (text.starts_with(scheme) && text.size() > scheme.size()) return "";
    return "begin with redis://, rediss://, unix:// or redis+sentinel://";
}

std::optional<connect_info> parse(setting_reader& from, std::string_view variable,
                                  const secret& url) {
    if (url.empty()) return std::nullopt;  // unset, or at fault already
    auto parsed = parse_connect_info(url.reveal());
    if (!parsed) {
        for (auto& each : parsed.error()) from.fault(variable, std::move(each));
        return std::nullopt;
    }
    from.show(variable, parsed->describe());
    for (const auto& each : parsed->unread)
        from.warn(variable, "nothing reads its parameter " + each);
    const bool in_clear = !parsed->tls && !parsed->is_local() && !parsed->password.empty();
    if (in_clear && from.profile() == profile::production)
        from.warn(variable, "the password travels in clear", "rediss:// encrypts");
    return *std::move(parsed);
}

/// Declared always, so that they are documented and checked also where the URL decides.
std::optional<connect_info> read_parts(setting_reader& from) {
    connect_info info;
    info.host = from.text({.name = parts[0],
                           .fallback = "localhost",
                           .length_max = 253,
                           .doc = "Without REDIS_URL: the server."});
    info.port = from.count({.name = parts[1],
                            .fallback = port_usual,
                            .min = 1,
                            .max = port_max,
                            .doc = "Without REDIS_URL: its port."});
    info.database = from.count({.name = parts[2],
                                .fallback = 0,
                                .max = databases_max,
                                .doc = "Without REDIS_URL: the database number."});
    info.password = from.hidden({.name = parts[3], .doc = "Without REDIS_URL: the password."});
    if (std::ranges::none_of(parts, [&](auto name) { return from.is_set(name); }))
        return std::nullopt;
    return info;
}

void read_times(setting_reader& from, settings& to) {
    to.silence = from.duration(
        {.name = "REDIS_SOCKET_TIMEOUT",
         .fallback = seconds(5),
         .min = timeout_min,
         .max = minutes(5),
         .doc = "After this much silence of an idle connection the server is asked."});
    to.connect_timeout = from.duration(
        {.name = "REDIS_SOCKET_CONNECT_TIMEOUT",
         .fallback = seconds(5),
         .min = timeout_min,
         .max = minutes(5),
         .doc = "How long one attempt to connect may take, sentinels included."});
}

budget::consumer claimant(const char* name, const char* of, unsigned pool) {
    budget::consumer made;
    made.name = name;
    made.package = "persistence";
    made.resource = of;
    made.pool = pool;
    made.minimum = pool;
    made.hardcoded = true;
    return made;
}

}  // namespace

budget::consumer kept_connection(const char* name, const char* package) {
    auto made = claimant(name, resource, 1);
    made.package = package;
    made.overflow = {budget::overflow_kind::shared, 1};
    made.waits_on_nobody = true;
    made.application_name = std::string("*/*/*/") + name;
    return made;
}

settings read_settings(setting_reader& from) {
    settings made;
    const auto url = from.hidden(
        {.name = "REDIS_URL",
         .rule = check_url,
         .doc = "redis://user:password@host:port/number, rediss:// with TLS, "
                "unix:///path?db=number, or "
                "redis+sentinel://user:password@host:port,host:port/master/number. Without it and "
                "its parts there is no Redis."});
    const auto tasks = from.hidden({.name = "TASKIQ_REDIS_URL",
                                    .rule = check_url,
                                    .doc = "The tasks' Redis; else REDIS_URL, the next database "
                                           "where the server has one."});
    made.connections_max = from.count({.name = "REDIS_POOL_SIZE",
                                       .fallback = 10,
                                       .min = 1,
                                       .max = 100,
                                       .doc = "Connections to Redis at most."});
    made.clients_max = from.optional_count(
        {.name = "REDIS_MAXCLIENTS",
         .min = 1,
         .max = clients_max,
         .doc = "What the server allows, where its access list hides maxclients from us."},
        "what the server says");
    made.server = read_parts(from);
    if (from.is_set("REDIS_URL")) {
        if (made.server)
            from.warn("REDIS_URL", "decides; REDIS_HOST and its siblings are not used");
        made.server = parse(from, "REDIS_URL", url);
    }
    made.tasks = parse(from, "TASKIQ_REDIS_URL", tasks);
    if (!made.tasks && made.server) {
        made.tasks = made.server;
        made.tasks->spare_database = made.tasks->database++;
    }
    read_times(from, made);
    return made;
}

unsigned reserve_of(const settings& of, unsigned floors) {
    return std::min(floors, of.connections_max - std::min(floors, of.connections_max));
}

std::vector<budget::consumer> consumers(const settings& of, uses what) {
    std::vector<budget::consumer> all;
    if (!of.server) return all;
    if (what.shared) all.push_back(kept_connection(shared_consumer, "persistence"));
    if (what.push) all.push_back(kept_connection(push_consumer, "persistence"));
    const auto floors = static_cast<unsigned>(all.size());
    if (floors == 0) return all;
    all.push_back(claimant(sockets_consumer, "files", floors + reserve_of(of, floors)));
    return all;
}

}  // namespace headroom::redis
