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

/// "3 sessions", "3 sessions at peak, 1 now,".
std::string sessions(const tally& of) {
    return of.passed() ? fmt::format("{} at peak, {} now,", counted(of.most, "session"), of.now)
                       : counted(of.most, "session");
}

void find_idle_transactions(audit_work& work) {
    const auto seen = work.seen(counted_by::transaction);
    if (seen.most == 0) return;
    const auto some = others(
        work, [&](const backend& each) { return idles_in_transaction(each, work.terms.from); });
    std::string subject = "sessions that have ended it", longest;
    if (!some.empty()) {
        const auto* one = *std::ranges::max_element(
            some, {}, [](const backend* each) { return each->in_state; });
        subject = one->application_name.empty() ? "role " + one->role : one->application_name;
        longest = fmt::format(", the longest for {} s", one->in_state.count());
    }
    const bool is_long = work.seen(counted_by::transaction, long_ones).most > 0;
    work.add(finding{"HR-PG-IDLE-IN-TRANSACTION", is_long ? severity::medium : severity::low,
                     subject, fmt::format("{} idle in a transaction{}", sessions(seen), longest),
                     seen.beside(marks_of("pids", some)), seen.most});
    work.add(fix{fix::price::session,
                 fmt::format("end the {} idle in a transaction, and set "
                             "idle_in_transaction_session_timeout",
                             counted(seen.most, "session")),
                 seen.most,
                 {}});
}

void find_superusers(audit_work& work) {
    const auto seen = work.seen(counted_by::superuser);
    if (seen.most == 0) return;
    const auto some = others(work, [](const backend& each) { return each.superuser; });
    const auto kept = work.answer.facts.number("superuser_reserved_connections").value_or(0);
    work.add(finding{"HR-PG-SUPERUSER", seen.most > kept ? severity::medium : severity::low,
                     "superusers",
                     fmt::format("{} of superusers, each takes an ordinary slot while the {} "
                                 "reserved ones stay empty",
                                 sessions(seen), kept),
                     seen.beside(marks_of("pids", some)), seen.most});
    work.add(fix{fix::price::application_restart,
                 fmt::format("let the {} of superusers sign in as ordinary roles with a limit",
                             counted(seen.most, "session")),
                 seen.most,
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
                std::uint64_t limit, const tally& live, std::uint64_t declared,
                const std::string& statement) {
    const auto needed = std::max(live.most, declared);
    const bool over = needed > limit;
    if (!over && live.most * 100 < limit * work.terms.from.in_use_percent) return;
    work.add(
        finding{id, over ? severity::high : severity::medium, subject,
                fmt::format("CONNECTION LIMIT {}, {}, {} declared", limit, live.text("live"),
                            declared),
                live.beside("binds before the server's max_connections"),
                over ? needed - limit : live.most});
    work.add(fix{fix::price::session, fmt::format("{} {}", statement, needed), 0, {}});
}

void find_role_limits(audit_work& work) {
    for (const auto& role : work.answer.facts.roles) {
        if (!role.limit || role.superuser) continue;
        find_limit(work, "HR-PG-ROLE-LIMIT", "role " + role.name, *role.limit,
                   work.seen(counted_by::role, role.name), declared_for(work, role.name),
                   fmt::format("ALTER ROLE \"{}\" CONNECTION LIMIT", role.name));
    }
}

void find_database_limits(audit_work& work) {
    const auto& facts = work.answer.facts;
    for (const auto& database : facts.databases) {
        if (!database.limit) continue;
        const bool ours = work.answer.has_plan && database.name == facts.reader.database;
        find_limit(work, "HR-PG-DATABASE-LIMIT", "database " + database.name, *database.limit,
                   work.seen(counted_by::database, database.name),
                   ours ? work.answer.peak.peak.value_or(0) : 0,
                   fmt::format("ALTER DATABASE \"{}\" CONNECTION LIMIT", database.name));
    }
}

void find_how_full(audit_work& work) {
    const auto& room = work.answer.room;
    if (!room.usable) return;
    const auto held = work.seen(counted_by::total);
    const auto usable = *room.usable;
    if (held.most * 100 < usable * work.terms.from.in_use_percent) return;
    work.add(finding{"HR-PG-FULL", held.most >= usable ? severity::high : severity::medium,
                     "server",
                     held.passed() ? fmt::format("{} of {} usable slots were taken at peak, {} now",
                                                 held.most, usable, held.now)
                                   : fmt::format("{} of {} usable slots are taken now, {} are free",
                                                 held.most, usable, *room.free),
                     held.beside(room.binding()->how), held.most});
}

}  // namespace

bool idles_in_transaction(const backend& of, const audit_thresholds& from) {
    return of.state.starts_with("idle in transaction") && of.in_state >= from.idle_in_transaction;
}

void find_holders(audit_work& work) {
    find_idle_transactions(work);
    find_superusers(work);
    find_role_limits(work);
    find_database_limits(work);
    find_how_full(work);
}

}  // namespace headroom::fleet::detail
