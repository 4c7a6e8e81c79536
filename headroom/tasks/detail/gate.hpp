// tasks/detail/gate.hpp: what a task has to pass before it runs: its own limit, and its queue's.
// Pure.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/limits.hpp"
#include "headroom/tasks/queue_keys.hpp"

namespace headroom::tasks::detail {

struct gate {
    std::size_t queue = 0;  ///< which of the worker's
    std::string task;       ///< empty: the queue as a whole
    run_limits limits;
    limit_keys keys;
};

/// Fixed before the first task runs; read by many.
class gate_table {
public:
    /// Where limits are none there is no gate. Asserts sound limits.
    void add(std::size_t queue, std::string task, const run_limits& of, const queue_keys& in);

    const gate* find(std::size_t queue, std::string_view task) const;
    /// The task's and the queue's: none, one or two.
    std::vector<const gate*> of(std::size_t queue, std::string_view task) const;
    std::vector<const gate*> all() const;
    bool empty() const noexcept { return gates_.empty(); }

private:
    std::map<std::size_t, std::map<std::string, gate, std::less<>>> gates_;  // by queue and task
};

}  // namespace headroom::tasks::detail
