#include <fmt/format.h>

#include <algorithm>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::backend;
using backends_of = std::vector<const backend*>;

template <class Matches>
backends_of others(const audit_work& work, Matches matches) {
    backends_of some;
    for (const auto& each : work.backends())
        if (!each.own && matches(each)) some.push_back(&each);
    return some;
}

void find_idle_transactions(audit_work& work) {
    const auto& from = work.terms.from;
    const auto some = others(work, [&](const backend& each) {
        return each.state.starts_with("idle in transaction") &&
               each.in_state >= from.idle_in_transaction;
    });
    if (some.empty()) return;
    const auto* longest =
        *std::ranges::max_element(some, {}, [](const backend* each) { return each->in_state; });
    const bool is_long = longest->in_state >= from.idle_in_transaction_long;
    work.add(finding{
        "HR-PG-IDLE-IN-TRANSACTION", is_long ? severity::medium : severity::low,
        longest->application_name.empty() ? "role " + longest->role : longest->application_name,
        fmt::format("{} idle in a transaction, the longest for {} s",
                    counted(some.size(), "session"), longest->in_state.count()),
        marks_of("pids", some), some.size()});
    work.add(fix{fix::price::session,
                 fmt::format("end the {} idle in a transaction, and set "
                             "idle_in_transaction_session_timeout",
                             counted(some.size(), "session")),
                 some.size(),
                 {}});
}

void find_superusers(audit_work& work) {
    const auto some = others(work, [](const backend& each) { return each.superuser; });
    if (some.empty()) return;
    const auto kept = work.answer.facts.number("superuser_reserved_connections").value_or(0);
    work.add(finding{"HR-PG-SUPERUSER", some.size() > kept ? severity::medium : severity::low,
                     "superusers",
                     fmt::format("{} of superusers, each takes an ordinary slot while the {} "
                                 "reserved ones stay empty",
                                 counted(some.size(), "session"), kept),
                     marks_of("pids", some), some.size()});
    work.add(fix{fix::price::application_restart,
                 fmt::format("let the {} of superusers sign in as ordinary roles with a limit",
                             counted(some.size(), "session")),
                 some.size(),
                 {}});
}

/// What consumers of a role may hold by the plan.
std::uint64_t declared_for(const audit_work& work, std::string_view role) {
    std::uint64_t units = 0;
    for (const auto& each : work.answer.parties)
        if (each.role == role) units += each.declared.value_or(0);
    return units;
}

void find_limit(audit_work& work, const std::string& id, const std::string& subject,
                std::uint64_t limit, std::uint64_t live, std::uint64_t declared,
                const std::string& statement) {
    const auto needed = std::max(live, declared);
    const bool over = needed > limit;
    if (!over && live * 100 < limit * work.terms.from.in_use_percent) return;
    work.add(
        finding{id, over ? severity::high : severity::medium, subject,
                fmt::format("CONNECTION LIMIT {}, {} live, {} declared", limit, live, declared),
                "binds before the server's max_connections", over ? needed - limit : live});
    work.add(fix{fix::price::session, fmt::format("{} {}", statement, needed), 0, {}});
}

void find_role_limits(audit_work& work) {
    for (const auto& role : work.answer.facts.roles) {
        if (!role.limit || role.superuser) continue;
        const auto live =
            others(work, [&](const backend& each) { return each.role == role.name; }).size();
        find_limit(work, "HR-PG-ROLE-LIMIT", "role " + role.name, *role.limit, live,
                   declared_for(work, role.name),
                   fmt::format("ALTER ROLE \"{}\" CONNECTION LIMIT", role.name));
    }
}

void find_database_limits(audit_work& work) {
    const auto& facts = work.answer.facts;
    for (const auto& database : facts.databases) {
        if (!database.limit) continue;
        const auto live = others(work, [&](const backend& each) {
                              return each.database == database.name;
                          }).size();
        const bool ours = work.answer.has_plan && database.name == facts.reader.database;
        find_limit(work, "HR-PG-DATABASE-LIMIT", "database " + database.name, *database.limit, live,
                   ours ? work.answer.peak.peak.value_or(0) : 0,
                   fmt::format("ALTER DATABASE \"{}\" CONNECTION LIMIT", database.name));
    }
}

void find_how_full(audit_work& work) {
    const auto& room = work.answer.room;
    if (!room.usable) return;
    const auto held = work.answer.held, usable = *room.usable;
    if (held * 100 < usable * work.terms.from.in_use_percent) return;
    work.add(finding{
        "HR-PG-FULL", held >= usable ? severity::high : severity::medium, "server",
        fmt::format("{} of {} usable slots are taken now, {} are free", held, usable, *room.free),
        room.binding()->how, held});
}

}  // namespace

void find_holders(audit_work& work) {
    find_idle_transactions(work);
    find_superusers(work);
    find_role_limits(work);
    find_database_limits(work);
    find_how_full(work);
}

}  // namespace headroom::fleet::detail
