// persistence/start_limits.hpp: what a plan has to fit into before the process opens anything.
//
// A server bounds a plan three times over (server_room.hpp), the process twice (descriptors,
// threads). All are the same thing to the decision: a figure that the plan's peak must not exceed.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/server_facts.hpp"
#include "headroom/runtime/process_limits.hpp"

namespace headroom::persistence {

/// One inequality: the peak over `resource` (of one role's consumers, if named) <= usable.
struct start_limit {
    std::string resource;     ///< "postgres"
    std::string name;         ///< "server", "role app", "database service", "RLIMIT_NOFILE"
    std::string how;          ///< "max_connections 20 - 3 superuser_reserved_connections"
    budget::figure limit;     ///< as stated by the server or the system
    unsigned reserved = 0;    ///< of it, what the plan can never have
    budget::figure free;      ///< what is left now; none: not known, and not compared
    std::string role;         ///< only consumers of this database role count; empty: all
    bool readers = true;      ///< it is the role that read the facts: of consumers that name none
    std::string why_unknown;  ///< when there is no limit
    unsigned outgoing = 0;    ///< units that members of our own system hold now
    std::vector<budget::holding> holders;  ///< who holds units now, largest first
};

/// The three inequalities of a server for the role that read them, and one more for every other
/// role that the plan's consumers sign in as. `system`: the first part of our application names.
/// Slots reserved for superusers are never planned, not even by one.
std::vector<start_limit> limits_of(const server_facts& server, const budget::plan& plan,
                                   std::string_view resource, std::string_view system);

/// Descriptors and threads: what read_process_limits() found. One without a limit, or one that
/// cannot be read, bounds nothing; the record of the start shows which.
std::vector<start_limit> limits_of(const process_limits& process);

/// Limits that a setting states because nobody can read them, e.g. a pooler's. Where the setting is
/// not set nothing is bound, and the verdict is UNKNOWN.
std::vector<start_limit> stated_limits(const budget::plan& plan);

/// A limit that could not be read: the start waits for it.
start_limit unread_limit(std::string_view resource, std::string why);

/// The part of a plan that one limit bounds.
budget::plan bounded_by(const start_limit& limit, const budget::plan& whole);

}  // namespace headroom::persistence
