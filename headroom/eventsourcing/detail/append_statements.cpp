#include "headroom/eventsourcing/detail/append_statements.hpp"

#include <algorithm>

namespace headroom::eventsourcing::detail {

using persistence::parameters;
using persistence::rows;
using persistence::statement;

// `asked` is what is expected of each stream, `recorded` what was written. Positions are drawn in
// the order of the sort: PostgreSQL evaluates the column's default above it.
constexpr statement append_events(R"(
with asked as materialized (
    select s.ord, s.entry, s.expected,
           coalesce((select e.originator_version from headroom_events e
                     where e.originator_id = s.stream
                     order by e.originator_version desc limit 1), 0) as actual
    from unnest($1::uuid[], $2::bigint[], $3::bigint[]) with ordinality
         as s (stream, expected, entry, ord)
), recorded as (
    insert into headroom_events (originator_id, originator_version, topic, state, event_id,
                                 metadata, tenant_id)
    select n.stream, n.version, n.topic, n.state, n.id, ($10::jsonb[])[n.entry],
           nullif(($11::text[])[n.entry], '')
    from unnest($4::uuid[], $5::bigint[], $6::text[], $7::bytea[], $8::uuid[], $9::bigint[])
         with ordinality as n (stream, version, topic, state, id, entry, ord)
    where n.entry not in (select a.entry from asked a where a.actual <> a.expected)
    order by n.ord
    returning notification_id
)
select null::bigint, notification_id from recorded
union all
select ord, actual from asked where actual <> expected)");

constexpr statement confirm_event(R"(
select 1 / count(*) from headroom_events
where originator_id = $1 and originator_version = $2 and xmin = pg_current_xact_id()::xid)");

parameters confirm_values(const append_entry& of) {
    const auto& last = of.what.streams.back();
    return parameters::of(last.stream, last.expected + std::ssize(last.events));
}

constexpr statement look_up_events(R"(
select w.ord, e.notification_id,
       e.originator_id = w.stream and e.originator_version = w.version and e.topic = w.topic
       and e.state = w.state
from unnest($1::uuid[], $2::bigint[], $3::text[], $4::bytea[], $5::uuid[])
     with ordinality as w (stream, version, topic, state, id, ord)
join headroom_events e on e.event_id = w.id
order by w.ord)");

constexpr statement stream_versions(R"(
select coalesce((select e.originator_version from headroom_events e
                 where e.originator_id = s.stream
                 order by e.originator_version desc limit 1), 0)
from unnest($1::uuid[]) with ordinality as s (stream, ord)
order by s.ord)");

namespace {

/// The events of a batch, a column each.
struct event_columns {
    explicit event_columns(batch_view batch) {
        std::int64_t entry = 0;
        for (const auto& each : batch) {
            ++entry;
            for (const auto& stream : each->what.streams) add(stream, entry);
        }
    }
    void add(const stream_append& of, std::int64_t entry) {
        auto version = of.expected;
        for (const auto& each : of.events) {
            streams.push_back(of.stream);
            versions.push_back(++version);
            topics.emplace_back(each.topic);
            states.push_back(std::as_bytes(std::span(each.state)));
            ids.push_back(each.id);
            entries.push_back(entry);
        }
    }
    void encode(parameters& into) const {
        into.add(std::span(streams));
        into.add(std::span(versions));
        into.add(std::span(topics));
        into.add(std::span(states));
        into.add(std::span(ids));
    }

    std::vector<uuid> streams, ids;
    std::vector<std::int64_t> versions, entries;
    std::vector<std::string_view> topics;
    std::vector<std::span<const std::byte>> states;
};

/// Throws when the server's answer cannot be one to what was asked.
void require(bool sense, const char* what) {
    if (!sense) throw persistence::unexpected_result(what);
}

}  // namespace

parameters append_values(batch_view batch) {
    std::vector<uuid> streams;
    std::vector<std::int64_t> expected, entries;
    std::vector<persistence::jsonb> metadata;
    std::vector<std::string_view> tenants;
    std::int64_t entry = 0;
    for (const auto& each : batch) {
        ++entry;
        for (const auto& stream : each->what.streams) {
            streams.push_back(stream.stream);
            expected.push_back(stream.expected);
            entries.push_back(entry);
        }
        metadata.push_back({each->metadata});
        const auto& tenant = each->what.context.tenant;
        tenants.push_back(tenant ? std::string_view(*tenant) : std::string_view());
    }
    const event_columns events(batch);
    parameters values;
    values.add(std::span(streams));
    values.add(std::span(expected));
    values.add(std::span(entries));
    events.encode(values);
    values.add(std::span(events.entries));
    values.add(std::span<const persistence::jsonb>(metadata));
    values.add(std::span(tenants));
    return values;
}

std::vector<append_answer> read_append(batch_view batch, const rows& from) {
    std::vector<log_position> positions;
    std::vector<std::optional<stream_version>> moved_to;  // by stream, in the order of the batch
    for (const auto& each : batch) moved_to.resize(moved_to.size() + each->what.streams.size());
    for (int i = 0; i < from.size(); ++i) {
        const auto stream = from[i].get<std::optional<std::int64_t>>(0);
        const auto value = from[i].get<std::int64_t>(1);
        if (!stream) {
            positions.push_back(value);
            continue;
        }
        require(*stream > 0 && *stream <= std::ssize(moved_to), "a stream nobody asked for");
        moved_to[static_cast<std::size_t>(*stream) - 1] = value;
    }
    std::ranges::sort(positions);  // as they were drawn, whatever order the rows came in
    std::vector<append_answer> all;
    std::size_t at = 0, next = 0;
    for (const auto& each : batch) {
        auto& mine = all.emplace_back();
        for (const auto& stream : each->what.streams)
            if (const auto& actual = moved_to[at++]; actual && !mine.conflict)
                mine.conflict = {stream.stream, stream.expected, *actual};
        if (mine.conflict) continue;
        require(next + each->events <= positions.size(), "fewer events recorded than sent");
        for (std::size_t i = 0; i < each->events; ++i) mine.positions.push_back(positions[next++]);
    }
    require(next == positions.size(), "more events recorded than sent");
    return all;
}

parameters look_up_values(batch_view batch) {
    const event_columns events(batch);
    parameters values;
    events.encode(values);
    return values;
}

std::vector<found_events> read_look_up(batch_view batch, const rows& from) {
    std::vector<found_events> all;
    std::int64_t before = 0;
    int row = 0;
    for (const auto& each : batch) {
        auto& mine = all.emplace_back();
        const auto end = before + static_cast<std::int64_t>(each->events);
        const event_columns events(batch_view(&each, 1));
        for (; row < from.size() && from[row].get<std::int64_t>(0) <= end; ++row) {
            const auto index = from[row].get<std::int64_t>(0) - before - 1;
            require(index >= 0, "an event nobody looked up");
            if (from[row].get<bool>(2)) mine.positions.push_back(from[row].get<std::int64_t>(1));
            else if (!mine.foreign) mine.foreign = events.ids[static_cast<std::size_t>(index)];
        }
        mine.all = mine.positions.size() == each->events;
        before = end;
    }
    return all;
}

parameters version_values(const append_entry& of) {
    std::vector<uuid> streams;
    for (const auto& each : of.what.streams) streams.push_back(each.stream);
    return parameters::of(std::span<const uuid>(streams));
}

std::optional<version_conflict> read_versions(const append_entry& of, const rows& from) {
    require(from.size() == std::ssize(of.what.streams), "a version for each stream");
    for (int i = 0; i < from.size(); ++i) {
        const auto& asked = of.what.streams[static_cast<std::size_t>(i)];
        const auto actual = from[i].get<std::int64_t>(0);
        if (actual != asked.expected)
            return version_conflict{asked.stream, asked.expected, actual};
    }
    return std::nullopt;
}

}  // namespace headroom::eventsourcing::detail
