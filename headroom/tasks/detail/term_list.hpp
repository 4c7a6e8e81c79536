// tasks/detail/term_list.hpp: names with their terms, as settings have them. Pure.
//
//     urgent weight=4, taskiq concurrent=20 per_second=5 burst=10
#pragma once
#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/worker.hpp"

namespace headroom::tasks::detail {

template <class T>
using listed = std::expected<T, std::string>;  ///< refused: the end of "must ..."

/// HEADROOM_TASK_QUEUES: 1 to 16 sound names, each once, with `weight` and the words of limits.
listed<std::vector<queue_share>> parse_queues(std::string_view text);

/// HEADROOM_TASK_LIMITS: tasks' names, each once, with `concurrent`, `per_second` and `burst`.
/// A task with none of them is not limited, whatever its handler says.
listed<std::map<std::string, run_limits, std::less<>>> parse_limits(std::string_view text);

}  // namespace headroom::tasks::detail
