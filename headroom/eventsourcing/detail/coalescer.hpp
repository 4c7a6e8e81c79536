// eventsourcing/detail/coalescer.hpp: which appends wait, and which travel together next.
//
// Pure: neither sockets nor clocks. While transactions are in flight appends collect here; the next
// transaction carries as many as its bounds allow, in the order of their streams, so that two
// processes lock rows in one order. Appends to one stream go one after the other, in the order in
// which they came: each is decided by the one before it, and none waits on a lock for another.
// An append with guards, and one that is retried after a failure, travels alone.
#pragma once
#include <deque>
#include <unordered_map>

#include "headroom/eventsourcing/detail/append_entry.hpp"

namespace headroom::eventsourcing::detail {

/// One reactor's own; not thread-safe. Whoever lets an append leave or ends it still owns it then.
class coalescer {
public:
    using entry = std::shared_ptr<append_entry>;
    using time_point = deadline::clock::time_point;

    explicit coalescer(const store_bounds& within) : within_(within) {}

    /// Whether one more may wait.
    bool has_room(std::size_t bytes) const noexcept;
    /// Puts an append at the end. Requires has_room().
    void enter(const entry& one, time_point now);
    /// What the next transaction carries; nothing when all that waits is behind what is carried.
    std::vector<entry> next();
    /// The caller left. True when it still waited and is out now; false when it is carried.
    bool leave(append_entry& one, time_point now);

    // ---- for what next() handed out, once each ----
    /// It is decided: whoever waited behind it is ready.
    void done(append_entry& one, time_point now);
    /// It goes again, before everything else, in a transaction of its own if `alone`.
    void again(const entry& one, bool alone);

    /// Everything that waits, which leaves.
    std::vector<entry> clear();

    std::size_t waiting() const noexcept { return waiting_; }
    bool has_ready() const noexcept { return !ready_.empty(); }
    /// Since when the first has been ready; requires has_ready().
    time_point oldest() const { return ready_.front()->since; }
    bool empty() const noexcept { return lines_.empty(); }

private:
    struct hash {
        std::size_t operator()(const uuid& of) const noexcept;
    };
    using line = std::deque<entry>;  // of one stream; the first is ready, or carried

    void make_ready(const entry& one, append_entry::list::iterator before);
    void step_out(append_entry& one, time_point now);
    bool fits(const append_entry& one, std::size_t appends, std::size_t events,
              std::size_t bytes) const noexcept;

    const store_bounds within_;
    std::unordered_map<uuid, line, hash> lines_;
    append_entry::list ready_;
    std::size_t waiting_ = 0, waiting_bytes_ = 0;
};

}  // namespace headroom::eventsourcing::detail
