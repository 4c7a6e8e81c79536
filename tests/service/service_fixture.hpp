// service/service_fixture.hpp: a server, a database with its roles, and the service's own program.
#pragma once
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::service {

using variables = std::map<std::string, std::string>;

/// A server of a test's own with the roles migrator, app and projector, and a database the migrator
/// owns.
class served_database {
public:
    explicit served_database(std::map<std::string, std::string> settings = {},
                             std::string authentication = "trust");

    /// For all tests of a program: it goes with that.
    static served_database* migrated(std::map<std::string, std::string> settings = {});

    testing::private_postgres& server() noexcept { return server_; }
    const std::string& name() const noexcept { return database_; }
    std::string url(std::string_view role) const { return server_.url(role, database_); }
    /// DATABASE_URL as the app role, HEADROOM_MIGRATE_URL and HEADROOM_PROJECTOR_URL as theirs.
    variables addresses() const;
    /// The same with HEADROOM_DIRECT_URL to the server and DATABASE_URL to a pooler.
    variables through(const std::string& pooler) const;
    /// Backends of the app role: a pooler's for it, and those the service has open itself.
    /// (PgBouncer looks passwords up as another role, under the same names.)
    struct app_backends {
        unsigned pooled = 0, direct = 0;
    };
    app_backends backends() const;
    /// Runs `headroom-service migrate` and requires that it succeeds.
    void migrate();

private:
    testing::private_postgres server_;
    std::string database_;
};

/// `headroom-service` with its arguments, to its end.
testing::outcome run_service(const variables& with, std::vector<std::string> arguments,
                             std::chrono::milliseconds bound = std::chrono::seconds(30));

/// A running `headroom-service serve`, or `project`, on a free port or the given one. Who presents
/// no credential may do everything, unless `with` sets AUTH_DEV_BYPASS to false or names a profile.
class running_service {
public:
    explicit running_service(variables with, const std::string& role = "serve",
                             std::uint16_t port = 0);

    /// False when it ended or was not ready in time; errors() then says why.
    bool ready(std::chrono::milliseconds bound = std::chrono::seconds(10));
    /// Status and body of a request on a connection of its own.
    struct answer {
        unsigned status = 0;
        std::string head, body;
    };
    answer get(std::string_view path) const;
    answer put(std::string_view path, std::string_view body) const;
    /// `headers`: lines that end with "\r\n".
    answer send(std::string_view verb, std::string_view path, std::string_view body,
                std::string_view headers = "") const;
    answer post(std::string_view path, std::string_view body = "{}") const {
        return send("POST", path, body);
    }
    /// Provisioned, activated, and shown by the read models.
    void make_tenant(const std::string& slug) const;
    boost::json::value get_json(std::string_view path) const;

    testing::child_process& process() noexcept { return *process_; }
    std::uint16_t port() const noexcept { return port_; }
    std::string errors() const { return process_->errors(); }
    /// Entries of /proc/PID/task.
    std::size_t threads() const;

private:
    std::uint16_t port_;
    std::unique_ptr<testing::child_process> process_;
};

/// A header's value in an answer's head; "" when it is not there.
std::string header_of(const running_service::answer& in, std::string_view name);

/// Threads that ask the service all the time, until it goes out of scope. Each has a tenant of its
/// own, made before.
class load {
public:
    load(const running_service& of, unsigned clients);
    ~load() { stop(); }
    /// Ends the clients and waits for them.
    void stop();

    unsigned good() const noexcept { return good_; }
    unsigned unavailable() const noexcept { return unavailable_; }  ///< 503 and 504
    unsigned wrong() const noexcept {
        return wrong_;
    }  ///< another tenant's value, or a strange status
    unsigned broken() const noexcept { return broken_; }  ///< no answer at all
    /// The first answer that counted as wrong.
    std::string first_wrong() const;

private:
    void ask(std::uint16_t port, unsigned client);
    void note(const running_service::answer& strange);

    std::atomic<bool> ends_{false};
    std::atomic<unsigned> good_{0}, unavailable_{0}, wrong_{0}, broken_{0};
    mutable std::mutex mutex_;
    std::string first_wrong_;  // guarded by mutex_
    std::vector<std::thread> clients_;
};

}  // namespace headroom::service
