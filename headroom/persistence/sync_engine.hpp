// persistence/sync_engine.hpp: the database for code that blocks.
//
// A facade, not a second pool of everything: single statements ride the lanes like everybody's, and
// only a transaction leases a session of its own, as `persistence.sync_engine`. The calling thread
// blocks, so it has to be one of the blocking pool's budgeted threads; a reactor is refused by
// assertion.
//
//     auto name = engine.run(name_of, until, id).one<std::string>();
//     auto work = engine.begin(job, until, tenant);      // throws budget::refused
//     work.run(insert_order, until, id, total);
//     work.commit(until);                                // else rolled back
#pragma once
#include <functional>
#include <memory>
#include <optional>

#include "headroom/persistence/sessions.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::persistence {

/// Sends one statement over the lanes, for a tenant or for none.
using lane_sender =
    std::function<task<rows>(std::optional<tenant_id>, statement, parameters, deadline)>;

class sync_transaction;

/// Thread-safe. Outlives its transactions; `own`, `threads` and whatever `lanes` calls outlive it.
class sync_engine {
public:
    /// How much later than its deadline a call returns at most, when a reactor does not answer.
    static constexpr std::chrono::milliseconds grace_ms_max{2'000};

    sync_engine(sessions& own, lane_sender lanes, const worker_pool& threads)
        : own_(own), lanes_(std::move(lanes)), threads_(threads) {}

    /// One statement. Throws as a lane does, and deadline_passed.
    template <class... Values>
    rows run(statement text, deadline until, const Values&... values) {
        return send(std::nullopt, text, parameters::of(values...), until);
    }
    template <class... Values>
    rows run(tenant_id tenant, statement text, deadline until, const Values&... values) {
        return send(std::move(tenant), text, parameters::of(values...), until);
    }

    /// A transaction on a session of its own. Throws budget::refused with the refusal's figures;
    /// `by` outlives the transaction.
    sync_transaction begin(budget::holder& by, deadline until,
                           std::optional<tenant_id> tenant = std::nullopt,
                           transaction_mode mode = transaction_mode::read_write,
                           std::source_location at = std::source_location::current());

private:
    friend class sync_transaction;
    rows send(std::optional<tenant_id> tenant, statement text, parameters values, deadline until);
    void wait_for(deadline until, std::move_only_function<task<void>()> work);

    sessions& own_;
    const lane_sender lanes_;
    const worker_pool& threads_;
};

/// Move-only; without commit() it is rolled back. One thread at a time.
class [[nodiscard]] sync_transaction {
public:
    sync_transaction(sync_transaction&&) noexcept = default;

    template <class... Values>
    rows run(statement text, deadline until, const Values&... values) {
        return run_with(text, parameters::of(values...), until);
    }
    rows run_with(statement text, parameters values, deadline until);
    /// As transaction::commit.
    void commit(deadline until);
    void rollback(deadline until);

private:
    friend class sync_engine;
    sync_transaction(sync_engine& by, transaction on)
        : by_(&by), on_(std::make_shared<transaction>(std::move(on))) {}

    sync_engine* by_;
    std::shared_ptr<transaction> on_;  // a call that was given up may still end later
};

}  // namespace headroom::persistence
