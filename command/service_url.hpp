// command/service_url.hpp: where a service's settings say it connects, without the secrets.
//
// Settings of any library hold URLs of many dialects (postgresql+asyncpg://, jdbc:postgresql://,
// rediss://, "Host=db;Username=app"). What an audit needs of them is read here, leniently;
// passwords and tokens are dropped while it is read and exist in none of the results.
#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::command {

inline constexpr std::size_t service_url_bytes_max = 8'192;
inline constexpr std::size_t url_parameters_max = 64;

struct service_url {
    std::string scheme;  ///< "postgresql+asyncpg", without "jdbc:"; "keywords" for Host=...;
    std::string kind;    ///< "postgres" or "redis"
    std::string host;    ///< a name, an address or a socket's path; may be empty
    unsigned port = 0;   ///< 0: not said
    std::string user;    ///< empty where it could be a token
    std::string database;
    std::map<std::string, std::string> parameters;  ///< names in lower case, secrets left out

    bool has_driver() const noexcept { return scheme.find('+') != std::string::npos; }
    /// "db:5432", with the kind's own port where none is said; "local" for a socket.
    std::string server() const;
    /// "app@db:5432/orders", printable.
    std::string describe() const;
};

/// Pure and total. Nothing when the value is no address of PostgreSQL or Redis.
std::optional<service_url> parse_service_url(std::string_view value);

}  // namespace headroom::command
