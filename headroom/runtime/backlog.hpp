// runtime/backlog.hpp: whether what stands behind a server would still answer in time.
//
// Told now and then how many ask and how many were served, it knows how long one more would wait
// (Little's law), and when nothing moves at all. Busy is no reason to refuse anybody: whoever would
// be served before its deadline is let in, and as many as that. Only a queue that never emptied for
// a whole interval counts, so that a burst which drains is left alone (as in Nichols and Jacobson,
// "Controlling Queue Delay", 2012). What has stalled is asked by one request now and then, and by
// nobody else until it moves.
//
// Pure: time is handed in.
#pragma once
#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "headroom/runtime/deadline.hpp"

namespace headroom {

struct backlog_bounds {
    /// A queue that was empty once in so long does not stand; what was served in it is the rate.
    std::chrono::milliseconds interval{1'000};
    /// Somebody asks and nothing has moved for so long: it has stalled.
    std::chrono::milliseconds stalled_after{1'500};
    /// The most that passes between two looks; when it was more, we were away ourselves.
    std::chrono::milliseconds look_ms_max{250};
    /// While it has stalled one request in so long is let in, to see.
    std::chrono::milliseconds probe_every{1'000};
};

struct backlog_reading {
    std::uint64_t asking = 0;  ///< who waits for an answer now
    std::uint64_t served = 0;  ///< who was answered, ever
};

/// Why one more is not let in, with figures.
struct backlog_refusal {
    enum class reason { slow, stalled };
    reason why = reason::slow;
    std::uint64_t asking = 0;            ///< ahead of it
    std::chrono::milliseconds wait{0};   ///< slow: what it would wait; stalled: since when
};

/// observe() from one thread, refuse() from any.
class backlog {
public:
    using time_point = deadline::clock::time_point;

    explicit backlog(const backlog_bounds& within = {}) : within_(within) {}
    backlog(const backlog&) = delete;
    backlog& operator=(const backlog&) = delete;

    /// A look, some ten in an interval.
    void observe(const backlog_reading& seen, time_point now);

    /// False: nobody is refused now. Costs a load.
    bool stands() const noexcept { return state_.load(std::memory_order_relaxed) != state::calm; }
    bool stalled() const noexcept {
        return state_.load(std::memory_order_relaxed) == state::stalled;
    }
    /// For one that wants in now; nothing: it may.
    std::optional<backlog_refusal> refuse(time_point now, deadline until);

private:
    enum class state { calm, standing, stalled };
    /// Of one interval: who asked at least, and what was served before it.
    struct span {
        time_point began{};
        std::uint64_t least = 0, served_before = 0;
    };

    void note_movement(const backlog_reading& seen, time_point now);
    void note_interval(const backlog_reading& seen, time_point now);
    void publish(const backlog_reading& seen, time_point now);
    bool may_probe(time_point now);

    const backlog_bounds within_;
    // of observe()
    bool begun_ = false, moved_ = false, has_stalled_ = false;
    time_point looked_{};
    std::uint64_t served_ = 0;
    deadline::clock::duration still_for_{0};
    span present_, before_;
    // told to refuse()
    std::atomic<state> state_{state::calm};
    std::atomic<std::uint64_t> asking_{0}, let_in_{0};  // let_in_: since the last look
    std::atomic<std::int64_t> each_ns_{0}, still_ns_{0};
    std::atomic<time_point::rep> next_probe_{0};
};

}  // namespace headroom
