// eventsourcing/projection_admin.hpp: what an operator does about projections.
//
// Each verb is one short transaction over a connection as the projector role, and a word to the
// owners after it. None needs an owner to be alive: what it writes stands in the tables, is found
// by whoever owns the projection at the latest with its next batch, and survives any restart. A
// batch under way either ends before the verb or is rolled back because of it.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/eventsourcing/projection.hpp"
#include "headroom/persistence/connection.hpp"

namespace headroom::eventsourcing {

/// A projection as its checkpoint shows it, running or not.
struct projection_entry {
    std::string name;
    int version = 1;
    log_position position = 0, newest = 0;  ///< taken; recorded
    bool paused = false;
    std::string owner;                      ///< application_name; "" when nobody runs it
    std::optional<log_position> trying;     ///< an event under suspicion
    unsigned attempts = 0;                  ///< how often it was tried
    std::int64_t parked = 0;                ///< events put aside
    std::vector<std::string> reasons;       ///< why, of the oldest few
    persistence::timestamp updated_at;
};

inline constexpr std::int32_t reasons_max = 5;

/// In which version of a projection; most have one.
struct projection_id {
    std::string name;
    int version = 1;
};

/// Every checkpoint there is, by name. All verbs throw what connection::run throws.
task<std::vector<projection_entry>> list_projections(persistence::connection& over, deadline until);

/// No batch is committed after it has returned. False when there is no such checkpoint.
task<bool> pause_projection(persistence::connection& over, projection_id which, deadline until);
task<bool> resume_projection(persistence::connection& over, projection_id which, deadline until);

/// Reads again from the event after `to`, which is not beyond where it stands. From 0 it is a
/// rebuild: the read model is emptied in the same transaction. From elsewhere the read model stays,
/// and its statements have to bear being repeated. Parked events after `to` are forgotten: they are
/// read again. False when there is no such checkpoint, or it stands before `to`.
task<bool> rewind_projection(persistence::connection& over, projection& which, log_position to,
                             deadline until);

/// Parked events are to be tried again, of one stream or of all, each stream in its order; a stream
/// whose events all pass is followed again. Returns how many events were asked for.
task<std::int64_t> replay_parked(persistence::connection& over, projection_id which,
                                 std::optional<stream_id> stream, deadline until);

}  // namespace headroom::eventsourcing
