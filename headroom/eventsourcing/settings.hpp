// eventsourcing/settings.hpp: the event store's sizes, and as whom read models are written.
//
// The names are those an existing deployment has. Sizes are those of a process: they do not grow
// with the number of projections.
#pragma once
#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::eventsourcing {

/// What MAX_PROJECTION_RUNNERS may be at most: each projection is a health check and some series.
inline constexpr unsigned projection_runners_most = 256;

/// Where HEADROOM_PROJECTOR_URL is not set, the projector signs in with DATABASE_URL.
struct event_store_settings {
    unsigned pool = 2;                 ///< POSTGRES_POOL_SIZE: the event store's floor
    std::optional<unsigned> overflow;  ///< POSTGRES_MAX_OVERFLOW: caps what it borrows
    unsigned writers = 2;              ///< POSTGRES_PROJECTION_POOL_SIZE less the feed's one
    std::optional<unsigned> catch_up;  ///< POSTGRES_PROJECTION_MAX_OVERFLOW: likewise
    unsigned runners_max = 8;          ///< MAX_PROJECTION_RUNNERS; 0: a process without any
    persistence::connect_info projector;
    bool own_projector = false;  ///< HEADROOM_PROJECTOR_URL is set
};

/// Declares and reads them. Faults are kept by the reader; `serve` is what DATABASE_URL said.
event_store_settings read_event_store_settings(setting_reader& from,
                                               const persistence::connect_info& serve);

/// As rows of the plan: of a process that `appends`, and that runs projections unless it runs none.
event_pools pools_of(const event_store_settings& with, const persistence::connect_info& serve,
                     bool appends);

}  // namespace headroom::eventsourcing
