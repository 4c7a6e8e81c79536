// eventsourcing/feed.hpp: every event once, in order, read once for all projections.
//
// Positions are drawn before their transactions commit, so a reader that simply goes on from the
// last number it saw loses events. The feed keeps a **head**: the position up to which every event
// there will ever be is visible. Where a number is missing it finds out which transactions might
// still fill it (the virtual transaction ids that hold a write lock on the table) and passes the
// hole once these have ended, whatever else runs on the server: see detail/gap_fence.hpp.
//
// What lies below the head is read in pages that all projections share, bounded in bytes. A
// projection is a number to the feed: next() hands out what follows it, from memory when it is
// recent, else from a page read over the catch-up lane.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/database.hpp"

namespace headroom::eventsourcing {

struct feed_bounds {
    std::size_t memory_bytes_max = 16 * 1024 * 1024;  ///< of all pages kept
    std::size_t page_events_max = 2048;
    std::chrono::milliseconds poll_least_ms{50};  ///< after the last event, doubling up to
    std::chrono::milliseconds poll_most_ms{1000};
    std::chrono::milliseconds fence_pause_ms{1};  ///< between two looks at a hole, doubling to 20
    /// For the reserve to lend the catch-up lane; then its reads go over the feed's own session.
    std::chrono::milliseconds catch_up_wait_ms{250};
};

/// Some events that follow each other. Copyable; keeps what its events point into.
class event_page {
public:
    event_page() = default;
    event_page(std::shared_ptr<const void> owner, std::span<const recorded_event> events,
               log_position through)
        : owner_(std::move(owner)), events_(events), through_(through) {}

    std::span<const recorded_event> events() const noexcept { return events_; }
    /// Every event up to here has been handed out: at least the last event's position, further
    /// where the numbers behind it are empty.
    log_position through() const noexcept { return through_; }

private:
    std::shared_ptr<const void> owner_;
    std::span<const recorded_event> events_;
    log_position through_ = 0;
};

/// Why the head does not move, when it does not.
struct feed_stall {
    log_position at = 0;        ///< the first missing number
    int pid = 0;                ///< a backend whose transaction may still fill it
    std::string application_name;
    std::chrono::milliseconds age{0};  ///< of that transaction
};

struct feed_figures {
    log_position head = 0;
    std::uint64_t events = 0, reads = 0, holes = 0, dead = 0, wakes = 0, polls = 0, restarts = 0,
                  catch_up_reads = 0;
    std::size_t memory_bytes = 0;
    std::optional<feed_stall> stall;
};

/// Everything on the home reactor, but for start(), stop() and figures(). A part.
class feed final : public part {
public:
    /// Takes the grants of `eventsourcing.feed` and `eventsourcing.catch_up`. Listens on `control`
    /// for the appends of other processes. All references outlive it.
    feed(persistence::database& on, persistence::control& control, budget::book& from,
         const feed_bounds& bounds = {});
    ~feed() override;

    std::string_view name() const noexcept override { return "eventsourcing.feed"; }
    /// Returns once the head is known, or the server did not let us look yet (it goes on trying).
    /// Throws where the sequence of positions is not drawn one by one, in a line that names it.
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// What follows `after`: events, or an empty page with a through() beyond `after` where only
    /// empty numbers follow, or, at the deadline, an empty page with through() == after. At most
    /// `events_max` events. Throws budget::refused when the feed is stopping, and what a session
    /// throws when the catch-up lane fails.
    task<event_page> next(log_position after, std::size_t events_max, deadline until);

    /// Every event up to here can be read by now.
    log_position head() const noexcept;
    /// Something was appended: look now. From any thread.
    void poke(log_position last) noexcept;

    /// A projection reads here. False when one of this name reads already. From one thread.
    [[nodiscard]] bool enter(const std::string& projection);
    void leave(const std::string& projection) noexcept;

    feed_figures figures() const;

private:
    struct body;
    std::shared_ptr<body> body_;
    bool started_ = false;
};

}  // namespace headroom::eventsourcing
