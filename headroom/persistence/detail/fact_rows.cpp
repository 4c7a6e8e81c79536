#include "headroom/persistence/detail/fact_rows.hpp"

#include <algorithm>

namespace headroom::persistence::detail {
namespace {

constexpr int reserved_connections_since = 160000;

budget::figure limit_of(std::int64_t stated) {
    return stated < 0 ? budget::figure() : budget::figure(static_cast<std::uint64_t>(stated));
}

budget::figure count_of(std::optional<std::int64_t> stated) {
    return stated ? limit_of(*stated) : budget::figure();
}

std::chrono::seconds seconds(const row& from, int column) {
    return std::chrono::seconds(std::max<std::int64_t>(0, from.get<std::int64_t>(column)));
}

backend backend_of(const row& from) {
    backend one;
    one.pid = from.get<std::int32_t>(0);
    one.application_name = from.get<std::string>(1);
    one.role = from.get<std::string>(2);
    one.database = from.get<std::string>(3);
    one.address = from.get<std::string>(4);
    one.state = from.get<std::string>(5);
    one.seen = from.get<bool>(6);
    one.superuser = from.get<bool>(7);
    one.age = seconds(from, 8);
    one.in_state = seconds(from, 9);
    one.in_transaction = seconds(from, 10);
    one.listens = from.get<bool>(11);
    return one;
}

}  // namespace

std::span<const std::string> setting_names() {
    static const std::vector<std::string> names{"max_connections",
                                                "superuser_reserved_connections",
                                                "reserved_connections",
                                                "server_version_num",
                                                "max_wal_senders",
                                                "max_worker_processes",
                                                "autovacuum_max_workers",
                                                "max_locks_per_transaction",
                                                "max_prepared_transactions",
                                                "authentication_timeout",
                                                "idle_session_timeout",
                                                "idle_in_transaction_session_timeout",
                                                "client_connection_check_interval",
                                                "tcp_keepalives_idle",
                                                "tcp_keepalives_interval",
                                                "tcp_keepalives_count",
                                                "tcp_user_timeout"};
    return names;
}

void read_settings(const rows& from, server_facts& into) {
    for (int i = 0; i < from.size(); ++i)
        into.settings.push_back({from[i].get<std::string>(0), from[i].get<std::string>(1),
                                 from[i].get<std::string>(2), from[i].get<std::string>(3),
                                 from[i].get<std::string>(4), from[i].get<bool>(5)});
    const auto rank = [](const server_setting& each) {
        return std::ranges::find(setting_names(), each.name) - setting_names().begin();
    };
    std::ranges::sort(into.settings, {}, rank);
}

void read_reader(const rows& from, server_facts& into) {
    if (from.empty()) return into.unread.push_back({"role", "pg_roles does not show our own role"});
    const auto only = from[0];
    auto& who = into.reader;
    who.role = only.get<std::string>(0);
    who.database = only.get<std::string>(1);
    who.superuser = only.get<bool>(2);
    who.bypassrls = only.get<bool>(3);
    who.replication = only.get<bool>(4);
    who.sees_everyone = only.get<bool>(5);
    who.uses_reserved_slots = only.get<bool>(6);
    into.in_recovery = only.get<bool>(7);
    into.started_at = only.get<std::string>(8);
    into.address = only.get<std::string>(9);
    who.pid = only.get<std::int32_t>(10);
}

void read_roles(const rows& from, server_facts& into) {
    for (int i = 0; i < from.size(); ++i)
        into.roles.push_back({from[i].get<std::string>(0), limit_of(from[i].get<std::int32_t>(1)),
                              from[i].get<bool>(2)});
}

void read_databases(const rows& from, server_facts& into) {
    for (int i = 0; i < from.size(); ++i)
        into.databases.push_back(
            {from[i].get<std::string>(0), limit_of(from[i].get<std::int32_t>(1))});
}

void read_activity(const rows& from, server_facts& into) {
    into.backends_cut = from.size() > backends_max;
    for (int i = 0; i < std::min(from.size(), backends_max); ++i)
        into.backends.push_back(backend_of(from[i]));
}

void read_counts(const rows& from, server_facts& into) {
    if (from.empty()) return;
    into.walsenders = count_of(from[0].get<std::optional<std::int64_t>>(0));
    into.numbackends = count_of(from[0].get<std::optional<std::int64_t>>(1));
}

void read_history(const rows& from, server_facts& into) {
    if (from.empty()) return;
    into.system_identifier = from[0].get<std::string>(0);
    into.timeline = count_of(from[0].get<std::optional<std::int64_t>>(1));
}

void finish(server_facts& facts, int pid_at_sign_in) {
    for (auto& each : facts.backends) each.own = each.pid == facts.reader.pid;
    if (facts.reader.pid != 0 && facts.reader.pid != pid_at_sign_in) facts.through = route::pooled;
    if (facts.settings.empty()) return;
    if (facts.number("server_version_num").value_or(0) < reserved_connections_since)
        facts.settings.push_back({"reserved_connections", "0", {}, "from version 16 on", "0"});
    for (const auto& name : setting_names())
        if (facts.setting(name) == nullptr)
            facts.unread.push_back({name, "the server does not show it"});
}

}  // namespace headroom::persistence::detail
