// http/settings.hpp: every size and wait of the server, in one place and checked once.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/http/compression.hpp"
#include "headroom/http/cors.hpp"
#include "headroom/http/forwarded.hpp"
#include "headroom/http/management.hpp"
#include "headroom/http/tls_settings.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::http {

/// The most that connections_max and in_flight_max, and body_max in bytes, may be set to.
inline constexpr unsigned connections_bound_max = 100'000;
inline constexpr std::size_t body_bytes_max = 256 * 1024 * 1024;
inline constexpr std::size_t body_memory_bytes_max = 64 * body_bytes_max;
inline constexpr unsigned rate_bound_max = 1'000'000;  ///< requests a second, and of a burst

/// What a single request may cost before anybody has looked at it. All in bytes but the counts.
struct limits {
    std::size_t request_line_max = 8 * 1024;           ///< above: 414
    std::size_t header_bytes_max = 32 * 1024;          ///< all fields together; above: 431
    std::size_t fields_max = 100;                      ///< above: 431
    std::size_t body_max = 1024 * 1024;                ///< above: 413, before it is read
    std::size_t trailer_bytes_max = 8 * 1024;          ///< after a chunked body; above: 431
    std::size_t chunk_extension_bytes_max = 4 * 1024;  ///< of a whole body; above: 400
};

/// Waits. Each ends with an answer where one is still owed, and with a closed connection.
struct waits {
    std::chrono::milliseconds head_max{10'000};     ///< first byte to the end of the fields: 408
    std::chrono::milliseconds body_max{60'000};     ///< end of the fields to the last byte: 408
    std::chrono::milliseconds body_grace{5'000};    ///< before body_rate_min applies
    std::size_t body_rate_min = 1024;               ///< bytes a second a body must keep up: 408
    std::chrono::milliseconds queue_max{100};  ///< for a handler's turn: 503
    std::chrono::milliseconds idle_max{60'000};     ///< between two requests: closed silently
    std::chrono::milliseconds request_max{10'000};  ///< a handler's deadline: 504
    std::chrono::milliseconds write_max{20'000};    ///< for the client to take an answer: closed
    std::chrono::milliseconds heartbeat{15'000};  ///< between signs of life on a lasting stream
    std::chrono::milliseconds linger_max{1'000};  ///< for the client to close after the last answer
    std::chrono::milliseconds drain_delay{0};     ///< stop(): keeps accepting for this long
    std::chrono::milliseconds arrival_max{500};   ///< stop(): for idle clients to ask once more
};

/// What one client may take. A client is the network of its address, see network_of(), or whoever
/// authenticated.
struct client_limits {
    unsigned per_second = 0;      ///< HEADROOM_HTTP_RATE; above: 429; 0: as many as it likes
    unsigned burst = 0;           ///< HEADROOM_HTTP_RATE_BURST; at once after a rest
    std::size_t clients_max = 16'384;  ///< remembered at once
};

/// The server's settings; plain values until a server is constructed from them, sealed then.
struct settings {
    std::string_view name = "http.server";  ///< of the part; a literal
    std::string listen = "127.0.0.1:8080";  ///< HEADROOM_HTTP_LISTEN; "[::1]:0" picks a free port
    /// Without authentication a service is for its own machine: any other address must be asked
    /// for.
    bool beyond_loopback = false;
    unsigned connections_max = 512;  ///< HEADROOM_HTTP_CONNECTIONS_MAX; one more is told 503
    unsigned in_flight_max = 256;    ///< HEADROOM_HTTP_IN_FLIGHT_MAX; one more waits
    unsigned queue_max = 512;        ///< HEADROOM_HTTP_QUEUE_MAX; one more is told 503
    unsigned streams_max = 128;      ///< HEADROOM_HTTP_STREAMS_MAX; one more is told 503
    /// HEADROOM_HTTP_BODY_MEMORY; bytes of all bodies that are read or used at once, at least
    /// limits::body_max; a body too many is told 503, before it is read.
    std::size_t body_memory = 64 * 1024 * 1024;
    unsigned pipeline_max = 16;      ///< answers coalesced into one write
    unsigned backlog = 511;          ///< connections the kernel holds for us
    unsigned retry_after_s = 1;      ///< what a shed request is told to wait
    /// HEADROOM_HTTP_CONNECTIONS_PER_CLIENT; one more is told 429; 0: no such limit. A trusted
    /// proxy's are not counted.
    unsigned connections_per_client_max = 0;
    /// HEADROOM_HTTP_TRUSTED_PROXIES: whose word on a client's address is taken.
    std::vector<std::string> trusted{};
    forwarding_field told_by = forwarding_field::x_forwarded_for;  ///< HEADROOM_HTTP_FORWARDED_BY
    limits bounds{};
    waits times{};
    tls_settings tls{};
    client_limits each_client{};
    cors_settings cross_origin{};
    compression_settings compression{};
    management_settings management{};
};

/// One sentence for each setting out of its bounds; empty when all is well.
std::vector<std::string> faults(const settings& of);

/// Those of the server on the management port. Requires management_port::separate.
settings management_of(const settings& with);

/// Declares and reads the HEADROOM_HTTP_* and CORS_* variables; what has none keeps its default.
/// Faults are kept by the reader; without any, faults() of the answer is empty.
settings read_settings(setting_reader& from);

/// What a server of these settings draws on: descriptors for its listeners (one a reactor) and its
/// connections, one more a reactor on which it accepts when all are taken, and refusals_max for
/// those it then sees off; the same in small for a management port of its own, on one reactor.
std::vector<budget::consumer> consumers(const settings& of, unsigned reactors = 1);

inline constexpr char listener_consumer[] = "http.listener";
inline constexpr char connections_consumer[] = "http.connections";
inline constexpr char refusals_consumer[] = "http.refusals";
inline constexpr char management_listener_consumer[] = "http.management_listener";
inline constexpr char management_connections_consumer[] = "http.management_connections";
inline constexpr char management_refusals_consumer[] = "http.management_refusals";
/// Clients at once that are given a moment to read their 503; one more is told and cut off.
inline constexpr unsigned refusals_max = 16;

}  // namespace headroom::http
