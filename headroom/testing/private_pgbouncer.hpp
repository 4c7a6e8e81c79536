// testing/private_pgbouncer.hpp: a PgBouncer of a test's own, before a private PostgreSQL.
#pragma once
#include <map>
#include <string>
#include <string_view>

#include "headroom/testing/private_postgres.hpp"

namespace headroom::testing {

/// Transaction pooling by default. Any role of the server may sign in, without a password. Roles
/// are looked up at the server over one more connection, the superuser's; they may be created
/// later. The server outlives it.
class private_pgbouncer {
public:
    /// `settings`: of its [pgbouncer] section, e.g. {"default_pool_size", "2"}.
    explicit private_pgbouncer(const private_postgres& server,
                               std::map<std::string, std::string> settings = {});
    ~private_pgbouncer() { stop(); }
    private_pgbouncer(const private_pgbouncer&) = delete;
    private_pgbouncer& operator=(const private_pgbouncer&) = delete;

    void start();
    void stop();
    void freeze() const { process_.freeze(); }
    void thaw() const { process_.thaw(); }

    std::string url(std::string_view user, std::string_view database,
                    route by = route::socket) const;
    std::string socket_file() const;
    unsigned short port() const noexcept { return port_; }
    std::string log() const { return process_.log(); }

private:
    std::string configuration(const private_postgres& server,
                              std::map<std::string, std::string> settings) const;

    const temp_directory in_;
    const unsigned short port_ = free_port();
    server_process process_{in_, "pgbouncer"};
};

}  // namespace headroom::testing
