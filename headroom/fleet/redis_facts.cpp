#include "headroom/fleet/redis_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "headroom/runtime/quantity.hpp"

namespace headroom::fleet {
namespace {

constexpr std::size_t name_bytes_max = 120;

/// Names come from strangers and go to terminals.
std::string printable(std::string_view text) {
    std::string safe(text.substr(0, name_bytes_max));
    std::ranges::replace_if(
        safe, [](char c) { return c < ' ' || c > '~'; }, '?');
    return safe;
}

template <class Each>
void each_part(std::string_view text, char separator, Each each) {
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        each(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

void set_field(redis_client& of, std::string_view key, std::string_view value) {
    const auto number = parse_number(value).value_or(0);
    if (key == "id")
        of.id = static_cast<std::int64_t>(number);
    else if (key == "name")
        of.name = printable(value);
    else if (key == "user")
        of.user = printable(value);
    else if (key == "addr")
        of.host = printable(value.starts_with('/') ? "" : value.substr(0, value.rfind(':')));
    else if (key == "cmd")
        of.command = printable(value.substr(0, value.find('|')));
    else if (key == "db")
        of.database = static_cast<unsigned>(number);
    else if (key == "age")
        of.age_s = number;
    else if (key == "idle")
        of.idle_s = number;
    else if (key == "flags")
        of.replication = value.find('S') != value.npos || value.find('M') != value.npos;
}

}  // namespace

budget::figure redis_facts::number(std::string_view field) const {
    for (const auto* from : {&info, &config})
        if (const auto at = from->find(field); at != from->end())
            if (const auto number = parse_number(at->second)) return number;
    return {};
}

std::string redis_facts::text(std::string_view config_name, std::string_view info_name) const {
    if (const auto at = config.find(config_name); at != config.end()) return printable(at->second);
    const auto at = info.find(info_name);
    return at == info.end() ? "" : printable(at->second);
}

bool redis_facts::is_replica() const { return text("", "role") == "slave"; }

redis_links redis_facts::links() const {
    redis_links found;
    found.replicas = number("connected_slaves").value_or(0);
    found.primary = is_replica() && text("", "master_link_status") == "up" ? 1 : 0;
    found.cluster = number("cluster_connections").value_or(0);
    return found;
}

budget::figure redis_facts::usable() const {
    const auto limit = number("maxclients");
    if (!limit) return {};
    return *limit - std::min(*limit, links().all());
}

// connected_clients holds the link of a replica to its primary, and none of the other links.
budget::figure redis_facts::clients_held() const {
    const auto connected = number("connected_clients");
    if (!connected) return {};
    return *connected - std::min(*connected, 1 + links().primary);
}

budget::figure redis_facts::held() const {
    const auto connected = number("connected_clients");
    if (!connected) return {};
    const auto linked = links();
    return *connected + linked.replicas + linked.cluster - std::min<std::uint64_t>(*connected, 1);
}

std::map<std::string, std::string, std::less<>> parse_redis_info_text(std::string_view text) {
    std::map<std::string, std::string, std::less<>> fields;
    each_part(text, '\n', [&](std::string_view line) {
        if (line.ends_with('\r')) line.remove_suffix(1);
        const auto colon = line.find(':');
        if (line.starts_with('#') || colon == std::string_view::npos) return;
        fields.emplace(line.substr(0, colon), line.substr(colon + 1));
    });
    return fields;
}

std::vector<redis_client> parse_client_list(std::string_view text) {
    std::vector<redis_client> clients;
    each_part(text, '\n', [&](std::string_view line) {
        if (line.empty() || clients.size() >= redis_clients_max) return;
        redis_client one;
        each_part(line, ' ', [&](std::string_view field) {
            const auto equals = field.find('=');
            if (equals != std::string_view::npos)
                set_field(one, field.substr(0, equals), field.substr(equals + 1));
        });
        if (one.id > 0) clients.push_back(std::move(one));
    });
    return clients;
}

bool same_server(const redis_facts& a, const redis_facts& b) {
    const auto one = a.text("", "run_id");
    return !one.empty() && one == b.text("", "run_id");
}

std::vector<persistence::backend> as_backends(const redis_facts& of) {
    std::vector<persistence::backend> all;
    for (const auto& each : of.clients) {
        if (each.replication) continue;
        persistence::backend one;
        one.pid =
            static_cast<int>(std::min<std::int64_t>(each.id, std::numeric_limits<int>::max()));
        one.application_name = each.name;
        one.role = each.user.empty() ? "default" : each.user;
        one.database = fmt::format("{}", each.database);
        one.address = each.host;
        one.state = each.command;
        one.seen = true;
        one.own = each.id == of.own_id;
        one.age = std::chrono::seconds(each.age_s);
        one.in_state = std::chrono::seconds(each.idle_s);
        all.push_back(std::move(one));
    }
    return all;
}

std::vector<persistence::fact> listed(const redis_facts& of) {
    static constexpr std::array<std::string_view, 18> fields{"redis_version",
                                                             "redis_mode",
                                                             "role",
                                                             "uptime_in_seconds",
                                                             "maxclients",
                                                             "connected_clients",
                                                             "blocked_clients",
                                                             "cluster_connections",
                                                             "connected_slaves",
                                                             "min_slaves_good_slaves",
                                                             "master_host",
                                                             "master_port",
                                                             "master_link_status",
                                                             "rejected_connections",
                                                             "evicted_keys",
                                                             "used_memory",
                                                             "maxmemory",
                                                             "maxmemory_policy"};
    std::vector<persistence::fact> all;
    for (const auto field : fields)
        if (const auto at = of.info.find(field); at != of.info.end())
            all.push_back({at->first, printable(at->second), "INFO"});
    for (const auto& [name, value] : of.config)
        all.push_back({name, printable(value), "CONFIG GET"});
    for (const auto& each : of.unread) all.push_back({each.name, "", printable(each.why), false});
    return all;
}

}  // namespace headroom::fleet
