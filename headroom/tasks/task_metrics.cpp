#include "headroom/tasks/task_metrics.hpp"

#include <array>

namespace headroom::tasks {
namespace {

constexpr char unknown_task_label[] = "unknown", other_task_label[] = "other";

constexpr std::array outcome_names{"succeeded", "failed",  "retried",   "dead",
                                   "returned",  "put_off", "cancelled", "lost"};

/// Tasks may take long: from a millisecond to an hour.
const std::vector<double>& run_buckets() {
    static const std::vector<double> made{0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5,
                                          1,     2.5,   5,    10,   30,  60,   300, 1'800, 3'600};
    return made;
}

}  // namespace

task_metrics::task_metrics(observability::metrics& to, const std::vector<std::string>& tasks,
                           const std::vector<std::string>& queues) {
    for (const auto& each : tasks) {
        const bool has_room = tasks_.size() < names_max;
        if (has_room) tasks_.emplace(each, declare(to, each));
        else others_.insert(each);
    }
    tasks_.emplace(unknown_task_label, declare(to, unknown_task_label));
    if (!others_.empty()) tasks_.emplace(other_task_label, declare(to, other_task_label));
    for (const auto& each : queues)
        received_.emplace(each, to.count("headroom_task_received_total",
                                         "Entries read or taken over.", {{"queue", each}}));
}

task_metrics::of_task task_metrics::declare(observability::metrics& to, const std::string& task) {
    of_task made{{}, to.distribute("headroom_task_duration_seconds",
                                   "How long handlers ran.", run_buckets(), {{"task", task}})};
    for (const auto* outcome : outcome_names)
        made.outcomes.push_back(to.count("headroom_task_ended_total",
                                         "Deliveries by what they came to.",
                                         {{"task", task}, {"outcome", outcome}}));
    return made;
}

void task_metrics::received(std::string_view queue, std::size_t entries) noexcept {
    const auto at = received_.find(queue);
    if (at != received_.end()) at->second.add(static_cast<double>(entries));
}

void task_metrics::ended(std::string_view task, task_outcome how,
                         std::chrono::nanoseconds took) noexcept {
    auto at = tasks_.find(task);
    if (at == tasks_.end())
        at = tasks_.find(others_.contains(task) ? std::string_view(other_task_label)
                                                : std::string_view(unknown_task_label));
    at->second.outcomes[static_cast<std::size_t>(how)].add();
    const bool has_ended = how <= task_outcome::dead && took.count() > 0;
    if (has_ended) at->second.durations.observe(took);
}

}  // namespace headroom::tasks
