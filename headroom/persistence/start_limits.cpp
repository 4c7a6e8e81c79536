#include "headroom/persistence/start_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/persistence/server_room.hpp"

namespace headroom::persistence {
namespace {

bool counts_in(const backend& each, const inequality& one, std::string_view role,
               std::string_view database) {
    if (each.own) return false;
    if (one.by == bound_by::role) return each.role == role;
    return one.by == bound_by::server || each.database == database;
}

/// An application by the part of its name that all its connections share.
std::string owner_of(const backend& each) {
    const auto& name = each.application_name;
    if (name.empty()) return "role " + each.role;
    return name.substr(0, name.find('/'));
}

void count_holders(start_limit& limit, const server_facts& server, const inequality& one,
                   std::string_view role, std::string_view system) {
    std::map<std::string, unsigned> by_owner;
    for (const auto& each : server.backends) {
        if (!counts_in(each, one, role, server.reader.database)) continue;
        const auto owner = owner_of(each);
        ++by_owner[owner];
        if (!system.empty() && owner == system) ++limit.outgoing;
    }
    for (const auto& [owner, held] : by_owner) limit.holders.push_back({owner, held});
    std::ranges::sort(limit.holders, [](const auto& a, const auto& b) {
        return a.held != b.held ? a.held > b.held : a.consumer < b.consumer;
    });
}

start_limit of_inequality(const inequality& one, const server_facts& server, std::string_view role,
                          std::string_view resource, std::string_view system) {
    start_limit limit;
    limit.resource = resource;
    limit.name = one.name;
    limit.how = one.how;
    limit.limit = one.limit;
    limit.reserved = static_cast<unsigned>(one.limit - one.usable);
    limit.free = one.free();
    if (one.by == bound_by::role) limit.role = role;
    limit.readers = role == server.reader.role;
    count_holders(limit, server, one, role, system);
    return limit;
}

bool signs_in_as(const budget::consumer& each, const start_limit& limit) {
    return each.role.empty() ? limit.readers : each.role == limit.role;
}

/// Roles the consumers name besides the one that reads.
std::vector<std::string> other_roles(const budget::plan& plan, std::string_view resource,
                                     std::string_view reader) {
    std::vector<std::string> roles;
    for (const auto& each : plan.consumers)
        if (each.resource == resource && !each.role.empty() && each.role != reader &&
            std::ranges::find(roles, each.role) == roles.end())
            roles.push_back(each.role);
    return roles;
}

}  // namespace

std::vector<start_limit> limits_of(const server_facts& server, const budget::plan& plan,
                                   std::string_view resource, std::string_view system) {
    const auto& reader = server.reader.role;
    auto own = room_for(server);
    if (!own.usable) return {unread_limit(resource, own.why_unknown)};
    // A superuser could take the reserved slots, but a service must not: they are the way in when
    // everything else is full.
    if (server.reader.superuser) own.all.front() = room_for(server, {}, {}).all.front();
    std::vector<start_limit> limits;
    for (const auto& one : own.all)
        limits.push_back(of_inequality(one, server, reader, resource, system));
    for (const auto& role : other_roles(plan, resource, reader))
        for (const auto& one : room_for(server, role, server.reader.database).all)
            if (one.by == bound_by::role)
                limits.push_back(of_inequality(one, server, role, resource, system));
    return limits;
}

std::vector<start_limit> limits_of(const process_limits& process) {
    std::vector<start_limit> limits;
    for (const auto& each : process.resources()) {
        if (!each.limit) continue;
        start_limit one;
        one.resource = each.name;
        one.name = each.name == "files" ? process.files_limit.name : "threads of the process";
        one.how = each.name == "files" ? process.files_limit.source
                                       : "RLIMIT_NPROC, pids.max and kernel.threads-max";
        one.limit = each.limit;
        limits.push_back(std::move(one));
    }
    return limits;
}

std::vector<start_limit> stated_limits(const budget::plan& plan) {
    std::vector<start_limit> limits;
    for (const auto& each : plan.resources) {
        if (each.limit_setting.empty() || !each.limit) continue;
        start_limit one;
        one.resource = one.name = each.name;
        one.how = each.limit_setting;
        one.limit = each.limit;
        limits.push_back(std::move(one));
    }
    return limits;
}

start_limit unread_limit(std::string_view resource, std::string why) {
    start_limit limit;
    limit.resource = resource;
    limit.name = "server";
    limit.why_unknown = std::move(why);
    return limit;
}

budget::plan bounded_by(const start_limit& limit, const budget::plan& whole) {
    budget::plan part;
    part.times = whole.times;
    bool borrows = false;
    for (const auto& each : whole.consumers) {
        if (each.resource != limit.resource) continue;
        if (!limit.role.empty() && !signs_in_as(each, limit)) continue;
        borrows = borrows || each.shared();
        part.consumers.push_back(each);
    }
    const auto* resource = whole.find_resource(limit.resource);
    const auto reserve = resource != nullptr && borrows ? resource->reserve : 0;
    part.resources.push_back({limit.resource, limit.limit, limit.reserved, reserve});
    return part;
}

}  // namespace headroom::persistence
