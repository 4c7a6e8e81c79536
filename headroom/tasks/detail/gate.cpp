#include "headroom/tasks/detail/gate.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks::detail {

void gate_table::add(std::size_t queue, std::string task, const run_limits& of,
                     const queue_keys& in) {
    if (!of.any()) return;
    BOOST_ASSERT_MSG(!limits_fault(of), "limits are checked where they are read");
    gate made{queue, task, of, in.limit(task)};
    gates_[queue].emplace(std::move(task), std::move(made));
}

const gate* gate_table::find(std::size_t queue, std::string_view task) const {
    const auto of = gates_.find(queue);
    if (of == gates_.end()) return nullptr;
    const auto at = of->second.find(task);
    return at == of->second.end() ? nullptr : &at->second;
}

std::vector<const gate*> gate_table::of(std::size_t queue, std::string_view task) const {
    std::vector<const gate*> made;
    if (gates_.empty()) return made;
    for (const auto name : {task, std::string_view()})
        if (const auto* one = find(queue, name)) made.push_back(one);
    return made;
}

std::vector<const gate*> gate_table::all() const {
    std::vector<const gate*> made;
    for (const auto& [queue, tasks] : gates_)
        for (const auto& [task, one] : tasks) made.push_back(&one);
    return made;
}

}  // namespace headroom::tasks::detail
