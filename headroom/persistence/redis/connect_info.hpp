// persistence/redis/connect_info.hpp: where a Redis is and how to sign in, parsed and checked once.
//
// Nothing is resolved and nothing connects here: a name stays a name until the caller fills in
// `hostaddr`. No text made from it contains a password.
#pragma once
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/secret.hpp"

namespace headroom::redis {

inline constexpr std::size_t url_bytes_max = 8'192;
inline constexpr unsigned database_max = 1'000'000;   ///< the server has its own, usually 15
inline constexpr std::size_t sentinels_max = 16;
inline constexpr unsigned port_usual = 6379, sentinel_port_usual = 26379;

/// A name or an address, and a port.
struct endpoint {
    std::string host;
    unsigned port = 0;
    bool operator==(const endpoint&) const = default;
};

struct connect_info {
    std::string host;      ///< a name or an address; empty for a socket
    std::string hostaddr;  ///< the numeric address; filled in already when `host` is one
    std::string socket;    ///< the path of a unix socket
    unsigned port = port_usual;
    bool tls = false;
    bool verify = true;       ///< the server's certificate, by the name in `host`
    std::string authorities;  ///< a file of certificates instead of the system's
    std::string user;         ///< of the ACL; empty: the default user
    secret password;
    unsigned database = 0;
    /// Where the server has no `database`, or lets us into none but its first: this one instead.
    /// None: that ends the sign-in.
    std::optional<unsigned> spare_database{};

    /// With these, host and port are asked of them: who is primary of `master`?
    std::vector<endpoint> sentinels;
    std::string master;
    std::string sentinel_user;  ///< of the sentinels themselves; empty: none
    secret sentinel_password;

    /// Parameters of the URL that nothing here reads, for whoever wants to warn of them.
    std::vector<std::string> unread;

    bool is_sentinel() const noexcept { return !sentinels.empty(); }
    /// False while `host` is a name that nobody has resolved yet.
    bool has_address() const noexcept { return !socket.empty() || !hostaddr.empty(); }
    /// A socket, a loopback address or `localhost`.
    bool is_local() const noexcept;

    /// "app@cache:6379 tls", "/run/redis.sock", "orders of sentinels s1:26379, s2:26379". Never a
    /// password.
    std::string describe() const;

    bool operator==(const connect_info&) const = default;
};

/// What is wrong with an address, a sentence each. None of them quotes a password.
using connect_faults = std::vector<std::string>;

/// `redis://user:password@host:port/database`, `rediss://` for TLS, and for a socket
/// `unix:///path?db=1` (or `redis+socket://`); parts percent-encoded. A user info without a colon
/// is a password alone. `redis+sentinel://user:password@host:port,host:port/master/database` asks
/// sentinels, `rediss+sentinel://` with TLS to them and to the server.
///
/// Parameters: `db`, `user` or `username`, `password`; `sslrootcert=FILE` (or `ssl_ca_certs`) and
/// `ssl_cert_reqs=required|none` (or `sslmode=verify-full|require`); `sentinel_user`,
/// `sentinel_password`. All faults at once.
std::expected<connect_info, connect_faults> parse_connect_info(std::string_view url);

}  // namespace headroom::redis
