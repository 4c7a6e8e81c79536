// testing/eventually.hpp: waiting for a condition, with a bound and without a fixed sleep.
#pragma once
#include <chrono>
#include <functional>

#include "headroom/runtime/task.hpp"

namespace headroom::testing {

inline constexpr std::chrono::milliseconds eventually_bound{10'000};
inline constexpr std::chrono::milliseconds eventually_poll{1};

/// True as soon as `condition` is; false when it still is not after `bound`. Blocks the thread.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds bound = eventually_bound);

/// The same for a task: its reactor goes on running between two looks.
task<bool> eventually_on_reactor(std::function<bool()> condition,
                                 std::chrono::milliseconds bound = eventually_bound);

}  // namespace headroom::testing
