// service/blueprint.hpp: everything a process will ever open, entered before anything opens.
#pragma once
#include "headroom/budget/book.hpp"
#include "headroom/eventsourcing/settings.hpp"
#include "headroom/runtime/process_limits.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// Opened and closed before the steady phase: looks at the schema and at the roles.
inline constexpr char start_check_consumer[] = "service.start_check";

/// What a long-lived process does.
enum class duty {
    serve,     ///< HTTP, appends, queries, projections
    project,   ///< projections alone, and HTTP for those who look after it
    work,      ///< tasks, and likewise
    schedule,  ///< sends tasks when they are due, and likewise; without a PostgreSQL
};
/// "serve": the command's name, and the second part of every application_name.
std::string_view to_string(duty of) noexcept;

/// The settings' sizes, less what a process of that duty has no use for. Parts are made from these.
struct process_sizes {
    persistence::database_settings database;
    eventsourcing::event_pools events;
};
process_sizes sizes_of(const settings& with, duty of);

/// What the process itself is: one that blocks nowhere has no threads for it.
runtime_settings runtime_of(const settings& with, duty of);

/// The Redis of a process of that duty: the cache's, or the tasks'. Without a server there is none.
/// Whoever projects has the cache's, to say there what changed.
redis::settings redis_of(const settings& with, duty of);
/// What it opens there.
redis::uses redis_uses_of(duty of) noexcept;
bool uses_redis(const settings& with, duty of);
bool uses_postgres(duty of) noexcept;
/// It has an HTTP client: identity providers are asked for their keys.
bool asks_others(duty of) noexcept;

/// Enters resources and consumers of every part. With HEADROOM_BUDGET_POSTGRES the reserve is what
/// that leaves above the floors; a value below them is a fault, as a line that names it.
std::expected<void, setting_fault> declare(budget::book& into, const settings& with, duty of,
                                           const process_limits& process);

}  // namespace headroom::service
