// testing/census.hpp: what this process really holds, counted by asking the system.
//
// Compare it with the leases: open PostgreSQL sockets <= leases out, threads = leases of `threads`.
#pragma once
#include <cstddef>
#include <string>

namespace headroom::testing {

/// Threads of this process, without a test's fault proxies and a sanitizer's own thread. The system
/// shows a thread for a moment longer than its join lasts: compare with eventually().
std::size_t threads();

/// Open descriptors, the one this count itself needs not included.
std::size_t open_files();

/// Stream sockets of this process whose peer is the unix socket at `path`, e.g.
/// private_postgres::socket_file().
std::size_t sockets_to(const std::string& path);
/// ... or a TCP port. A fault proxy's own upstream sockets count like any other of this process.
std::size_t sockets_to(unsigned short port);
/// Stream sockets without a peer: still connecting, or reset and not yet closed. Not listeners.
std::size_t unconnected_sockets();

}  // namespace headroom::testing
