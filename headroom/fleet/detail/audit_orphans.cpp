#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/fleet/detail/audit_work.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::application_name;
using persistence::backend;

// What an operator runs opens no control connection.
bool is_command(std::string_view role) {
    return role == "audit" || role == "migrate" || role == "operate";
}

/// A process of a fleet, as its sessions name it.
struct seen_member {
    std::vector<const backend*> sessions;
    bool alive = false;
    std::chrono::seconds youngest = std::chrono::seconds::max();
};

using seen_members = std::map<std::string, seen_member>;

seen_members members_of(const audit_work& work) {
    seen_members all;
    for (const auto& each : work.backends()) {
        const auto name = application_name::parse(each.application_name);
        // What a pooler has open is its own, whichever client it serves.
        if (!name || each.own || name->pooled || is_command(name->role)) continue;
        auto& one = all[fmt::format("{}/{}/{:08x}", name->system, name->role, name->member)];
        one.sessions.push_back(&each);
        // A process opens control first and closes it last.
        one.alive = one.alive || name->consumer == persistence::control_consumer;
        one.youngest = std::min(one.youngest, each.age);
    }
    return all;
}

}  // namespace

void find_orphans(audit_work& work) {
    // The control connections of those who read a standby are on its primary.
    if (work.answer.facts.in_recovery) return;
    for (const auto& [name, one] : members_of(work)) {
        if (one.alive || one.youngest < work.terms.from.orphan) continue;
        work.add(finding{"HR-PG-ORPHAN", severity::low, name,
                         fmt::format("{} of a process whose control connection is gone",
                                     counted(one.sessions.size(), "session")),
                         marks_of("pids", one.sessions), one.sessions.size()});
        work.add(fix{fix::price::session,
                     fmt::format("end the {} of {}", counted(one.sessions.size(), "session"), name),
                     one.sessions.size(),
                     {}});
    }
}

}  // namespace headroom::fleet::detail
