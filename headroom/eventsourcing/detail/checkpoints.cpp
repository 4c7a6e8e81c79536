#include "headroom/eventsourcing/detail/checkpoints.hpp"

#include "headroom/persistence/advisory_locks.hpp"

namespace headroom::eventsourcing::detail {

using persistence::parameters;
using persistence::statement;

namespace {

constexpr statement ensure{
    "insert into headroom_checkpoints (projection, version) values ($1, $2)"
    " on conflict do nothing"};

constexpr statement lock_row{
    "select owner is not null and owner <> current_setting('application_name')"
    " from headroom_checkpoints where projection = $1 and version = $2 for update"};
constexpr statement acquire{
    "update headroom_checkpoints set epoch = epoch + 1,"
    " owner = current_setting('application_name'), updated_at = clock_timestamp()"
    " where projection = $1 and version = $2 and exists ("
    "  select from pg_catalog.pg_locks where locktype = 'advisory' and granted and pid = $3"
    "  and classid::int8 = $4 and objid::int8 = lock_id and objsubid = 2 and database ="
    "  (select oid from pg_catalog.pg_database where datname = current_database()))"
    " returning position, epoch, status = 'paused', trying, attempts"};

constexpr statement move{
    "with moved as (update headroom_checkpoints set position = $5, trying = null, attempts = 0,"
    " updated_at = clock_timestamp() where projection = $1 and version = $2 and epoch = $3"
    " and position = $4 and status = 'running' returning 1) select 1 / count(*) from moved"};
constexpr statement note{
    "with noted as (update headroom_checkpoints set trying = $4, attempts = $5"
    " where projection = $1 and version = $2 and epoch = $3 and status = 'running' returning 1)"
    " select 1 / count(*) from noted"};
constexpr statement forget{
    "update headroom_checkpoints set trying = null, attempts = 0"
    " where projection = $1 and version = $2 and epoch = $3"};
constexpr statement do_not_wait_for_the_flush{
    "select set_config('synchronous_commit', 'off', true)"};
constexpr statement release{
    "update headroom_checkpoints set owner = null, updated_at = clock_timestamp()"
    " where projection = $1 and version = $2 and epoch = $3"};

// The signed-in role may end its own sessions; the one the pool has assumed may not.
constexpr statement as_signed_in{"select set_config('role', 'none', true)"};
constexpr statement owner_of{
    "select set_config('headroom.owner', coalesce(owner, ''), true)"
    " from headroom_checkpoints where projection = $1 and version = $2"};
constexpr statement end_named{
    "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
    " where application_name = current_setting('headroom.owner') and application_name <> ''"
    " and usename = session_user and application_name <> current_setting('application_name')"};

constexpr statement park{
    "insert into headroom_parked (projection, version, notification_id, originator_id, attempts,"
    " reason) values ($1, $2, $3, $4, $5, $6) on conflict do nothing"};
constexpr statement unpark{
    "delete from headroom_parked where projection = $1 and version = $2 and notification_id = $3"};
constexpr statement count_failure{
    "update headroom_parked set attempts = attempts + 1, reason = $4,"
    " last_at = clock_timestamp() where projection = $1 and version = $2"
    " and notification_id = $3"};
constexpr statement take_request_back{
    "update headroom_parked set replay = false where projection = $1 and version = $2"
    " and originator_id = $3 and replay"};

parameters keyed(const checkpoint_key& of) { return parameters::of(of.name, of.version); }

template <class... Values>
step with(const statement& text, const checkpoint_key& of, const Values&... values) {
    auto list = keyed(of);
    (list.add(values), ...);
    return {&text, std::move(list)};
}

}  // namespace

constinit const statement look_at_checkpoints{
    "with held as materialized (select objid::int8 as key from pg_catalog.pg_locks"
    " where locktype = 'advisory' and granted and classid::int8 = $3 and objsubid = 2"
    " and database = (select oid from pg_catalog.pg_database where datname = current_database()))"
    " select c.projection, c.version, c.lock_id, c.position, c.epoch, c.status = 'paused',"
    " c.lock_id in (select key from held), exists (select from headroom_parked p"
    "  where p.projection = c.projection and p.version = c.version and p.replay),"
    " (select count(*) from headroom_parked p"
    "  where p.projection = c.projection and p.version = c.version),"
    " (select e.recorded_at from headroom_events e where e.notification_id > c.position"
    "  order by e.notification_id limit 1)"
    " from unnest($1::text[], $2::int8[]) as w (projection, version)"
    " join headroom_checkpoints c on c.projection = w.projection and c.version = w.version"};
constinit const statement read_positions{
    "select c.projection, c.version, c.position"
    " from unnest($1::text[], $2::int8[]) as w (projection, version)"
    " join headroom_checkpoints c on c.projection = w.projection and c.version = w.version"};
constinit const statement read_checkpoint{
    "select position, epoch, status = 'paused' from headroom_checkpoints"
    " where projection = $1 and version = $2"};
constinit const statement parked_streams{
    "select distinct originator_id from headroom_parked where projection = $1 and version = $2"};
constinit const statement replay_stream{
    "select originator_id from headroom_parked where projection = $1 and version = $2 and replay"
    " order by notification_id limit 1"};
constinit const statement replay_positions{
    "select notification_id from headroom_parked where projection = $1 and version = $2"
    " and originator_id = $3 order by notification_id limit $4"};
constinit const statement tell_projections{"select pg_notify('headroom_projections', $1)"};

checkpoint_look checkpoint_look::from(const persistence::row& of) {
    return {.name = of.get<std::string>(0),
            .version = of.get<std::int32_t>(1),
            .lock_id = of.get<std::int32_t>(2),
            .position = of.get<std::int64_t>(3),
            .epoch = of.get<std::int64_t>(4),
            .paused = of.get<bool>(5),
            .locked = of.get<bool>(6),
            .replay = of.get<bool>(7),
            .parked = of.get<std::int64_t>(8),
            .oldest = of.get<std::optional<persistence::timestamp>>(9)};
}

step ensure_checkpoint(const checkpoint_key& of) { return with(ensure, of); }

std::vector<step> acquire_checkpoint(const checkpoint_key& of, int control_pid) {
    std::vector<step> steps{with(lock_row, of)};
    steps.push_back(with(acquire, of, static_cast<std::int32_t>(control_pid),
                         static_cast<std::int64_t>(persistence::lock_class::leader)));
    return steps;
}

std::optional<checkpoint_row> acquired(const std::vector<persistence::rows>& answers) {
    if (answers.at(1).empty()) return std::nullopt;
    const auto row = answers[1][0];
    return checkpoint_row{.position = row.get<std::int64_t>(0),
                          .epoch = row.get<std::int64_t>(1),
                          .paused = row.get<bool>(2),
                          .left_behind = answers[0].one<bool>(),
                          .trying = row.get<std::optional<std::int64_t>>(3),
                          .attempts = static_cast<unsigned>(row.get<std::int32_t>(4))};
}

step move_checkpoint(const checkpoint_key& of, std::int64_t epoch, log_position was,
                     log_position now) {
    return with(move, of, epoch, was, now);
}

std::vector<step> note_try(const checkpoint_key& of, std::int64_t epoch, log_position at,
                           unsigned attempts) {
    std::vector<step> steps{{&do_not_wait_for_the_flush, {}}};
    steps.push_back(with(note, of, epoch, at, static_cast<std::int32_t>(attempts)));
    return steps;
}

step forget_try(const checkpoint_key& of, std::int64_t epoch) { return with(forget, of, epoch); }

step release_checkpoint(const checkpoint_key& of, std::int64_t epoch) {
    return with(release, of, epoch);
}

std::vector<step> end_writers_of_owner(const checkpoint_key& of) {
    std::vector<step> steps{with(owner_of, of)};
    steps.push_back({&as_signed_in, {}});
    steps.push_back({&end_named, {}});
    return steps;
}

step park_event(const checkpoint_key& of, const recorded_event& what, unsigned attempts,
                const std::string& reason) {
    return with(park, of, what.position, what.stream, static_cast<std::int32_t>(attempts), reason);
}

step unpark_event(const checkpoint_key& of, log_position at) { return with(unpark, of, at); }

std::vector<step> replay_failed(const checkpoint_key& of, const parked_event& what,
                                const std::string& reason) {
    std::vector<step> steps{with(count_failure, of, what.position, reason)};
    steps.push_back(with(take_request_back, of, what.stream));
    return steps;
}

}  // namespace headroom::eventsourcing::detail
