// eventsourcing/detail/care.hpp: how carefully a projection goes on after something went wrong.
//
// A batch that fails for good is halved until the event at fault stands alone. Alone it is tried
// again with growing pauses, each try noted before it begins, and given up after the last. After a
// crash of the predecessor nobody knows which event was at fault, so as many events as it may have
// had in hand are tried alone, the noted one among them. A try counts from its note until it passes
// or fails, not through the pauses: a process that is killed at random is hardly ever killed five
// times within the one try of the same event. Pure.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing::detail {

struct care_bounds {
    unsigned attempts_max = 5;
    std::chrono::milliseconds retry_least{50}, retry_most{2'000};
};

class care {
public:
    explicit care(const care_bounds& within) : within_(within) {}

    /// A new owner begins. `trying`, `attempts`: what the checkpoint notes.
    /// `after_crash`: so many events are tried alone; 0 when the predecessor left in good order.
    void begin(std::optional<log_position> trying, unsigned attempts, std::size_t after_crash);

    /// The next event is tried alone.
    bool singly() const noexcept { return alone_ > 0 || suspect_ || limit_ == 1; }
    /// How many events the next batch may have, of those wanted.
    std::size_t at_most(std::size_t wanted) const noexcept;

    /// A batch of so many events, through `last`, was refused for good.
    void broke(std::size_t events, log_position last);
    /// This event could not even be read.
    void suspect(log_position at);
    /// A batch or a single event through `last` was taken, or the event was parked.
    void passed(log_position last);

    // ---- of the event that stands alone ----
    unsigned attempts(log_position at) const noexcept;
    bool exhausted(log_position at) const noexcept { return attempts(at) >= within_.attempts_max; }
    /// How long to wait before its next try; 0 before the first.
    std::chrono::milliseconds pause(log_position at) const noexcept;
    /// A try of it begins.
    void tries(log_position at);
    /// That try says nothing about the event: the server went away.
    void excuse(log_position at) noexcept;

private:
    const care_bounds within_;
    std::optional<log_position> suspect_;  // the event at fault, and how often it was tried
    unsigned attempts_ = 0;
    std::size_t alone_ = 0;                // events still to be tried alone after a crash
    std::size_t limit_ = 0;                // of a batch while halving; 0: none
    log_position halving_until_ = 0;       // the end of the batch that failed
    bool found_ = false;                   // the event at fault was found: grow again
};

}  // namespace headroom::eventsourcing::detail
