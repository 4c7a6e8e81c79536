// service/task_visit.hpp: an operator's look at the tasks' Redis.
#pragma once
#include <functional>
#include <iosfwd>
#include <string>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/name_resolver.hpp"
#include "service/settings.hpp"

namespace headroom::service {

inline constexpr std::chrono::milliseconds operation_ms_max{10'000};

/// Says so on `err`, and answers `code`.
int tasks_complaint(std::ostream& err, const std::string& why, int code);

/// Runs `body` over one connection, which is a lease of the visit. 0 done, 75 the server cannot be
/// reached, 78 there is no Redis for tasks, or it may not. Says why on `err`.
int visit_tasks(const settings& with, blocking_resolver& names, std::ostream& err,
                const std::function<task<void>(redis::mux&)>& body);

}  // namespace headroom::service
