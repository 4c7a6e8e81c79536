#include <fmt/format.h>

#include <algorithm>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::backend;
using persistence::server_setting;

constexpr unsigned kernel_keepalive_s = 7200;  // Linux's default where PostgreSQL says 0

/// Seconds until a silent client is probed, as configured: a session over a unix socket sees 0.
unsigned keepalive_s(const server_setting& setting) {
    unsigned value = 0;
    for (const char c : setting.configured)
        if (c >= '0' && c <= '9') value = value * 10 + static_cast<unsigned>(c - '0');
    return value == 0 ? kernel_keepalive_s : value;
}

bool anybody_remote(const audit_work& work) {
    return std::ranges::any_of(work.backends(), [](const backend& each) {
        return !each.own && (!each.address.empty() || !each.seen);
    });
}

void find_keepalive(audit_work& work) {
    const auto* setting = work.answer.facts.setting("tcp_keepalives_idle");
    if (setting == nullptr || setting->source == "client" || !anybody_remote(work)) return;
    const auto seconds = keepalive_s(*setting);
    if (std::chrono::seconds(seconds) <= work.terms.from.keepalive_max) return;
    work.add(
        finding{"HR-PG-KEEPALIVE", severity::low, "tcp_keepalives_idle",
                fmt::format("a client that vanishes keeps its slot for {} s and more", seconds),
                fmt::format("pg_settings: {}", setting->configured), 0});
    work.add(fix{fix::price::reload,
                 "set tcp_keepalives_idle=60, tcp_keepalives_interval=10, tcp_keepalives_count=3",
                 0,
                 {}});
}

void find_check_interval(audit_work& work) {
    if (work.answer.facts.number("client_connection_check_interval") != budget::figure{0}) return;
    work.add(finding{"HR-PG-CHECK-INTERVAL", severity::note, "client_connection_check_interval",
                     "a killed client's statement runs to its end and keeps its slot so long",
                     "pg_settings: 0", 0});
}

void find_session_timeout(audit_work& work) {
    const auto milliseconds = work.answer.facts.number("idle_session_timeout").value_or(0);
    if (milliseconds == 0) return;
    work.add(finding{"HR-PG-IDLE-TIMEOUT", severity::low, "idle_session_timeout",
                     fmt::format("pools lose connections that were idle for {} ms", milliseconds),
                     "pg_settings", 0});
}

void find_contradictions(audit_work& work) {
    const auto* declared = work.terms.declared == nullptr
                               ? nullptr
                               : work.terms.declared->find_resource(work.terms.resource);
    const auto& room = work.answer.room;
    if (declared == nullptr || !declared->limit || !room.usable) return;
    if (*declared->usable() == *room.usable) return;
    work.add(finding{"HR-PG-CONTRADICTION",
                     *declared->usable() > *room.usable ? severity::medium : severity::low,
                     "limit of " + work.terms.resource,
                     fmt::format("the manifest says {} usable, the server {}", *declared->usable(),
                                 *room.usable),
                     room.binding()->how, 0});
}

void find_pending_restarts(audit_work& work) {
    for (const auto& each : work.answer.facts.settings)
        if (each.pending_restart)
            work.add(
                finding{"HR-PG-PENDING-RESTART", severity::low, each.name,
                        fmt::format("{} until the next restart, then another value", each.value),
                        "pg_settings.pending_restart", 0});
}

void find_pooler(audit_work& work) {
    if (work.answer.facts.through != persistence::route::pooled) return;
    work.add(finding{"HR-PG-POOLED", severity::medium, "route",
                     "a pooler answered: its own limits bind before the server's and are not seen "
                     "from here",
                     "the pid of BackendKeyData is not pg_backend_pid()", 0});
}

void find_unread(audit_work& work) {
    const auto& facts = work.answer.facts;
    for (const auto& each : facts.unread)
        work.add(
            finding{"HR-PG-UNREAD", severity::note, each.name, "could not be read", each.why, 0});
    if (!facts.reader.role.empty() && !facts.reader.sees_everyone)
        work.add(finding{"HR-PG-UNREAD", severity::note, "states of other roles",
                         "state, address and age of others are hidden: idle transactions, orphans "
                         "and LISTEN are not seen, and parallel workers count as sessions",
                         fmt::format("GRANT pg_monitor TO \"{}\" shows them", facts.reader.role),
                         0});
    if (facts.backends_cut)
        work.add(finding{"HR-PG-UNREAD",
                         severity::note,
                         "sessions",
                         fmt::format("only the first {} were read", persistence::backends_max),
                         {},
                         0});
}

}  // namespace

void find_settings(audit_work& work) {
    find_keepalive(work);
    find_check_interval(work);
    find_session_timeout(work);
    find_contradictions(work);
    find_pending_restarts(work);
    find_pooler(work);
    find_unread(work);
}

}  // namespace headroom::fleet::detail
