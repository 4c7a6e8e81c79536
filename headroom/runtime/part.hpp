// runtime/part.hpp: the contract by which everything starts and stops.
#pragma once
#include <string_view>
#include <vector>

#include "headroom/runtime/deadline.hpp"

namespace headroom {

/// A part of a process: a pool, a server, a runner. Started and stopped on `main`, where it may
/// block; what it runs, it runs on reactors and pools it was given.
class part {
public:
    virtual ~part() = default;

    /// "http.server", for logs.
    virtual std::string_view name() const noexcept = 0;

    /// Opens what it needs and returns once it is ready to work. Throws when it is not by `by`, and
    /// is stopped then. Called at most once.
    virtual void start(deadline by) = 0;

    /// Takes no new work, lets work in flight end until `drain_until`, then cuts it off. Returns
    /// when all is still: nothing of this part runs, and its leases are back. Does nothing without
    /// a start and when called again.
    virtual void stop(deadline drain_until) noexcept = 0;
};

/// Parts in the order in which they need each other.
class part_sequence {
public:
    /// The parts outlive the sequence.
    explicit part_sequence(std::vector<part*> parts) : parts_(std::move(parts)) {}
    part_sequence(const part_sequence&) = delete;
    part_sequence& operator=(const part_sequence&) = delete;

    /// Starts one after the other. When one throws, it and those before it are stopped in reverse,
    /// at once and without a drain, and the exception goes on.
    void start(deadline by);
    /// Stops those that were started, in reverse. Idempotent.
    void stop(deadline drain_until) noexcept;

private:
    const std::vector<part*> parts_;
    std::size_t started_ = 0;  // the first so many
};

}  // namespace headroom
