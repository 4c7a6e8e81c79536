// eventsourcing/detail/event_rows.hpp: rows of the events table as recorded events.
#pragma once
#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/rows.hpp"

namespace headroom::eventsourcing::detail {

/// A row of `select notification_id, originator_id, originator_version, event_id, recorded_at,
/// topic, state, metadata::text, coalesce(tenant_id, '')`. Its texts point into the result.
recorded_event event_in(const persistence::row& from);

}  // namespace headroom::eventsourcing::detail
