#include "service/blueprint.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/fleet/consumers.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/runtime/runtime.hpp"

namespace headroom::service {
namespace {

budget::consumer start_check() {
    budget::consumer check;
    check.name = start_check_consumer;
    check.package = "service";
    check.resource = "postgres";
    check.pool = 1;
    check.when = budget::phase::start;
    check.hardcoded = true;
    return check;
}

std::vector<budget::consumer> connections_of(const process_sizes& all, unsigned reserve) {
    auto list = persistence::consumers(all.database, reserve);
    for (auto& each : eventsourcing::consumers(all.events, reserve))
        list.push_back(std::move(each));
    return list;
}

std::uint64_t floors_of(const process_sizes& all) {
    std::uint64_t sum = 0;
    for (const auto& each : connections_of(all, 0))
        if (each.resource == "postgres" && each.when == budget::phase::steady)
            sum += each.pool.value_or(0) * each.instances;
    return sum;
}

std::expected<unsigned, setting_fault> reserve_of(const runtime_settings& with,
                                                  std::uint64_t floors) {
    if (!with.postgres_ceiling) return with.postgres_reserve;
    if (*with.postgres_ceiling > floors)
        return static_cast<unsigned>(*with.postgres_ceiling - floors);
    return std::unexpected(setting_fault{
        "HEADROOM_BUDGET_POSTGRES", std::to_string(*with.postgres_ceiling), "environment",
        fmt::format("is below {}, the sum of floors and one to visit the fleet's ledger with",
                    floors + 1),
        "raise it, or lower DATABASE_ASYNC_POOL_SIZE, DATABASE_SYNC_POOL_SIZE, POSTGRES_POOL_SIZE "
        "or POSTGRES_PROJECTION_POOL_SIZE"});
}

std::vector<budget::consumer> redis_rows(const redis::settings& with, duty of) {
    auto rows = redis::consumers(with, redis_uses_of(of));
    if (of == duty::work)
        for (auto& each : tasks::consumers()) rows.push_back(std::move(each));
    return rows;
}

void declare_postgres(budget::book& into, const settings& with, unsigned reserve) {
    // The ledger's visits borrow from the reserve, so a clamped one keeps a unit of it.
    into.declare(budget::resource{.name = "postgres",
                                  .limit = {},
                                  .reserve = reserve,
                                  .reserve_min = std::min(reserve, 1U)});
    if (with.database.pooler)
        into.declare(budget::resource{.name = persistence::pooler_resource,
                                      .limit = with.database.pooler_limit,
                                      .reserve = with.process.postgres_reserve,
                                      .limit_setting = persistence::pooler_limit_setting});
}

/// What is opened there.
void declare_connections(budget::book& into, const settings& with, const process_sizes& sizes,
                         unsigned reserve) {
    for (auto& each : connections_of(sizes, reserve)) into.declare(std::move(each));
    into.declare(fleet::consumer(with.database.serve.user, reserve));
    into.declare(start_check());
}

void declare_redis(budget::book& into, const redis::settings& with, duty of) {
    unsigned floors = 0;
    for (const auto& each : redis_rows(with, of))
        if (each.resource == redis::resource) ++floors;
    into.declare(budget::resource{.name = redis::resource,
                                  .limit = {},
                                  .reserve = redis::reserve_of(with, floors),
                                  .reserve_setting = "REDIS_POOL_SIZE"});
}

}  // namespace

std::string_view to_string(duty of) noexcept {
    constexpr std::string_view names[] = {"serve", "project", "work", "schedule"};
    return names[static_cast<std::size_t>(of)];
}

process_sizes sizes_of(const settings& with, duty of) {
    process_sizes all{with.database, {}};
    all.events = eventsourcing::pools_of(with.events, with.database.serve, of != duty::project);
    if (with.database.pooler) all.events.store_role = with.database.pooler->user;
    all.events.store_resource = with.database.query_resource();
    if (of == duty::serve) return all;
    if (of == duty::work) {
        all.events.projects = false;
        all.events.store = 1;
    }
    // A lane for health and for tasks; nobody opens a transaction or blocks.
    all.database.async = {.lanes = 1, .sessions = 0};
    all.database.sync_pool = 0;
    return all;
}

runtime_settings runtime_of(const settings& with, duty of) {
    auto made = with.process;
    if (of == duty::schedule) made.blocking_threads = 0;
    return made;
}

redis::settings redis_of(const settings& with, duty of) {
    auto made = with.redis;
    if (of == duty::work || of == duty::schedule) made.server = made.tasks;
    return made;
}

redis::uses redis_uses_of(duty of) noexcept { return {.push = of == duty::work}; }

bool uses_redis(const settings& with, duty of) { return redis_of(with, of).server.has_value(); }

bool uses_postgres(duty of) noexcept { return of != duty::schedule; }

bool asks_others(duty of) noexcept { return of == duty::serve; }

std::expected<void, setting_fault> declare(budget::book& into, const settings& with, duty of,
                                           const process_limits& process) {
    const auto sizes = sizes_of(with, of);
    const auto reserve = reserve_of(with.process, floors_of(sizes));
    const auto redis = redis_of(with, of);
    if (uses_postgres(of)) {
        if (!reserve) return std::unexpected(reserve.error());
        declare_postgres(into, with, *reserve);
    }
    if (redis.server) declare_redis(into, redis, of);
    for (auto& each : process.resources()) into.declare(std::move(each));
    if (uses_postgres(of)) declare_connections(into, with, sizes, *reserve);
    if (redis.server)
        for (auto& each : redis_rows(redis, of)) into.declare(std::move(each));
    for (auto& each : headroom::consumers(runtime_of(with, of))) into.declare(std::move(each));
    for (auto& each : http::consumers(with.http, with.process.reactors))
        into.declare(std::move(each));
    if (asks_others(of))
        for (auto& each : http::client_consumers(with.client)) into.declare(std::move(each));
    return {};
}

}  // namespace headroom::service
