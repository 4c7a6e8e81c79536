// persistence/overdue.hpp: what a connection does for others whose close nobody has seen.
#pragma once
#include <chrono>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/connection.hpp"

namespace headroom::persistence {

struct overdue_bounds {
    std::chrono::milliseconds overdue_ms{1'000};  ///< a close not known for longer is looked into
    /// Added to the server's authentication_timeout before a sign-in that was given up counts as
    /// ended there too.
    std::chrono::milliseconds sign_in_margin_ms{5'000};
};

/// Terminates, over `on`, each overdue backend of the room that holds a unit of `of`, and frees
/// that unit once the server no longer shows the backend. `of` is the ledger of the very server
/// that `on` leads to: another one would not show it either. A limited number at a time; call it
/// again. On the reactor of `on`, whichever the room's is. Throws what connection::run does.
task<void> end_overdue_backends(connection& on, closing_room& room, const budget::ledger& of,
                                overdue_bounds within, deadline until);

}  // namespace headroom::persistence
