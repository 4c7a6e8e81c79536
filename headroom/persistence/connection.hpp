// persistence/connection.hpp: one connection to PostgreSQL, constructed from the unit it uses.
//
// Non-blocking libpq in pipeline mode on one reactor. Many callers may have statements in flight;
// answers come back in the order in which the statements were sent. A unit of work is what stands
// under one Sync: PostgreSQL runs it as one implicit transaction. By default that is one statement.
//
// A connection belongs to its reactor: every call from that thread. It does not reconnect: lanes
// and sessions replace a lost one. Closing means waiting for the server's end of file; until then
// the lease is in its closing state (design law 2).
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/persistence/rows.hpp"
#include "headroom/persistence/statement.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::persistence {

class canceller;

/// Told each statement's text as it is sent, never its values: DATABASE_ECHO. On the reactor.
using statement_listener = std::function<void(std::string_view text)>;

/// How connections of one consumer behave. Plain data, checked where settings are read.
struct connection_options {
    std::string application_name{};        ///< at most 63 bytes, see application_name.hpp
    std::size_t statement_cache_max = 128; ///< prepared statements kept; 0: never prepare (poolers)
    std::size_t pending_max = 4096;        ///< statements in flight; one more is refused
    std::size_t result_bytes_max = 64 << 20;  ///< of one result, at most result_bytes_limit
    std::chrono::milliseconds statement_timeout{0};  ///< set on the server; 0: the server's own
    std::chrono::milliseconds abandon_grace_ms{1000};///< an overdue answer later than this: lost
    bool keepalive_fast = false;           ///< gives a silent server up after 4 s, else 1.5
    /// The server ends it after 7 s without a sign of this host, so that a cable that is cut keeps
    /// no slot. Set at sign-in, so not where a pooler would refuse that.
    bool ends_with_host = false;
    std::vector<std::string> start_up{};   ///< further run-time options, "name=value"
    canceller* cancels = nullptr;          ///< outlives the connection; null: cancel() asserts
    const statement_listener* echo = nullptr;  ///< outlives the connection; null: nobody listens

    static constexpr std::size_t result_bytes_limit = 1 << 30;  ///< of result_bytes_max
};

/// One statement of a unit of work.
struct step {
    const statement* text = nullptr;
    parameters values;
};

/// A notification as LISTEN delivers it.
struct notification {
    std::string channel, payload;
    int sender_pid = 0;
};

class connection {
public:
    enum class state { closed, connecting, ready, lost, closing };

    /// Requires a held lease of a postgres ledger and lives on `home`.
    connection(reactor& home, budget::lease unit, connection_options options);
    /// A connection that is still open goes on closing in the background: its socket and its lease
    /// move to the reactor's closing room (closing_room.hpp).
    ~connection();
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    /// Connects and prepares the session. `target` must name an address (hostaddr or a socket
    /// directory): nothing is resolved here. Throws connection_lost, server_error (53300, 28P01,
    /// 57P03, ...), deadline_passed. Once.
    task<void> open(connect_info target, deadline until);

    /// One statement under its own Sync. Throws server_error, connection_lost, deadline_passed,
    /// budget::refused (pending_max), result_too_large (which also ends the connection, as its
    /// neighbours learn by connection_lost). On deadline the statement is abandoned: its answer
    /// will be discarded when it comes, neighbours are not disturbed.
    task<rows> run(const statement& text, parameters values, deadline until);

    /// Like run(), for a statement that only reads and may be repeated: it shares its Sync with the
    /// other reads of the same turn of the reactor, and is sent again when a neighbour's failure
    /// took it along.
    task<rows> run_read(const statement& text, parameters values, deadline until);

    /// Several statements under one Sync: all or nothing, one round trip. A failure throws the
    /// server_error of the statement that failed.
    task<std::vector<rows>> run_unit(std::span<const step> steps, deadline until);

    /// Sends a cancel request for whatever runs now, on the system pool, from a lease of
    /// `persistence.cancel`. Only for connections with a single user (sessions).
    task<void> cancel(deadline until);

    /// Waits until every answer is in, at most until the deadline. False when some are still due.
    task<bool> drain(deadline until);

    /// Ends the session and waits for the server's end of file; then the lease is back. On the
    /// deadline the rest goes on in the closing room.
    task<void> close(deadline until);

    state is() const noexcept;
    bool idle() const noexcept;             ///< ready, nothing in flight, no transaction open
    bool in_transaction() const noexcept;   ///< by the server's last word
    std::size_t pending() const noexcept;
    int backend_pid() const noexcept;       ///< of BackendKeyData; a pooler's fiction behind one
    const std::string& application_name() const noexcept;
    const std::string& consumer() const noexcept;
    deadline::clock::time_point opened_at() const noexcept;
    deadline::clock::time_point last_used() const noexcept;
    /// How long an answer has been due without a byte from the server; 0 when none is due.
    std::chrono::milliseconds silent_for(deadline::clock::time_point now) const noexcept;
    budget::lease& unit() noexcept;
    reactor& home() noexcept;

    /// Called on the reactor when a notification arrives, and once when the connection is lost.
    void on_notification(std::move_only_function<void(const notification&)> listener);
    void on_lost(std::move_only_function<void(const std::string& why)> listener);

private:
    struct body;
    std::unique_ptr<body> body_;
};

}  // namespace headroom::persistence
