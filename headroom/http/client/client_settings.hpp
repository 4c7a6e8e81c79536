// http/client/client_settings.hpp: what the process's HTTP client may hold, and for how long.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/runtime/breaker.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::http {

struct client_settings {
    unsigned connections_max = 10;  ///< HEADROOM_HTTP_CLIENT_CONNECTIONS, to all servers together
    unsigned per_host_max = 6;      ///< HEADROOM_HTTP_CLIENT_PER_HOST
    unsigned in_flight_max = 1'000;  ///< exchanges under way or waiting for a connection
    std::chrono::milliseconds connect_max{1'000};  ///< HEADROOM_HTTP_CLIENT_CONNECT_TIMEOUT
    std::chrono::milliseconds exchange_max{10'000};  ///< whatever the caller's deadline is
    std::chrono::seconds idle_max{60};  ///< a connection unused for longer is not used again
    std::size_t header_bytes_max = 64 * 1024;  ///< of an answer
    unsigned attempts_max = 3;                 ///< of one request, the first included
    backoff_bounds pauses{std::chrono::milliseconds(10), std::chrono::milliseconds(100),
                          std::chrono::milliseconds(1'000)};  ///< between them
    breaker_bounds breaking{};  ///< of one origin
    std::string authorities{};  ///< HEADROOM_HTTP_CLIENT_CA: a PEM file; "": the system's
};

/// Declares and reads the HEADROOM_HTTP_CLIENT_* variables; what has none keeps its default.
client_settings read_client_settings(setting_reader& from);

inline constexpr char client_resource[] = "files";
inline constexpr char client_consumer[] = "http.client";

/// What a client of these settings draws on: a descriptor for each of its connections, to whichever
/// server.
std::vector<budget::consumer> client_consumers(const client_settings& of);

}  // namespace headroom::http
