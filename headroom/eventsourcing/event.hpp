// eventsourcing/event.hpp: an event before and after it is recorded.
//
// A stream is the history of one aggregate; its events are numbered from 1 (`version`). All events
// of all streams stand in one order besides (`position`), in which projections read them.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/parameters.hpp"

namespace headroom::eventsourcing {

using persistence::timestamp;
using persistence::uuid;

/// One aggregate's history.
using stream_id = uuid;
/// Number of an event in its stream, from 1; 0 is the version of a stream that has none.
using stream_version = std::int64_t;
/// Place of an event in the order of all events, from 1; 0 stands before the first. Not every
/// number has an event: those of rolled-back appends stay empty for ever.
using log_position = std::int64_t;

inline constexpr std::size_t topic_bytes_max = 255;
inline constexpr std::size_t state_bytes_max = 1024 * 1024;    ///< of one event
inline constexpr std::size_t state_depth_max = 32;             ///< nesting of its JSON
inline constexpr std::size_t metadata_bytes_max = 16 * 1024;   ///< of one event

/// Who caused an event, on whose behalf. All optional; written into every event of an append.
struct event_context {
    std::optional<std::string> tenant;  ///< a checked tenant_id's text
    std::string correlation_id, causation_id, user_id;
};

/// An event to be appended. `id` makes the append idempotent: recorded once, however often it is
/// sent. `state` is compact JSON, `topic` names its shape ("tenancy:Tenant.Provisioned").
struct new_event {
    uuid id;
    std::string topic;
    std::string state;
};

/// A recorded event. The texts are views: valid while whatever handed it out (a page, a list of
/// history) lives.
struct recorded_event {
    log_position position = 0;
    stream_id stream;
    stream_version version = 0;
    uuid id;
    timestamp recorded_at;
    std::string_view topic;
    std::string_view state;
    std::string_view metadata;  ///< JSON object
    std::string_view tenant;    ///< "" when the event belongs to none
};

/// A fresh, time-ordered identifier (UUID version 7, RFC 9562). Thread-safe.
uuid new_uuid();
/// "0190b0c4-7d5e-7c3a-9a51-0f2b6d3e4c5d".
std::string to_string(const uuid& of);
/// The canonical form only, in either case; nothing else.
std::optional<uuid> parse_uuid(std::string_view text) noexcept;

}  // namespace headroom::eventsourcing
