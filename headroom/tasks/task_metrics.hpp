// tasks/task_metrics.hpp: what became of tasks, counted for Prometheus where it is known.
//
// Every series exists from the start, so a rate is right from the first task on. Labels are names
// of handlers and queues; a task nobody here knows is "unknown", whatever it calls itself.
#pragma once
#include <chrono>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/observability/metrics.hpp"

namespace headroom::tasks {

/// What a delivery came to.
enum class task_outcome {
    succeeded,
    failed,     ///< for good, and its result says so
    retried,    ///< to be tried again, or handed back by its handler
    dead,       ///< a dead letter
    returned,   ///< given back, for another worker
    put_off,    ///< by a limit
    cancelled,
    lost,       ///< ended too late: another worker had it
};

class task_metrics {
public:
    static constexpr std::size_t names_max = 100;  ///< the tasks beyond, by name, count as "other"

    /// `to` outlives it.
    task_metrics(observability::metrics& to, const std::vector<std::string>& tasks,
                 const std::vector<std::string>& queues);

    /// From any thread. A queue it was made with.
    void received(std::string_view queue, std::size_t entries) noexcept;
    /// From any thread. `took`: of its handler; 0: none has run.
    void ended(std::string_view task, task_outcome how, std::chrono::nanoseconds took) noexcept;

private:
    struct of_task {
        std::vector<observability::counter> outcomes;  // one a task_outcome, in its order
        observability::histogram durations;
    };
    of_task declare(observability::metrics& to, const std::string& task);

    std::map<std::string, of_task, std::less<>> tasks_;
    std::map<std::string, observability::counter, std::less<>> received_;
    std::set<std::string, std::less<>> others_;
};

}  // namespace headroom::tasks
