#include "headroom/persistence/server_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace headroom::persistence {
namespace {

template <class List>
auto named(const List& list, std::string_view name) noexcept -> decltype(&list.front()) {
    const auto at = std::ranges::find_if(list, [&](const auto& each) { return each.name == name; });
    return at == list.end() ? nullptr : &*at;
}

std::string yes_or_no(bool answer) { return answer ? "yes" : "no"; }

std::string or_none(budget::figure limit) {
    return limit ? fmt::format("{}", *limit) : std::string("none");
}

fact of_setting(const server_setting& each) {
    auto value = each.unit.empty() || each.value == "0"
                     ? each.value
                     : fmt::format("{} {}", each.value, each.unit);
    auto how = fmt::format("pg_settings, {}",
                           each.source == "client" ? "set by this session" : each.source);
    if (each.pending_restart) how += ", changes at the next restart";
    return {each.name, std::move(value), std::move(how)};
}

void list_reader(const server_facts& of, std::vector<fact>& out) {
    const auto& who = of.reader;
    if (who.role.empty()) return;
    out.push_back({"role", who.role, "current_user"});
    out.push_back({"role is superuser", yes_or_no(who.superuser), "pg_roles"});
    out.push_back({"role bypasses row security", yes_or_no(who.bypassrls), "pg_roles"});
    out.push_back({"role may replicate", yes_or_no(who.replication), "pg_roles"});
    out.push_back({"role may use reserved_connections", yes_or_no(who.uses_reserved_slots),
                   "pg_use_reserved_connections"});
    if (const auto* role = of.role(who.role))
        out.push_back({"connection limit of the role", or_none(role->limit), "pg_roles"});
    out.push_back({"database", who.database, "current_database()"});
    if (const auto* database = of.database(who.database))
        out.push_back(
            {"connection limit of the database", or_none(database->limit), "pg_database"});
}

void list_server(const server_facts& of, std::vector<fact>& out) {
    if (of.reader.role.empty()) return;
    out.push_back({"server", of.in_recovery ? "standby" : "primary", "pg_is_in_recovery()"});
    out.push_back({"route", of.through == route::pooled ? "through a pooler" : "direct",
                   "pid of BackendKeyData against pg_backend_pid()"});
    out.push_back({"server started", of.started_at, "pg_postmaster_start_time()"});
    if (!of.system_identifier.empty())
        out.push_back({"system identifier", of.system_identifier, "pg_control_system()"});
}

void list_sessions(const server_facts& of, std::vector<fact>& out) {
    if (of.reader.role.empty()) return;
    const auto superusers = std::ranges::count_if(
        of.backends, [](const backend& each) { return each.superuser && !each.own; });
    out.push_back({"client sessions", fmt::format("{}", of.backends.size()),
                   of.reader.sees_everyone
                       ? "pg_stat_activity, client backends, this one included"
                       : "pg_stat_activity without pg_monitor: an upper bound, parallel workers "
                         "look like sessions"});
    out.push_back({"superuser sessions", fmt::format("{}", superusers),
                   "pg_stat_activity and pg_roles, without this one"});
    if (of.walsenders)
        out.push_back({"walsenders", fmt::format("{}", *of.walsenders),
                       "pg_stat_replication; in slots of their own"});
    if (of.numbackends)
        out.push_back({"numbackends", fmt::format("{}", *of.numbackends), "pg_stat_database"});
}

}  // namespace

const server_setting* server_facts::setting(std::string_view name) const noexcept {
    return named(settings, name);
}

budget::figure server_facts::number(std::string_view name) const noexcept {
    const auto* found = setting(name);
    if (found == nullptr) return {};
    std::uint64_t value = 0;
    const auto* end = found->value.data() + found->value.size();
    const auto [stop, error] = std::from_chars(found->value.data(), end, value);
    if (error != std::errc() || stop != end) return {};
    return value;
}

const role_facts* server_facts::role(std::string_view name) const noexcept {
    return named(roles, name);
}

const database_facts* server_facts::database(std::string_view name) const noexcept {
    return named(databases, name);
}

std::vector<fact> listed(const server_facts& of) {
    std::vector<fact> all;
    for (const auto& each : of.settings) all.push_back(of_setting(each));
    list_reader(of, all);
    list_server(of, all);
    list_sessions(of, all);
    for (const auto& each : of.unread) all.push_back({each.name, {}, each.why, false});
    return all;
}

}  // namespace headroom::persistence
