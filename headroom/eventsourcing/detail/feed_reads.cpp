#include "headroom/eventsourcing/detail/feed_reads.hpp"

#include "headroom/eventsourcing/detail/event_rows.hpp"
#include "headroom/persistence/error.hpp"

namespace headroom::eventsourcing::detail {

using persistence::statement;

namespace {

// The control file tells the timeline of its last checkpoint, which comes long after a promotion.
constexpr statement history_of_server(R"(
select system_identifier::text,
       case when pg_is_in_recovery() then 0
       else ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int end,
       pg_is_in_recovery()
from pg_control_system())");
constexpr statement newest(
    "select notification_id, event_id from headroom_events order by notification_id desc limit 1");
constexpr statement known_again(
    "select exists (select from headroom_events where notification_id = $1 and event_id = $2)");
constexpr statement holders(R"(
select distinct virtualtransaction from pg_catalog.pg_locks
where locktype = 'relation' and relation = 'headroom_events'::regclass
  and database = (select oid from pg_catalog.pg_database where datname = current_database())
  and granted and pid <> pg_backend_pid()
  and mode in ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
               'AccessExclusiveLock'))");
constexpr statement visible(
    "select exists (select from headroom_events where notification_id = $1)");
// The sizes come first, without the values: what is fetched afterwards is no more than fits.
constexpr statement within_bounds(R"(
with few as materialized (
    select notification_id as id, octet_length(state) + 512 as size from headroom_events
    where notification_id > $1 and notification_id <= $2 order by notification_id limit $3),
sized as (
    select id, row_number() over by_id as nth, sum(size) over by_id as bytes
    from few window by_id as (order by id)),
fit as (select max(id) as last from sized where nth = 1 or bytes <= $4)
select notification_id, originator_id, originator_version, event_id, recorded_at, topic, state,
       metadata::text, coalesce(tenant_id, ''), (select last < (select max(id) from few) from fit)
from headroom_events
where notification_id > $1 and notification_id <= (select last from fit)
order by notification_id)");
constexpr statement blocker(R"(
select l.pid, coalesce(a.application_name, ''),
       coalesce(extract(epoch from clock_timestamp() - a.xact_start) * 1000, 0)::bigint
from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid
where l.locktype = 'virtualxid' and l.virtualtransaction = any ($1::text[])
order by a.xact_start nulls last limit 1)");

/// What the allocator and the two shared pointers take beside a page's parts, about.
constexpr std::size_t page_overhead = 256;

std::size_t size_of(const page& of, const persistence::rows& texts) {
    return page_overhead + sizeof(page) + of.events.capacity() * sizeof(recorded_event) +
           texts.bytes();
}

}  // namespace

task<server_history> read_history(persistence::session& on, deadline until) {
    const auto found = co_await on.run(history_of_server, until);
    if (found[0].get<bool>(2))
        throw persistence::server_error(std::string(persistence::sqlstate::read_only_transaction),
                                        "events are read from the primary");
    co_return server_history{found[0].get<std::string>(0), found[0].get<std::int32_t>(1)};
}

task<landmark> read_newest(persistence::session& on, deadline until) {
    const auto found = co_await on.run(newest, until);
    if (found.empty()) co_return landmark{};
    co_return landmark{found[0].get<std::int64_t>(0), found[0].get<uuid>(1)};
}

task<bool> still_there(persistence::session& on, landmark what, deadline until) {
    if (what.position == 0) co_return true;
    co_return (co_await on.run(known_again, until, what.position, what.id)).one<bool>();
}

task<std::vector<std::string>> read_holders(persistence::session& on, deadline until) {
    co_return (co_await on.run(holders, until)).all<std::string>();
}

task<bool> is_visible(persistence::session& on, log_position which, deadline until) {
    co_return (co_await on.run(visible, until, which)).one<bool>();
}

task<std::shared_ptr<page>> read_page(persistence::session& on, read_bounds within,
                                      deadline until) {
    auto found = std::make_shared<persistence::rows>(
        co_await on.run(within_bounds, until, within.after, within.through,
                        static_cast<std::int64_t>(within.events_max),
                        static_cast<std::int64_t>(within.bytes_max)));
    auto made = std::make_shared<page>();
    made->after = within.after;
    made->events.reserve(static_cast<std::size_t>(found->size()));
    for (int i = 0; i < found->size(); ++i) made->events.push_back(event_in((*found)[i]));
    made->bytes = size_of(*made, *found);
    if (!made->events.empty())
        made->cut = made->events.size() >= within.events_max || (*found)[0].get<bool>(9);
    made->through = made->cut ? made->events.back().position : within.through;
    made->owner = std::move(found);
    co_return made;
}

task<feed_stall> read_stall(persistence::session& on, log_position at,
                            std::vector<std::string> suspects, deadline until) {
    const auto found = co_await on.run(blocker, until, std::span<const std::string>(suspects));
    feed_stall stall{at, 0, "", {}};
    if (found.empty()) co_return stall;
    stall.pid = found[0].get<std::int32_t>(0);
    stall.application_name = found[0].get<std::string>(1);
    stall.age = std::chrono::milliseconds(found[0].get<std::int64_t>(2));
    co_return stall;
}

}  // namespace headroom::eventsourcing::detail
