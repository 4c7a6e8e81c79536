// runtime/process_limits.hpp: what this process may open, and how each figure was read.
//
// Descriptors and threads are resources like any other: their limits are read at start and enter
// the plan. Nothing is guessed: a figure that cannot be read says why.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom {

/// One figure about the process.
struct process_fact {
    enum class state { read, unlimited, unread };

    std::string name;    ///< "RLIMIT_NOFILE"
    std::string source;  ///< how it was read: "getrlimit", "/sys/fs/cgroup/pids.max"
    state is = state::unread;
    std::uint64_t value = 0;  ///< when read
    std::string why;          ///< when unread

    budget::figure figure() const {
        return is == state::read ? budget::figure(value) : budget::figure();
    }
    /// "20000", "unlimited" or "unread: permission denied".
    std::string text() const;
};

struct process_limits {
    process_fact files_limit;    ///< RLIMIT_NOFILE, the soft limit
    process_fact files_open;     ///< now
    process_fact threads_own;    ///< of this process, now
    process_fact pids_limit;     ///< pids.max of the tightest visible control group
    process_fact pids_current;   ///< in that group, all processes' threads
    process_fact user_limit;     ///< RLIMIT_NPROC: threads of the user; does not bind root
    process_fact system_limit;   ///< kernel.threads-max

    /// The most threads this process could have: its own and what the tightest limit leaves. None
    /// when a limit that binds cannot be read.
    budget::figure threads_usable() const;
    /// All facts in the order above.
    std::vector<process_fact> listed() const;
    /// `threads` and `files` as resources of a plan.
    std::vector<budget::resource> resources() const;
};

/// Reads everything; never throws for what it cannot read.
process_limits read_process_limits();

/// A pids.max or pids.current file: a number, or "max" for unlimited.
process_fact parse_pids(std::string name, std::string source, std::string_view text);

}  // namespace headroom
