#include "headroom/eventsourcing/detail/stream_reads.hpp"

#include "headroom/eventsourcing/detail/event_rows.hpp"

namespace headroom::eventsourcing {
namespace detail {

using persistence::parameters;
using persistence::statement;

namespace {

// `before` is what the page holds without the event: at least one always comes.
constexpr statement page_of_stream(R"(
select notification_id, originator_id, originator_version, event_id, recorded_at, topic, state,
       metadata::text, coalesce(tenant_id, '')
from (select *, sum(octet_length(state)) over (order by originator_version) - octet_length(state)
             as before
      from (select * from headroom_events
            where originator_id = $1 and originator_version > $2
            order by originator_version limit $3) page) page
where before < $4
order by originator_version)");

constexpr statement latest(R"(
select originator_version, topic, state from headroom_snapshots
where originator_id = $1 order by originator_version desc limit 1)");

constexpr statement delete_older(
    "delete from headroom_snapshots where originator_id = $1 and originator_version < $2");
constexpr statement insert_newest(R"(
insert into headroom_snapshots (originator_id, originator_version, topic, state)
select $1, $2, $3, $4
where not exists (select from headroom_snapshots
                  where originator_id = $1 and originator_version >= $2)
on conflict do nothing)");

std::string text_in(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

bool is_full(const std::vector<recorded_event>& events) {
    std::size_t bytes = 0;
    for (const auto& each : events) bytes += each.state.size();
    return events.size() >= page_events_max || bytes >= page_bytes_max;
}

}  // namespace

task<history> read_stream(persistence::lanes& over, stream_id stream, stream_version after,
                          deadline until) {
    std::vector<persistence::rows> pages;
    for (bool more = true; more;) {
        pages.push_back(co_await over.reads().run(
            page_of_stream, until, stream, after, static_cast<std::int64_t>(page_events_max),
            static_cast<std::int64_t>(page_bytes_max)));
        std::vector<recorded_event> events;
        for (int i = 0; i < pages.back().size(); ++i) events.push_back(event_in(pages.back()[i]));
        more = is_full(events);
        if (!events.empty()) after = events.back().version;
    }
    co_return history(std::move(pages));
}

task<std::optional<snapshot>> read_snapshot(persistence::lanes& over, stream_id stream,
                                            deadline until) {
    const auto found = co_await over.reads().run(latest, until, stream);
    if (found.empty()) co_return std::nullopt;
    co_return snapshot{found[0].get<std::int64_t>(0), found[0].get<std::string>(1),
                       text_in(found[0].get<std::span<const std::byte>>(2))};
}

std::vector<persistence::step> replace_snapshot(stream_id stream, const snapshot& with) {
    std::vector<persistence::step> steps;
    steps.push_back({&delete_older, parameters::of(stream, with.version)});
    steps.push_back({&insert_newest,
                     parameters::of(stream, with.version, with.topic,
                                    std::as_bytes(std::span(with.state)))});
    return steps;
}

}  // namespace detail

history::history(std::vector<persistence::rows> owned) : rows_(std::move(owned)) {
    for (const auto& page : rows_)
        for (int i = 0; i < page.size(); ++i) events_.push_back(detail::event_in(page[i]));
}

}  // namespace headroom::eventsourcing
