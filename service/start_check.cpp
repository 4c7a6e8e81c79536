#include "service/start_check.hpp"

#include <fmt/format.h>

#include "headroom/persistence/error.hpp"
#include "headroom/persistence/migrations.hpp"
#include "headroom/persistence/roles.hpp"
#include "headroom/persistence/visit.hpp"
#include "service/schema.hpp"

namespace headroom::service {
namespace {

using persistence::connection;
using persistence::projector_role;

constexpr persistence::statement has_checkpoints(
    "select to_regclass('headroom_checkpoints') is not null");

persistence::connection_options options_of(const start_visit& how) {
    persistence::connection_options made;
    made.application_name = how.application_name;
    made.statement_cache_max = 0;
    made.ends_with_host = true;
    return made;
}

task<start_findings> look(connection& on, profile in, deadline until) {
    auto standing =
        persistence::judge_role(co_await persistence::read_role_standing(on, until), in);
    start_findings found{std::move(standing.faults), std::move(standing.warnings)};
    if (auto old = co_await persistence::check_schema(on, schema_version(), until); !old.empty())
        found.faults.push_back(std::move(old));
    co_return found;
}

std::string lacks_its_role(const eventsourcing::event_store_settings& of, const char* said) {
    const auto& login = of.projector.user;
    if (of.own_projector)
        return fmt::format("HEADROOM_PROJECTOR_URL: role {} may not become {} ({}): grant {} to {}",
                           login, projector_role, said, projector_role, login);
    return fmt::format(
        "role {} may not become {}, which writes the read models ({}): set HEADROOM_PROJECTOR_URL "
        "to a login that may, or MAX_PROJECTION_RUNNERS=0 to run none here",
        login, projector_role, said);
}

}  // namespace

task<start_findings> check_app(start_visit how, profile in, deadline until) {
    start_findings found;
    co_await persistence::with_connection(
        how.home, how.through, how.share, options_of(how),
        [&](connection& on) -> task<void> { found = co_await look(on, in, until); }, until);
    co_return found;
}

task<start_findings> check_projector(start_visit how, const eventsourcing::event_store_settings& of,
                                     deadline until) {
    auto options = options_of(how);
    options.start_up = {fmt::format("role={}", projector_role)};
    start_findings found;
    const auto look = [&](connection& on) -> task<void> {
        const auto there = co_await on.run(has_checkpoints, {}, until);
        if (!there[0].get<bool>(0))
            found.faults.emplace_back(
                "HEADROOM_PROJECTOR_URL: there are no checkpoints in that database: it has to be "
                "the one of DATABASE_URL");
    };
    try {
        co_await persistence::with_connection(how.home, how.through, how.share, std::move(options),
                                              look, until);
    } catch (const persistence::server_error& why) {
        if (!why.is(persistence::sqlstate::insufficient_privilege)) throw;
        found.faults.push_back(lacks_its_role(of, why.what()));
    }
    co_return found;
}

}  // namespace headroom::service
