// persistence/database.hpp: one database of a service, from its rows in the plan to its sockets.
//
// What it will open stands in consumers() before anything is; the constructor takes exactly those
// grants; start() opens the floors, and goes on trying where the server is full for now; stop()
// gives everything back. The control connection is not here: `main` makes it first, because the
// plan is judged by what it reads.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/canceller.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/persistence/server_note.hpp"
#include "headroom/persistence/sessions.hpp"
#include "headroom/persistence/settings.hpp"
#include "headroom/persistence/sync_engine.hpp"
#include "headroom/runtime/runtime.hpp"

namespace headroom::persistence {

/// Cancel requests under way together. libpq waits without bound for the server to take one, so a
/// frozen server could hold as many threads of the system pool: it gets one, the others wait.
inline constexpr unsigned cancels_max = 1;

/// The rows of `postgres` and `files` that control, a database and the migrations take. `reserve`
/// is the process's, for the descriptors of borrowed connections.
std::vector<budget::consumer> consumers(const database_settings& of, unsigned reserve);

struct database_terms {
    database_settings settings;
    application_name name;  ///< system, role and member; each consumer is filled in
    lane_bounds for_lanes;
    session_bounds for_sessions;
    statement_listener echo{};  ///< of every connection; empty: nobody listens
    /// Quoted by every refusal after what the server says, e.g. what the fleet's ledger knows.
    budget::fact_source beside_server{};
};

/// How one more pool of a database reaches it.
struct pool_way {
    /// With the queries, so through the pooler where there is one, without `role` and `settings`.
    bool with_queries = false;
    door* through = nullptr;  ///< another door: as another role
    std::string_view role{};  ///< assumed by each connection right at its start
    /// Further run-time options of its connections, "name=value".
    std::vector<std::string> settings{};
};

/// A consumer's leases beside the connections it says it has: equal at rest.
struct census_row {
    std::string consumer;
    unsigned leases = 0;   ///< closing ones included
    unsigned closing = 0;  ///< of these, waiting for the server's end
    unsigned open = 0;     ///< connections in use, idle or being opened
};

class database final : public part {
public:
    /// Takes the grants of consumers(), but for control's and the migrations', from `from`. Throws
    /// budget::refused when they do not fit. `to`: the way of queries, a pooler's when the settings
    /// have one; `direct`: to the server itself, null for the same. All outlive it.
    database(runtime& on, budget::book& from, door& to, database_terms with,
             door* direct = nullptr);
    ~database() override;

    std::string_view name() const noexcept override { return "persistence.database"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// Many short statements in flight on few connections.
    persistence::lanes& lanes() noexcept { return *lanes_; }
    /// Transactions and slow statements.
    persistence::sessions& sessions() noexcept { return *sessions_; }
    /// For blocking code on the blocking pool; asserts has_sync_engine().
    sync_engine& sync() noexcept;
    /// False with DATABASE_SYNC_POOL_SIZE=0.
    bool has_sync_engine() const noexcept { return sync_.has_value(); }

    /// Of the sessions that the sync engine's transactions run on; none without one.
    std::optional<pool_figures> sync_figures() const;

    /// A pool of one more consumer of this database, e.g. the event store's: takes its grant from
    /// the book, is placed on the home reactor and bounded as this database's sessions are. It is
    /// the caller's to start and to stop, before the database. Not to be called beside
    /// retire_connections().
    std::unique_ptr<persistence::sessions> make_pool(std::string_view consumer,
                                                     const pool_way& by = {});
    runtime& on() noexcept { return on_; }

    /// Quoted by the refusals of every pool; let control's on_facts teach it.
    std::shared_ptr<server_note> note() noexcept { return note_; }
    /// Replaces every connection of lanes, sessions and all pools made: the server changed its
    /// role. On the home reactor.
    void retire_connections();
    std::vector<census_row> census() const;

private:
    bool pooled() const noexcept { return with_.settings.pooler.has_value(); }
    connection_options options_for(std::string consumer, bool through_pooler);
    task<void> start_all(deadline by);
    task<void> stop_all(deadline by);

    runtime& on_;
    budget::book& from_;
    door &to_, &direct_;
    const database_terms with_;
    budget::grant sockets_;
    std::vector<budget::lease> held_;  // descriptors of every connection there may be
    canceller cancels_;
    const std::shared_ptr<server_note> note_;
    std::unique_ptr<persistence::lanes> lanes_;
    std::unique_ptr<persistence::sessions> sessions_, for_sync_;
    std::vector<std::function<void()>> retirers_;  // of every pool there ever was
    std::optional<sync_engine> sync_;
    bool started_ = false;
};

}  // namespace headroom::persistence
