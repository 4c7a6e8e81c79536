#include "headroom/fleet/audit_probe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/read_server_facts.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

using persistence::server_facts;

persistence::visit_terms visit_of(const persistence::connect_info& at, blocking_resolver& names) {
    const persistence::application_name name{"headroom", "audit", std::random_device{}(),
                                             "fleet.audit"};
    return {at, name.consumer, name.text(), &names};
}

}  // namespace

postgres_eye::postgres_eye(const persistence::connect_info& at, blocking_resolver& names,
                           std::chrono::milliseconds goodbye)
    : terms_(visit_of(at, names)), goodbye_(goodbye) {}

void postgres_eye::call(const std::function<task<void>(persistence::connection&)>& body,
                        deadline until) {
    if (!visit_) visit_ = std::make_unique<persistence::kept_visit>(terms_, goodbye_);
    visit_->call(body, until);
}

server_facts postgres_eye::look(const facts* before, deadline until) {
    const auto unread = [&](const char* name) {
        return std::ranges::find(before->unread, name, &persistence::unread_fact::name) !=
               before->unread.end();
    };
    const bool anew = before == nullptr || unread(persistence::sessions_fact);
    auto found = anew ? facts() : *before;
    call(
        [&](persistence::connection& on) -> task<void> {
            if (anew)
                found = co_await read_server_facts(on, until);
            else
                co_await read_sessions(on, found, until);
        },
        until);
    return found;
}

std::optional<client_count> postgres_eye::count(deadline until) {
    client_count made;
    call(
        [&](persistence::connection& on) -> task<void> {
            made.total = made.slots = co_await count_sessions(on, until);
        },
        until);
    return made;
}

look_failure postgres_eye::explain(const std::exception_ptr& failed) const {
    auto why = persistence::explain(failed, terms_.target.describe());
    return {std::move(why.line), why.exit_code};
}

bool same_server(const server_facts& a, const server_facts& b) {
    return !a.system_identifier.empty() && a.started_at == b.started_at &&
           a.system_identifier == b.system_identifier;
}

void mark_same_servers(std::vector<audit_outcome>& all) {
    for (auto& each : all)
        for (const auto& other : all) {
            if (&each == &other || !each.audit || !other.audit) continue;
            if (!same_server(each.audit->facts, other.audit->facts)) continue;
            each.audit->notes.push_back(
                {"HR-PG-SAME-SERVER", severity::note, each.target,
                 fmt::format("is the same server as {}: their plans share one limit", other.target),
                 "system identifier and start of the postmaster", 0});
        }
}

}  // namespace headroom::fleet
