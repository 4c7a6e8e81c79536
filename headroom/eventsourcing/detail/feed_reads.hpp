// eventsourcing/detail/feed_reads.hpp: what the feed asks the server, each on a session it is lent.
#pragma once
#include <string>
#include <vector>

#include "headroom/eventsourcing/detail/event_pages.hpp"
#include "headroom/persistence/session.hpp"

namespace headroom::eventsourcing::detail {

/// Which history a server tells: another cluster, or a promoted standby, tells another one.
struct server_history {
    std::string system;
    std::int32_t timeline = 0;
    bool operator==(const server_history&) const = default;
};
/// Throws server_error 25006 on a standby: who writes events is not in its lock table.
task<server_history> read_history(persistence::session& on, deadline until);

/// An event by which its history can be known again; position 0 stands for an empty table.
struct landmark {
    log_position position = 0;
    uuid id;
};
/// The event of the largest position visible.
task<landmark> read_newest(persistence::session& on, deadline until);
/// Whether that event is where it was. A restored copy, or a server that lost its last commits,
/// has the identity of the server before and may give the same numbers to other events.
task<bool> still_there(persistence::session& on, landmark what, deadline until);

/// Virtual transactions that hold a lock under which events are written, ours excepted.
task<std::vector<std::string>> read_holders(persistence::session& on, deadline until);

/// Whether an event of this position is visible.
task<bool> is_visible(persistence::session& on, log_position which, deadline until);

/// Bounds of one read. At least one event comes, however large it is.
struct read_bounds {
    log_position after = 0, through = 0;  ///< after < position <= through
    std::size_t events_max = 0, bytes_max = 0;
};
/// The events within; page::through is the last one's position, or `through` when nothing was cut
/// off by a bound.
task<std::shared_ptr<page>> read_page(persistence::session& on, read_bounds within,
                                      deadline until);

/// The oldest of the transactions, with what the server lets our role see of it.
task<feed_stall> read_stall(persistence::session& on, log_position at,
                            std::vector<std::string> suspects, deadline until);

}  // namespace headroom::eventsourcing::detail
