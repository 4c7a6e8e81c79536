// http/body_stream.hpp: a body that is made while it is sent.
//
//     co_return response::stream("application/x-ndjson", [rows = open(of)](deadline due) mutable {
//         return next_line(rows, due);
//     });
//
// Pulled: the next piece is asked for when the client has taken those before, so a slow client
// slows its source down and what is buffered is one piece.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::http {

/// The next piece of a body; an empty one when there is none by `due` (it is asked again); none at
/// the end. `due` is waits::request_max ahead. Awaited on its connection's reactor, one call at a
/// time, as long as the request lives, and destroyed with the answer. Cancelled when the client
/// leaves, when the server stops, and a moment after `due`. What it throws ends the connection: the
/// client sees a body cut short.
using piece_source = std::move_only_function<task<std::optional<std::string>>(deadline due)>;

struct body_stream {
    piece_source next;
    /// It has no end of its own, such as a stream of events: counted in settings::streams_max and
    /// not among the requests in flight, asked for a piece every waits::heartbeat at least, and
    /// ended by a drain as soon as idle connections are.
    bool lasting = false;
    std::string farewell{};  ///< the last piece of a lasting one that a drain ends
};

}  // namespace headroom::http
