// http/server.hpp: the HTTP/1.1 server.
//
// One listener a reactor, sharing the port when there are several; a connection stays on the
// reactor that accepted it. Every connection is constructed from a lease, taken before the accept;
// the last lease is the one on which a connection too many is told 503, so that descriptors never
// exceed the ledger. A client that goes away, or a half-closed one, cancels the handler it waits
// for; so does its deadline.
#pragma once
#include <cstdint>
#include <memory>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/http/access.hpp"
#include "headroom/http/certificates.hpp"
#include "headroom/http/pressure.hpp"
#include "headroom/http/router.hpp"
#include "headroom/http/settings.hpp"
#include "headroom/http/under_way.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::http {

/// What the server draws on: the grants of the consumers that consumers(settings) named.
struct server_grants {
    budget::grant listener;
    budget::grant connections;
    budget::grant refusals;
};

/// Rows of a list of the requests under way.
inline constexpr std::size_t under_way_max = 256;

struct server_snapshot {
    std::uint64_t accepted = 0;           ///< connections ever
    std::uint64_t turned_away = 0;        ///< of these, told 503 for want of a descriptor
    std::uint64_t requests = 0;           ///< answered ever, errors included
    std::uint64_t shed = 0;               ///< of these, told 503 because too much was in flight
    std::uint64_t shed_behind = 0;        ///< of these, told 503 by what stands behind the handlers
    std::uint64_t handshakes_failed = 0;  ///< connections that ended before TLS began
    unsigned connections = 0;             ///< open now
    unsigned in_flight = 0;               ///< requests in a handler now
    unsigned queued = 0;                  ///< requests that wait for one of these to end
    unsigned streams = 0;                 ///< event streams and WebSockets open now
    std::size_t body_bytes = 0;           ///< held for bodies now, of settings::body_memory
};

/// Start and stop from one thread that is no reactor's; hurry() and snapshot() from any.
/// The reactors run from start() until stop() has returned, and outlive the server.
class server final : public part {
public:
    /// Requires settings without faults() and grants of the right size for the reactors. Seals the
    /// routes. Opens nothing. `shown`: exactly where the settings say TLS; outlives the server.
    server(std::vector<reactor*> reactors, settings with, router routes, server_grants grants,
           access_log log = {}, certificates* shown = nullptr);
    ~server() override;  // stops at once, without a drain
    server(const server&) = delete;
    server& operator=(const server&) = delete;

    std::string_view name() const noexcept override;

    /// Turns away whom `behind` refuses, and lets at most `places` of those that lean on it into
    /// handlers at once; the rest of in_flight_max is kept for routes that do not. Requires
    /// 1 <= places <= in_flight_max. Before start(); `behind` outlives stop().
    void shed_under(pressure& behind, unsigned places);

    /// Binds, listens, accepts; at once. Throws std::system_error when the address cannot be had.
    void start(deadline by) override;
    /// The port it listens on, once started.
    std::uint16_t port() const noexcept;

    /// Drains: from now on every answer closes its connection; after drain_delay nothing is
    /// accepted, and idle connections close unless they ask in time. What is in flight at
    /// `drain_until` is cancelled; a handler that outlives its deadline as well ends the program.
    void stop(deadline drain_until) noexcept override;
    /// A stop() under way goes on to its end at once, without waiting for what is in flight.
    void hurry() noexcept;

    server_snapshot snapshot() const noexcept;
    /// The requests under way on all reactors, at most `most`. From a reactor; waits for the others
    /// to have a moment.
    task<std::vector<under_way>> requests_under_way(std::size_t most = under_way_max);

private:
    struct parts;
    std::unique_ptr<parts> parts_;
};

}  // namespace headroom::http
