#include "headroom/eventsourcing/projection_admin.hpp"

#include "headroom/eventsourcing/detail/checkpoints.hpp"

namespace headroom::eventsourcing {
namespace {

using persistence::connection;
using persistence::parameters;
using persistence::statement;
using persistence::step;

constexpr statement list_all{
    "select c.projection, c.version, c.position,"
    " (select coalesce(max(notification_id), 0) from headroom_events), c.status = 'paused',"
    " coalesce(c.owner, ''), c.trying, c.attempts, (select count(*) from headroom_parked p"
    "  where p.projection = c.projection and p.version = c.version),"
    " array(select p.reason from headroom_parked p where p.projection = c.projection"
    "  and p.version = c.version and p.attempts > 0 order by p.notification_id limit $1),"
    " c.updated_at from headroom_checkpoints c order by c.projection, c.version"};
constexpr statement set_status{
    "update headroom_checkpoints set status = $3, updated_at = clock_timestamp()"
    " where projection = $1 and version = $2"};
// The row first, as a batch does: so neither waits for the other in a circle.
constexpr statement set_back{
    "update headroom_checkpoints set position = $3, epoch = epoch + 1, trying = null,"
    " attempts = 0, updated_at = clock_timestamp()"
    " where projection = $1 and version = $2 and position >= $3"};
// 22012, and nothing happens at all, where the row was not set back.
constexpr statement require_set_back{
    "select 1 / count(*) from headroom_checkpoints"
    " where projection = $1 and version = $2 and position = $3"};
constexpr statement forget_parked{
    "delete from headroom_parked"
    " where projection = $1 and version = $2 and notification_id > $3"};
constexpr statement ask_for_replay{
    "update headroom_parked set replay = true"
    " where projection = $1 and version = $2 and ($3::uuid is null or originator_id = $3)"};

constexpr std::string_view division_by_zero = "22012";

task<void> tell(connection& over, deadline until) {
    co_await over.run(detail::tell_projections, parameters::of("changed"), until);
}

task<bool> change_status(connection& over, const projection_id& which, std::string_view to,
                         deadline until) {
    const auto done = co_await over.run(
        set_status, parameters::of(which.name, which.version, to), until);
    co_await tell(over, until);
    co_return done.affected() == 1;
}

projection_entry entry_in(const persistence::row& of) {
    return {.name = of.get<std::string>(0),
            .version = of.get<std::int32_t>(1),
            .position = of.get<std::int64_t>(2),
            .newest = of.get<std::int64_t>(3),
            .paused = of.get<bool>(4),
            .owner = of.get<std::string>(5),
            .trying = of.get<std::optional<std::int64_t>>(6),
            .attempts = static_cast<unsigned>(of.get<std::int32_t>(7)),
            .parked = of.get<std::int64_t>(8),
            .reasons = of.get<std::vector<std::string>>(9),
            .updated_at = of.get<persistence::timestamp>(10)};
}

}  // namespace

task<std::vector<projection_entry>> list_projections(connection& over, deadline until) {
    const auto rows = co_await over.run(list_all, parameters::of(reasons_max), until);
    std::vector<projection_entry> all;
    for (int i = 0; i < rows.size(); ++i) all.push_back(entry_in(rows[i]));
    co_return all;
}

task<bool> pause_projection(connection& over, projection_id which, deadline until) {
    co_return co_await change_status(over, which, "paused", until);
}

task<bool> resume_projection(connection& over, projection_id which, deadline until) {
    co_return co_await change_status(over, which, "running", until);
}

task<bool> rewind_projection(connection& over, projection& which, log_position to,
                             deadline until) {
    const std::string name(which.name());
    const auto values = parameters::of(name, which.version(), to);
    std::vector<step> steps{{&set_back, values}, {&require_set_back, values},
                            {&forget_parked, values}};
    effects emptying;
    if (to == 0) which.clear(emptying);
    for (const auto& each : emptying.steps()) steps.push_back(each);
    bool done = true;
    try {
        co_await over.run_unit(steps, until);
    } catch (const persistence::server_error& refused) {
        if (!refused.is(division_by_zero)) throw;
        done = false;
    }
    if (done) co_await tell(over, until);
    co_return done;
}

task<std::int64_t> replay_parked(connection& over, projection_id which,
                                 std::optional<stream_id> stream, deadline until) {
    const auto asked = co_await over.run(
        ask_for_replay, parameters::of(which.name, which.version, stream), until);
    co_await tell(over, until);
    co_return asked.affected();
}

}  // namespace headroom::eventsourcing
