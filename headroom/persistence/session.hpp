// persistence/session.hpp: a connection lent to one caller, and a transaction on it.
//
// A session is a move-only value that gives itself back when it goes out of scope, whatever state
// the caller left it in: what still runs is cancelled and drained, what is open is rolled back, off
// the caller's path. A transaction owns its session; without commit() it is rolled back.
//
// They may be used from any reactor: a call from another one than the connection's is posted there.
// One caller at a time.
#pragma once
#include <optional>
#include <vector>

#include "headroom/budget/holder.hpp"
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/tenant.hpp"

namespace headroom::persistence {

namespace detail {
class session_keeper;
struct loan;
struct place;
}  // namespace detail

class transaction;

enum class transaction_mode { read_write, read_only, repeatable_read, serializable };

class [[nodiscard]] session {
public:
    session(session&& from) noexcept;
    session& operator=(session&& from) noexcept;
    ~session() { give_back(); }

    explicit operator bool() const noexcept { return at_ != nullptr; }

    /// One statement. Throws server_error, connection_lost, and deadline_passed: at the deadline
    /// the statement is cancelled and the session is taken from the caller, who may only let it go.
    /// The same when a borrowed unit was held for longer than session_hold_ms_max.
    template <class... Values>
    task<rows> run(statement text, deadline until, const Values&... values) {
        return run_with(text, parameters::of(values...), until);
    }
    task<rows> run_with(statement text, parameters values, deadline until);

    /// Several statements under one Sync: one round trip, all or nothing.
    task<std::vector<rows>> run_unit(std::vector<step> steps, deadline until);

    /// Begins a transaction that owns this session: `co_await std::move(lent).begin(until)`.
    task<transaction> begin(deadline until,
                            transaction_mode mode = transaction_mode::read_write) &&;
    /// The same for a tenant: every statement sees and writes that tenant's rows only. BEGIN and
    /// the setting travel under one Sync.
    task<transaction> begin(tenant_id tenant, deadline until,
                            transaction_mode mode = transaction_mode::read_write) &&;

    /// The server's process; 0 once the session was taken back. On the connection's reactor.
    int backend_pid() const noexcept;

private:
    friend class sessions;
    friend class transaction;
    session(detail::session_keeper& keeper, detail::loan what) noexcept;
    void give_back() noexcept;

    detail::session_keeper* keeper_;
    detail::place* at_;
    std::uint32_t generation_;
    budget::hold mark_;
};

class [[nodiscard]] transaction {
public:
    transaction(transaction&&) noexcept = default;
    transaction& operator=(transaction&&) noexcept = default;

    /// As session::run. After a server_error only rollback() and the end are left: PostgreSQL
    /// refuses everything else until then.
    template <class... Values>
    task<rows> run(statement text, deadline until, const Values&... values) {
        return run_with(text, parameters::of(values...), until);
    }
    task<rows> run_with(statement text, parameters values, deadline until);
    task<std::vector<rows>> run_unit(std::vector<step> steps, deadline until);

    /// Once. When a statement had failed before, PostgreSQL would answer COMMIT with a quiet
    /// rollback: that is a server_error "25P02" here. After connection_lost with may_have_run()
    /// nobody knows whether it was committed.
    task<void> commit(deadline until);
    /// Explicit and awaited. Idempotent; also without it what is not committed is rolled back.
    task<void> rollback(deadline until);

    bool is_open() const noexcept { return open_; }
    /// Of a tenant-scoped one.
    const std::optional<tenant_id>& tenant() const noexcept { return tenant_; }

private:
    friend class session;
    explicit transaction(session on, std::optional<tenant_id> tenant) noexcept
        : on_(std::move(on)), tenant_(std::move(tenant)) {}
    static task<transaction> start(session on, std::optional<tenant_id> tenant, deadline until,
                                   transaction_mode mode);

    session on_;
    std::optional<tenant_id> tenant_;
    bool open_ = true, failed_ = false;
};

}  // namespace headroom::persistence
