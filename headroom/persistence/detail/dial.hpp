// persistence/detail/dial.hpp: from an address to a signed-in libpq connection, without blocking.
#pragma once
#include "headroom/persistence/connect_info.hpp"
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/detail/answer_error.hpp"
#include "headroom/persistence/detail/pg_handle.hpp"

namespace headroom::persistence::detail {

/// The keywords libpq gets: `target` with what `options` asks for added.
connect_keywords keywords_of(connect_info target, const connection_options& options);

/// A connection on its way up. Whoever gives up half way can still close it properly.
struct dialled {
    pg_handle pg;
    bool reached = false;  ///< the server's side exists: it may have a backend for us
    /// The server holds nothing of ours any more, or never did.
    bool gone() const { return !reached || saw_the_end(pg.get()); }
};

/// Fills `into` from the first moment on. Afterwards it is non-blocking and in pipeline mode.
/// Throws as connection::open says.
task<void> dial(reactor& home, const connect_info& target, const connection_options& options,
                deadline until, dialled& into);

}  // namespace headroom::persistence::detail
