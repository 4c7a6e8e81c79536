// eventsourcing/detail/projections_body.hpp: what the runners of a process share: sessions, the
// session locks, the feed's news, and one look at all checkpoints.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "headroom/eventsourcing/detail/runner.hpp"

namespace headroom::eventsourcing {

/// Everything on the home reactor, but for what says otherwise.
struct projections::body : std::enable_shared_from_this<projections::body> {
    body(persistence::database& on, persistence::door& writers, persistence::control& with,
         feed& from, std::vector<std::unique_ptr<projection>> all, const projection_bounds& bounds,
         audience* told);

    reactor& home() noexcept { return on.on().home(); }
    task<void> start(deadline by);
    task<void> stop(deadline drain_until);
    /// On any thread, before and after: one process runs a projection once.
    void enter();
    void leave() noexcept;

    task<bool> wait_for(log_position at, std::vector<detail::runner*> which, deadline until);
    std::vector<detail::runner*> named(std::string_view projection) const;
    std::vector<projection_status> statuses() const;  ///< from any thread

    // ---- ownership.cpp ----
    task<void> watch_ownership();
    task<void> ensure_rows();
    task<void> look();
    task<void> meet(detail::runner& each, const detail::checkpoint_look& seen);
    task<void> listen();
    void hear(const persistence::notification& what);
    void lose_all();
    task<void> release_all(deadline until);
    task<void> tell(std::string payload);
    bool owns_all() const;

    // ---- projections.cpp ----
    task<void> watch_head();
    task<void> poll_positions();
    bool asks_others() const;
    persistence::parameters keys() const;

    persistence::database& on;
    persistence::control& control;
    feed& from;
    const std::unique_ptr<persistence::sessions> pool;
    detail::turns queue;
    const detail::stage shared;
    std::vector<std::unique_ptr<detail::runner>> runners;
    std::vector<std::string> names, entered;
    std::vector<std::int64_t> versions;

    persistence::control::subscription channel;
    detail::bell changed;  // somebody released, or an operator changed something
    bool listening = false, ensured = false, stopping = false, polling = false;
    unsigned jobs = 0;     // coroutines of ours
};

}  // namespace headroom::eventsourcing
