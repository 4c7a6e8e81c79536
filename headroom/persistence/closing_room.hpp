// persistence/closing_room.hpp: where connections wait until their close is known.
//
// Closing is not freeing: after the client closes, the server's backend still exits, and until
// then it holds a slot. So a connection that is given up leaves its socket and its lease here, and
// the lease goes back when the server's end of file or its reset was seen (design law 2). No clock
// frees a lease. One whose other side is silent stays, is shown as overdue, and goes when control
// has terminated that backend and no longer sees it. (One that never finished signing in cannot be
// seen: it goes when control is connected and the server's own authentication_timeout is over.)
// A client of Redis is looked for in CLIENT LIST by whoever is connected to that server.
//
// One room for each reactor, reached by of(). overdue(), release() and size() may be called from
// any thread, the rest on the reactor's.
#pragma once
#include <boost/asio/execution_context.hpp>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/reactor.hpp"

struct pg_conn;

namespace headroom::persistence {

/// A backend whose end was asked for and not yet seen.
struct overdue_backend {
    std::string application_name;
    int backend_pid = 0;  ///< 0: it never finished signing in, and pg_stat_activity hides it
    deadline::clock::time_point since;
    bool operator==(const overdue_backend&) const = default;
};

/// The same of a Redis.
struct overdue_client {
    std::string server;       ///< as its connection called it
    std::string name;         ///< of CLIENT SETNAME
    std::int64_t id = 0;      ///< of CLIENT LIST; 0: it never finished signing in
    std::string own_address;  ///< "10.0.0.7:40312"; empty for a unix socket
    deadline::clock::time_point since;
    bool operator==(const overdue_client&) const = default;
};

class closing_room final : public boost::asio::execution_context::service {
public:
    using key_type = closing_room;
    static boost::asio::execution_context::id id;

    /// The room of a reactor; it lives as long as the reactor.
    static closing_room& of(reactor& home);
    explicit closing_room(boost::asio::execution_context& context);
    ~closing_room() override;

    struct guest;
    using ticket = std::shared_ptr<guest>;

    /// Says goodbye to the server (PQfinish) and keeps a duplicate of the socket until the server
    /// has hung up too. `from` may be null or have lost its socket; `gone` says that the server's
    /// end was seen already. Empties `unit`.
    ticket enter(pg_conn* from, budget::lease unit, std::string application_name, bool gone);
    /// The same for a socket of Redis, which becomes the room's to close; -1 when there is none.
    ticket enter(int socket, budget::lease unit, overdue_client who, bool gone);
    /// The same for a connection that goes on with its unit on another socket: gives it back once
    /// the end is known. On the deadline an empty lease; the guest then stays as any other.
    task<budget::lease> pass_through(int socket, budget::lease unit, overdue_client who, bool gone,
                                     deadline until);

    /// Waits for one guest; false when the deadline came first. The guest stays.
    task<bool> gone(ticket of, deadline until);

    /// Waits until no connection of `consumer` is left, at most until the deadline; then gives up
    /// those that are, which is only right when the process ends: its sockets end with it.
    task<void> settle(std::string_view consumer, deadline until);

    std::size_t size() const;
    /// Guests that came before `before` and hold a unit of this ledger: for whoever is connected to
    /// its server to look after (overdue.hpp).
    std::vector<overdue_backend> overdue(const budget::ledger& of,
                                         deadline::clock::time_point before) const;
    /// Of this Redis, likewise.
    std::vector<overdue_client> overdue(std::string_view server,
                                        deadline::clock::time_point before) const;
    /// It was seen that this backend or client is no more. Unknown ones are ignored.
    void release(const overdue_backend& confirmed_gone);
    void release(const overdue_client& confirmed_gone);

private:
    using identity = std::variant<overdue_backend, overdue_client>;

    void shutdown() override;
    ticket enter(int socket, budget::lease unit, identity who, bool gone, bool returns);
    void release(identity confirmed_gone);
    void listen(ticket to);
    void leave(const ticket& who);

    boost::asio::io_context& context_;
    mutable std::mutex mutex_;
    std::vector<ticket> guests_;  // guarded by mutex_
    bool shut_ = false;
};

}  // namespace headroom::persistence
