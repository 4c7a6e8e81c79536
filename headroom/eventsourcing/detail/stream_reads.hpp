// eventsourcing/detail/stream_reads.hpp: streams and snapshots, read over the lanes.
#pragma once
#include "headroom/eventsourcing/event_store.hpp"

namespace headroom::eventsourcing::detail {

/// A page ends after so many events, or with the one that brings it to so many bytes of state.
inline constexpr std::size_t page_events_max = 256;
inline constexpr std::size_t page_bytes_max = 1024 * 1024;

task<history> read_stream(persistence::lanes& over, stream_id stream, stream_version after,
                          deadline until);
task<std::optional<snapshot>> read_snapshot(persistence::lanes& over, stream_id stream,
                                            deadline until);

/// A newer one stays; the older ones go.
std::vector<persistence::step> replace_snapshot(stream_id stream, const snapshot& with);

}  // namespace headroom::eventsourcing::detail
