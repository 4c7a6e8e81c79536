#include "headroom/budget/process_needs.hpp"

#include <algorithm>

namespace headroom::budget {
namespace {

plan of_replica(plan of, unsigned workers) {
    of.times = {workers, 1, {}, 0};
    return of;
}

void need_threads(process_needs& into, const plan& replica, const resource& each) {
    const auto most = add_up(replica, each).estimated_peak;
    into.threads = into.threads && most ? figure(*into.threads + *most) : figure();
    if (each.limit)
        into.threads_limit = std::min(*each.limit, into.threads_limit.value_or(*each.limit));
}

void need_sockets(process_needs& into, const plan& process, const resource& each) {
    const auto all = add_up(process, each);
    if (all.rows.empty()) return;
    const auto most = all.estimated_peak;
    into.sockets.push_back({each.name, most, all.peak_arithmetic});
    if (into.descriptors && most)
        into.descriptors = *into.descriptors + *most;
    else
        into.descriptors = {};
}

}  // namespace

process_needs needs_of_process(const plan& of) {
    process_needs made;
    made.descriptors = descriptors_margin;
    made.threads = 0;
    const auto process = of_replica(of, 1);
    for (const auto& each : of.resources)
        if (kind_of(each.name) == "threads")
            need_threads(made, of_replica(of, of.times.workers), each);
        else
            need_sockets(made, process, each);
    return made;
}

}  // namespace headroom::budget
