// eventsourcing/detail/feed_loop.hpp: keeps the head, and reads pages of the past.
#pragma once
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "headroom/eventsourcing/detail/event_pages.hpp"
#include "headroom/eventsourcing/detail/feed_reads.hpp"
#include "headroom/eventsourcing/detail/gap_fence.hpp"
#include "headroom/eventsourcing/detail/wake_list.hpp"
#include "headroom/eventsourcing/feed.hpp"
#include "headroom/runtime/backoff.hpp"

namespace headroom::eventsourcing {

/// What stands behind a feed. On the home reactor, but for what says otherwise.
struct feed::body : std::enable_shared_from_this<feed::body> {
    body(persistence::database& on, persistence::control& control, budget::book& from,
         const feed_bounds& bounds);

    reactor& home() const noexcept { return on_.on().home(); }
    task<void> start(deadline by);
    task<void> stop(deadline drain_until);
    task<event_page> next(log_position after, std::size_t events_max, deadline until);
    void wake();

    std::atomic<log_position> head{0};
    std::set<std::string> readers;

    feed_figures figures() const;  ///< from any thread

private:
    task<void> loop();
    task<void> turn();
    task<void> meet_server(persistence::session& with);
    task<void> look(persistence::session& with);
    task<void> look_at_hole(persistence::session& with);
    task<void> read_tail(persistence::session& with);
    task<void> explain_hole(persistence::session& with);
    task<void> rest(bool failed);
    task<void> keep_listening();
    void start_anew();

    task<detail::page_ptr> page_of_past(log_position after, deadline until);
    task<detail::page_ptr> read_past(log_position after, deadline until);
    task<detail::page_ptr> read_past_over(persistence::sessions& pool, log_position after,
                                          deadline until);
    void count(const std::function<void(feed_figures&)>& change);

    persistence::database& on_;
    persistence::control& control_;
    const feed_bounds within_;
    const std::unique_ptr<persistence::sessions> own_, catch_up_;
    std::optional<detail::gap_fence> fence_;
    std::optional<detail::server_history> history_;
    detail::landmark newest_;  // the last event we know of that history
    int backend_ = 0;    // whose answers the fence goes by
    unsigned era_ = 0;   // of the history: one more with each start_anew()
    detail::event_pages pages_;
    detail::wake_list news_, moved_, past_free_;
    persistence::control::subscription channel_;
    bool awake_ = false, stopping_ = false, looping_ = false, registering_ = false,
         reading_past_ = false;
    unsigned nexts_ = 0;  // calls under way
    deadline::clock::time_point lane_again_{};  // the reserve had nothing to lend until then
    std::chrono::milliseconds idle_{0}, hole_pause_{0};
    std::optional<deadline::clock::time_point> hole_since_;
    backoff failures_;
    std::exception_ptr unsound_;  // the sequence of positions, when last looked at

    mutable std::mutex mutex_;
    feed_figures figures_;  // guarded by mutex_
};

}  // namespace headroom::eventsourcing
