// command/audit_stack_fixture.hpp: a PostgreSQL, a PgBouncer and a Redis of one small company, in
// order, with its manifest and its settings, for tests that plant faults into them.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "command/audit_crowd_fixture.hpp"
#include "command/audit_fixture.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::command {

/// What differs from a stack in order.
struct stack_terms {
    using texts = std::map<std::string, std::string>;

    texts postgres{}, pgbouncer{}, redis{};  ///< settings of the servers
    unsigned redis_files = 0;                ///< RLIMIT_NOFILE of Redis, where it is not ours
    texts limits{};                          ///< of the manifest's resources
    std::vector<std::string> consumers{};    ///< further ones of the manifest
    texts web{}, jobs{};                     ///< settings of the services; empty: not set
    std::vector<std::string> arguments{};    ///< of the audit, besides

    bool same_servers() const {
        return postgres.empty() && pgbouncer.empty() && redis.empty() && redis_files == 0;
    }
    void add(const stack_terms& more);
};

/// The servers: 60 connections for PostgreSQL (57 usable), 100 clients for PgBouncer.
class stack_servers {
public:
    explicit stack_servers(const stack_terms& with);

    testing::private_postgres postgres;
    const testing::temp_directory users;  // whom PgBouncer knows without asking as a superuser
    testing::private_pgbouncer pgbouncer;
    testing::private_redis redis;
};

/// Who is connected and how the audit sees them. The clients of a stack in order are there from the
/// beginning: two of web, one of them from afar, one of jobs, a process of a fleet, one through
/// the pooler, a cache and a worker.
class audit_stack {
public:
    audit_stack(stack_servers& on, stack_terms with);

    void join(int times, const std::string& name, const char* statement = nullptr) {
        join_as("app", times, name, statement);
    }
    void join_as(const std::string& role, int times, const std::string& name,
                 const char* statement = nullptr, const std::string& database = "postgres") {
        people_.join(times, on_.postgres.url(role, database), name, statement);
    }
    void join_pooled(int times, const std::string& name, const char* statement = nullptr,
                     const std::string& database = "postgres") {
        people_.join(times, on_.pgbouncer.url("app", database), name, statement);
    }
    /// Clients of Redis, each with a last command.
    void join_redis(int times, const std::string& name, const std::string& command);
    void leave_redis(int times) {
        for (int i = 0; i < times; ++i) clients_.pop_back();
    }
    /// A client that is not waited for.
    void start(testing::program what) {
        programs_.push_back(std::make_unique<testing::child_process>(what));
    }

    /// The real command over all three servers, the manifest and both settings.
    json::object audit() const;
    stack_servers& servers() { return on_; }

private:
    std::string manifest_text() const;
    std::string settings_text(const std::map<std::string, std::string>& usual,
                              const std::map<std::string, std::string>& changed) const;

    stack_servers& on_;
    const stack_terms with_;
    const testing::temp_directory in_;
    crowd people_;
    std::vector<testing::text_client> clients_;
    std::vector<std::unique_ptr<testing::child_process>> programs_;
};

/// "HR-PG-GHOST, mail.sender, 3" of every finding, or of every note, in all reports of a call.
strings said(const json::object& report, const char* list = "findings");

}  // namespace headroom::command
