// persistence/connect_info.hpp: where a database is and how to sign in, parsed and checked once.
//
// libpq would accept more than a lease can cover: several hosts, TLS modes that connect a second
// time, a Kerberos attempt of its own, a service file. Those are faults here, so that one connect
// is one socket. Nothing is resolved: a name stays a name until the caller fills in `hostaddr`.
#pragma once
#include <cstddef>
#include <expected>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/runtime/secret.hpp"

namespace headroom::persistence {

inline constexpr std::size_t url_bytes_max = 8192;
inline constexpr std::size_t connect_option_max = 4096;  ///< bytes of one option's value

/// How an unstated sslmode is filled in, off the loopback: production verifies the server's name.
enum class tls_default { require, verify_full };

class connect_keywords;

struct connect_info {
    std::string host;      ///< a name, an address, or a socket's directory ("/run/postgresql")
    std::string hostaddr;  ///< the numeric address; filled in already when `host` is one
    unsigned port = 5432;
    std::string user;
    secret password;  ///< may be empty: peer, certificate, .pgpass
    std::string database;
    std::map<std::string, std::string> options;  ///< further libpq keywords, sslmode among them

    bool is_unix_socket() const noexcept { return host.starts_with('/') || host.starts_with('@'); }
    /// A socket directory, a loopback address or `localhost`.
    bool is_local() const noexcept;
    /// False while `host` is a name that nobody has resolved yet.
    bool has_address() const noexcept { return is_unix_socket() || !hostaddr.empty(); }

    /// "app@db.example:5432/orders sslmode=require". Never the password.
    std::string describe() const;
    /// What PQconnectStartParams takes (expand_dbname 0).
    connect_keywords to_keywords(std::string_view application_name) const;

    bool operator==(const connect_info&) const = default;
};

/// Parallel null-terminated arrays that own their texts. Wiped when destroyed: the password is in
/// them. Move-only.
class connect_keywords {
public:
    connect_keywords() = default;
    connect_keywords(connect_keywords&&) noexcept = default;
    ~connect_keywords();

    /// Empty values are left out: libpq would take them for its own defaults.
    void add(std::string_view keyword, std::string_view value);
    /// Valid until the next add() and as long as this lives.
    const char* const* keywords() const noexcept { return keywords_.data(); }
    const char* const* values() const noexcept { return values_.data(); }
    std::size_t size() const noexcept { return texts_.size(); }

private:
    std::vector<std::unique_ptr<std::pair<std::string, std::string>>> texts_;
    std::vector<const char*> keywords_{nullptr}, values_{nullptr};
};

/// What is wrong with an address, a sentence each. None of them quotes a password.
using connect_faults = std::vector<std::string>;

/// `postgresql://user:password@host:port/database?keyword=value`, parts percent-encoded; a socket
/// directory as host is `%2Frun%2Fpostgresql` or `?host=/run/postgresql`. All faults at once.
std::expected<connect_info, connect_faults> parse_connect_info(
    std::string_view url, tls_default tls = tls_default::require);

/// The same rules for an address put together from its parts: fills in `hostaddr`, `sslmode` and
/// `gssencmode`, or says what does not do.
std::expected<connect_info, connect_faults> checked(connect_info parts,
                                                    tls_default tls = tls_default::require);

}  // namespace headroom::persistence
