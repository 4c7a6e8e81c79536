#include "service/start_check.hpp"

#include "headroom/persistence/migrations.hpp"
#include "headroom/persistence/roles.hpp"
#include "headroom/persistence/visit.hpp"
#include "service/schema.hpp"

namespace headroom::service {

namespace {

task<start_findings> look(persistence::connection& on, profile in, deadline until) {
    auto standing =
        persistence::judge_role(co_await persistence::read_role_standing(on, until), in);
    start_findings found{std::move(standing.faults), std::move(standing.warnings)};
    if (auto old = co_await persistence::check_schema(on, schema_version(), until); !old.empty())
        found.faults.push_back(std::move(old));
    co_return found;
}

}  // namespace

task<start_findings> check_start(reactor& home, budget::grant& share, persistence::door& to,
                                 std::string application_name, profile in, deadline until) {
    persistence::connection_options options;
    options.application_name = std::move(application_name);
    options.statement_cache_max = 0;
    start_findings found;
    co_await persistence::with_connection(
        home, to, share, std::move(options),
        [&](persistence::connection& on) -> task<void> { found = co_await look(on, in, until); },
        until);
    co_return found;
}

}  // namespace headroom::service
