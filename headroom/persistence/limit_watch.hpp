// persistence/limit_watch.hpp: do the limits a process started with still hold?
//
// max_connections changes with a restart, limits of roles and databases at any time, and after a
// failover another server answers. Control reads the facts again and again; this compares. Pure.
#pragma once
#include <optional>
#include <string>

#include "headroom/budget/verdict.hpp"
#include "headroom/persistence/start_limits.hpp"

namespace headroom::persistence {

class limit_watch {
public:
    /// `started`: the plan the process runs by; `floors` and `ceiling` of its ledger.
    limit_watch(budget::plan started, std::string resource, unsigned floors, unsigned ceiling)
        : plan_(std::move(started)),
          resource_(std::move(resource)),
          floors_(floors),
          planned_(ceiling),
          ceiling_(ceiling) {}

    struct change {
        std::string line;      ///< for the log: the limit that binds, its figures and the verdict
        bool worse = false;    ///< than what was found before
        unsigned ceiling = 0;  ///< what the ledger may have now: within usable, never below floors
    };
    /// What is different since the last look; nothing when nothing that matters is, or when the
    /// limits could not be read.
    std::optional<change> look(const server_facts& found);

private:
    const budget::plan plan_;
    const std::string resource_;
    const unsigned floors_, planned_;
    unsigned ceiling_;
    std::optional<std::uint64_t> usable_;
};

}  // namespace headroom::persistence
