#include "service/start_check.hpp"

#include "headroom/persistence/migrations.hpp"
#include "headroom/persistence/roles.hpp"
#include "service/schema.hpp"

namespace headroom::service {

task<start_findings> check_start(reactor& home, budget::grant& share, persistence::door& to,
                                 std::string application_name, profile in, deadline until) {
    auto unit = share.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    persistence::connection_options options;
    options.application_name = std::move(application_name);
    options.statement_cache_max = 0;
    persistence::connection look(home, *std::move(unit), std::move(options));
    co_await to.open(look, until);

    auto standing =
        persistence::judge_role(co_await persistence::read_role_standing(look, until), in);
    start_findings found{std::move(standing.faults), std::move(standing.warnings)};
    if (auto old = co_await persistence::check_schema(look, schema_version(), until); !old.empty())
        found.faults.push_back(std::move(old));
    co_await look.close(until);
    co_return found;
}

}  // namespace headroom::service
