// command/audit_looks.hpp: the servers of one audit, looked at once or for as long as was asked.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "command/audit_targets.hpp"
#include "command/env_audit.hpp"
#include "headroom/fleet/audit_probe.hpp"
#include "headroom/fleet/pooler_probe.hpp"
#include "headroom/fleet/redis_probe.hpp"
#include "headroom/fleet/server_watch.hpp"
#include "headroom/runtime/leased_thread.hpp"

namespace headroom::command {

/// Whom to look at, and beside which plan.
struct audit_targets {
    template <class Where>
    struct target {
        Where at;
        std::string resource;
    };

    std::vector<target<persistence::connect_info>> postgres, pgbouncer;
    std::vector<target<headroom::redis::connect_info>> redis;
    const budget::plan* declared = nullptr;  ///< outlives the looks
    unsigned cores = 0;                      ///< of the PostgreSQL servers; 0: nobody told

    std::size_t size() const noexcept { return postgres.size() + pgbouncer.size() + redis.size(); }
};

/// Used by one thread. Between two looks of one that goes on, pages() shows what was seen so far.
class audit_looks {
public:
    /// `timeout`: for the first looks together, and for each of the further ones. `names` outlives
    /// the looks.
    audit_looks(const audit_targets& targets, blocking_resolver& names,
                std::chrono::milliseconds timeout);
    /// Stops, and leaves every server.
    ~audit_looks();
    audit_looks(const audit_looks&) = delete;
    audit_looks& operator=(const audit_looks&) = delete;

    /// One server after the other. `stay`: its connection is kept; else there is never more than
    /// one. Of a server with two addresses one connection is kept.
    void look_first(bool stay);
    /// Goes on looking at all that were seen, each on a thread of its own. Returns at once.
    void look_on(const fleet::watch_terms& terms);
    /// Waits until nobody looks any more; `at_once`: without waiting for the time to be over.
    void finish(bool at_once);
    /// Closes the connections.
    void leave();

    /// There is a server that was seen and whose connection is kept.
    bool looking_on() const noexcept { return !staying_.empty(); }
    /// The most looks at one server so far.
    std::uint64_t looks() const;

    /// A page for each server; `limits` learns what was read.
    void add_pages(std::vector<fleet::audit_page>& to, limits_by_resource& limits) const;

private:
    template <class Eye, class Terms>
    struct watched {
        std::string target, host;
        unsigned port = 0;
        Terms terms;
        std::unique_ptr<fleet::server_watch<Eye>> watch;
        std::string same_as{};  // another target that is this server, and is looked at instead
    };
    using postgres_watched = watched<fleet::postgres_eye, fleet::audit_terms>;
    using redis_watched = watched<fleet::redis_eye, fleet::redis_terms>;
    using pooler_watched = watched<fleet::pooler_eye, fleet::pooler_terms>;

    template <class Watched>
    void look_first_at(std::vector<Watched>& all, bool stay, shared_time& time);
    template <class Outcome, class Watched, class Terms>
    static Outcome outcome_of(const Watched& of, Terms terms);

    const std::chrono::milliseconds timeout_, goodbye_;
    std::vector<postgres_watched> postgres_;
    std::vector<redis_watched> redis_;
    std::vector<pooler_watched> poolers_;
    std::vector<fleet::watched_server*> staying_;
    fleet::look_stop stop_;
    budget::ledger ledger_{"threads", 3 * servers_max};
    budget::grant share_ = ledger_.open({"audit.looks", 3 * servers_max, 0}).value();
    std::vector<leased_thread> threads_;
};

}  // namespace headroom::command
