// fleet/redis_info.hpp: where a Redis is and how to sign in, parsed and checked once.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/secret.hpp"

namespace headroom::fleet {

inline constexpr std::size_t redis_url_bytes_max = 8'192;

struct redis_info {
    std::string host;    ///< a name or an address; empty for a socket
    std::string socket;  ///< the path of a unix socket
    unsigned port = 6379;
    bool tls = false;
    bool verify = true;       ///< the server's certificate, by the name in `host`
    std::string authorities;  ///< a file of certificates instead of the system's
    std::string user;         ///< of the ACL; empty: the default user
    secret password;

    /// "app@cache:6379 tls", "/run/redis.sock". Never the password.
    std::string describe() const;
};

/// `redis://user:password@host:port`, `rediss://` for TLS, `unix:///path?user=..&password=..`;
/// parts percent-encoded. A database number is accepted and ignored: an audit looks at all of them.
/// Parameters: `ssl_cert_reqs=none|required`, `ssl_ca_certs=FILE`. Faults never quote a password.
std::expected<redis_info, std::vector<std::string>> parse_redis_info(std::string_view url);

}  // namespace headroom::fleet
