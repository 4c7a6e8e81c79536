// persistence/redis/mux.hpp: the shared connection: one socket for everybody's short commands.
//
// Many commands in flight on one connection, pipelined by themselves: what is asked in one turn of
// the reactor goes out in one write. A lost connection is replaced, with pauses that grow and are
// jittered; commands that come meanwhile wait, bounded in number and bytes and by their deadlines.
// So do those that had not been sent. One that had been sent and not answered may have run: it
// fails with connection_lost, unless its caller says that it is repeatable.
//
//     const auto said = co_await shared.run(command("GET", key), until, sending::repeatable);
//
// Nothing that blocks on the server and nothing that changes the connection goes through here: no
// BLPOP, no SUBSCRIBE (subscriptions.hpp may ride on it), no SELECT, no WATCH. Any thread may ask;
// others than its own reactor's hop.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/door.hpp"

namespace headroom::redis {

namespace detail {
class keeper;
}

/// What may be done with a command whose answer got lost.
enum class sending {
    once,        ///< fail: whether it ran is unknown
    repeatable,  ///< send it again, until its deadline: a read, or one that may run twice
};

struct mux_terms {
    connection_options options{};
    std::size_t waiting_max = 10'000;            ///< commands while there is no connection
    std::size_t waiting_bytes_max = 16 << 20;    ///< of these, as sent
    std::chrono::milliseconds connect_ms_max{5000};  ///< one attempt, sentinels included
    std::chrono::milliseconds ping_idle_ms{5000};    ///< of silence, then the server is asked
    std::chrono::milliseconds ping_ms_max{1500};     ///< and how long it has to answer
};

/// A moment of it, and what it counted since its start.
struct mux_figures {
    bool connected = false;
    std::size_t pending = 0;        ///< commands in flight
    std::size_t waiting = 0;        ///< while there is no connection
    std::size_t waiting_bytes = 0;  ///< of these
    std::uint64_t commands = 0, repeated = 0, refused = 0, connects = 0, failures = 0;
    std::string last_error;         ///< why there was no connection, the last time
};

class mux {
public:
    /// `share`: a floor of one, and a burst of one for the time in which a lost predecessor's close
    /// is not known yet. The door outlives the mux.
    mux(reactor& home, budget::grant share, door& through, mux_terms with);
    /// Requires stop() when it was started.
    ~mux();
    mux(const mux&) = delete;
    mux& operator=(const mux&) = delete;

    /// Begins to connect. Once.
    void start();
    /// Returns once it is connected; throws what an attempt has met that failed meanwhile. The mux
    /// goes on trying. For a start, which has to know whether waiting makes sense.
    task<void> up(deadline until);
    /// New commands are refused; those in flight may end until the deadline. Then the connection is
    /// closed, and the unit is back or, of a server that does not answer, in the closing room.
    task<void> stop(deadline until);

    /// One command. Throws server_error, connection_lost (sending::once), deadline_passed,
    /// budget::refused (waiting_max, waiting_bytes_max, pending_max, or closing). A server that
    /// says it is a replica or still loading is left for its successor, and the command, which has
    /// not run, goes there.
    task<value> run(command what, deadline until, sending how = sending::once);
    /// The same; `what` stays where it is until this has ended.
    task<value> run_held(const command& what, deadline until, sending how = sending::once);
    /// Several in one write, as connection::run_unit: errors are values in their places.
    task<std::vector<value>> run_unit(std::vector<command> what, deadline until,
                                      sending how = sending::once);

    /// Called on the reactor after each connection but the first: what a connection had is lost
    /// with it. Before start().
    void on_reconnected(std::function<void()> listener);
    /// Called on the reactor when the connection was lost. Before start().
    void on_down(std::function<void(const std::string& why)> listener);

    /// From the reactor's thread.
    mux_figures figures() const;
    /// Whether it is, or was last, in connect_info::spare_database. From any thread.
    bool on_spare() const noexcept;
    reactor& home() noexcept;

private:
    friend class subscriptions;  // which may ride on its connection
    std::shared_ptr<detail::keeper> keeper() const noexcept;

    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::redis
