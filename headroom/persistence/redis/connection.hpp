// persistence/redis/connection.hpp: one connection to Redis, constructed from the unit it uses.
//
// RESP3 on one reactor. Many callers may have commands in flight; answers come back in the order in
// which the commands were sent, and what is sent in one turn of the reactor goes out in one write.
// A connection belongs to its reactor: every call from that thread. It does not reconnect: mux.hpp
// and subscriptions.hpp replace a lost one. Closing means waiting for the server's end of file;
// until then the lease is in its closing state (design law 2).
//
// A command that blocks on the server (XREADGROUP ... BLOCK, BLPOP) holds up all behind it: it has
// a connection of its own, a deadline beyond its BLOCK, and is ended early by
// `CLIENT UNBLOCK client_id()` from another connection.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/redis/command.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/persistence/redis/error.hpp"
#include "headroom/persistence/redis/value.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::redis {

/// How connections of one consumer behave. Plain data, checked where settings are read.
struct connection_options {
    std::string name{};                  ///< of the client, see application_name.hpp
    std::size_t pending_max = 16'384;    ///< answers in flight; one more command is refused
    std::size_t unsent_bytes_max = 16 << 20;  ///< that wait for the socket; likewise
    parser_bounds answers{};             ///< what one answer may be
    std::chrono::milliseconds abandon_grace_ms{1000};  ///< an overdue answer later than this: lost
    bool no_evict = false;               ///< asks the server not to end it when memory is short
    bool needs_primary = false;          ///< a replica is as good as no server
};

class connection {
public:
    enum class state { closed, connecting, ready, lost, closing };

    /// Requires a held lease of a redis ledger and lives on `home`.
    connection(reactor& home, budget::lease unit, connection_options options);
    /// A connection that is still open goes on closing in the background: its socket and its lease
    /// move to the reactor's closing room (persistence/closing_room.hpp).
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Connects, signs in, selects the database. `target` must have an address and no sentinels:
    /// nothing is resolved here, see door.hpp. Throws connection_lost, deadline_passed,
    /// server_error (WRONGPASS, NOAUTH, LOADING, or is_full()). Once.
    task<void> open(connect_info target, deadline until);

    /// Before open(): connects to `target`, asks one thing, closes and waits for the end, all on
    /// this connection's unit, so that one unit is one socket at any time. Throws as open() and
    /// run(). When the end does not come by the deadline, the unit stays closing and this
    /// connection cannot be opened any more.
    task<value> ask_first(connect_info target, command what, deadline until);

    /// One command. Throws server_error, connection_lost, deadline_passed, budget::refused
    /// (pending_max, unsent_bytes_max). On deadline the command is abandoned: it may still run, and
    /// its answer is discarded when it comes. connection_lost::may_have_run() is false when not all
    /// of the command had been handed to the socket.
    task<value> run(command what, deadline until);

    /// The same; `what` stays where it is until this has ended: for who may have to send it again.
    task<value> run_held(const command& what, deadline until);

    /// Several in one write, answered together, an answer each. Errors of single commands are
    /// values of kind::error in their places. Not a transaction, unless it is MULTI ... EXEC.
    task<std::vector<value>> run_unit(std::span<const command> what, deadline until);

    /// Waits until every answer is in, at most until the deadline. False when some are still due.
    task<bool> drain(deadline until);

    /// Shuts down, and waits for the server's end of file; then the lease is back. On the deadline
    /// the rest goes on in the closing room. Commands in flight are lost.
    task<void> close(deadline until);

    state is() const noexcept;
    bool idle() const noexcept;  ///< ready, nothing in flight
    std::size_t pending() const noexcept;
    std::size_t unsent_bytes() const noexcept;
    std::int64_t client_id() const noexcept;  ///< of CLIENT LIST; 0 before it is open
    const std::string& server_version() const noexcept;
    /// What was asked for and not granted, a sentence each: no_evict.
    const std::vector<std::string>& notes() const noexcept;
    /// In connect_info::spare_database, because the other was refused.
    bool on_spare() const noexcept;
    const std::string& name() const noexcept;
    const std::string& consumer() const noexcept;
    const connection_options& options() const noexcept;
    deadline::clock::time_point opened_at() const noexcept;
    deadline::clock::time_point last_used() const noexcept;
    /// When the server was last heard.
    deadline::clock::time_point last_heard() const noexcept;
    /// How long an answer has been due without a byte from the server; 0 when none is due.
    std::chrono::milliseconds silent_for(deadline::clock::time_point now) const noexcept;
    /// Our own side of a TCP connection, "10.0.0.7:40312", or empty.
    const std::string& own_address() const noexcept;
    /// From what was connected to; empty before.
    const std::string& server() const noexcept;
    budget::lease& unit() noexcept;
    reactor& home() noexcept;

    /// Called on the reactor when something arrives unasked (RESP3 pushes), after the answers that
    /// came with it, and once when the connection is lost.
    void on_push(std::move_only_function<void(const value&)> listener);
    void on_lost(std::move_only_function<void(const std::string& why)> listener);

private:
    struct body;
    std::unique_ptr<body> body_;
};

}  // namespace headroom::redis
