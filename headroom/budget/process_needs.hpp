// budget/process_needs.hpp: what a supervisor must allow one process to open.
//
// A descriptor limit holds for each process on its own, so this is the plan of one: every consumer
// once, in its busiest phase. Threads are counted by the control group of all processes together.
// Pure.
#pragma once
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom::budget {

/// Descriptors beside those of the plan: standard streams, the log, epoll, timers, libraries.
inline constexpr unsigned descriptors_margin = 64;

/// No process is given less: it is what each has without a unit, and what serves clients opens
/// sockets that no manifest of connections counts.
inline constexpr unsigned descriptors_least = 1'024;

struct descriptor_need {
    std::string resource;
    figure most;  ///< of one process at once; estimates count where nothing better is known
    std::string arithmetic;
};

struct process_needs {
    std::vector<descriptor_need> sockets;  ///< of each resource but threads that is drawn on
    figure descriptors;    ///< all of these and the margin; none when one is unknown
    figure threads;        ///< of all processes of a replica
    figure threads_limit;  ///< none where no limit of threads is known
};

process_needs needs_of_process(const plan& of);

}  // namespace headroom::budget
