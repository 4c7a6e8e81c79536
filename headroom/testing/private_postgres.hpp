// testing/private_postgres.hpp: a PostgreSQL server of a test's own, real and disposable.
//
//     private_postgres server;                              // one per test binary
//     auto database = server.create_database();             // one per test
//     server.create_role("app");
//     connect_to(server.url("app", database));
//     EXPECT_EQ(server.backends().size(), 1u);
//
// Set-up runs as superuser over libpq directly, outside any budget: it is the test's own hand.
// Blocking; use it from a test's thread, never from a reactor. Not thread-safe.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/testing/server_process.hpp"

namespace headroom::testing {

enum class stop_mode {
    fast,       ///< clients are disconnected, then a clean shutdown
    immediate,  ///< no clean shutdown: the next start recovers
};

enum class route { socket, loopback };

struct postgres_options {
    std::map<std::string, std::string> settings{};  ///< e.g. {"max_connections", "20"}
    bool loopback = false;                        ///< listen on 127.0.0.1 too
    std::string authentication = "trust";         ///< pg_hba's, for all but the superuser
};

/// A client's backend, as pg_stat_activity shows it.
struct backend {
    int pid = 0;
    std::string user, database, application_name, state, query;
};

class private_postgres {
public:
    using options = postgres_options;
    using rows = std::vector<std::vector<std::string>>;  ///< NULL is an empty string

    static constexpr std::string_view superuser = "postgres";

    /// A running server on an empty cluster, with max_connections 100 unless the options differ.
    explicit private_postgres(options with = {});
    ~private_postgres();
    private_postgres(const private_postgres&) = delete;
    private_postgres& operator=(const private_postgres&) = delete;

    void start();  ///< requires a stopped server; returns when it accepts connections
    void stop(stop_mode how = stop_mode::fast);
    void restart(stop_mode how = stop_mode::fast);
    /// Changes settings and restarts.
    void restart_with(const std::map<std::string, std::string>& settings);
    /// Restarts in recovery, without a primary to follow: read-only until promote().
    void become_standby();
    /// Becomes an asynchronous streaming standby of `primary`; what it held is replaced.
    void follow(const private_postgres& primary);
    /// It has replayed all that `primary` has written up to now. False when it does not in time.
    bool catches_up_with(const private_postgres& primary) const;
    /// Receives no more from its primary, as behind a network that is slow.
    void stop_following() const;
    void promote() const;  ///< returns once it is a primary, on a timeline of its own
    /// kill -9 of the postmaster alone: its backends notice and end on their own.
    void kill_postmaster();
    /// kill -9 of all processes at once.
    void crash();
    /// SIGSTOP to all processes, or to one backend: sockets stay open and nobody answers.
    void freeze() const { server_.freeze(); }
    void thaw() const { server_.thaw(); }
    static void freeze(int backend_pid);
    static void thaw(int backend_pid);

    /// "postgresql://app@/orders?host=/tmp/hr-x&port=5432", or, by route::loopback,
    /// "postgresql://app@127.0.0.1:port/orders".
    std::string url(std::string_view user = superuser, std::string_view database = "postgres",
                    route by = route::socket) const;
    std::string socket_directory() const { return in_.path(); }
    std::string socket_file() const;  ///< for tcp_fault_proxy and census
    unsigned short port() const noexcept { return port_; }
    pid_t pid() const { return server_.pid(); }
    std::string log() const { return server_.log(); }

    /// Makes a database and returns its name, "test_1", "test_2" ... when none is given.
    std::string create_database(std::string name = {}, std::string_view copied_from = "template1");
    /// `attributes`: e.g. "LOGIN CONNECTION LIMIT 3". Nothing happens when the role exists.
    void create_role(std::string_view name, std::string_view attributes = "LOGIN");

    /// Runs SQL as superuser and returns the rows of its last statement. Throws on an error.
    rows sql(const std::string& text, const std::string& database = "postgres") const;
    /// The first value of the first row; empty when there is none.
    std::string value(const std::string& text, const std::string& database = "postgres") const;

    /// Every client backend, our own excluded.
    std::vector<backend> backends() const;
    /// Terminates a backend and returns once it is gone.
    void terminate(int backend_pid) const;

private:
    void configure();
    bool accepts_connections() const;

    const options with_;
    const temp_directory in_;
    const unsigned short port_;
    server_process server_;
    unsigned databases_ = 0;
};

}  // namespace headroom::testing
