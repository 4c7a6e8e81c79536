// testing/detail/flow.hpp: one direction of a proxied connection, with the faults it is told.
#pragma once
#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>

namespace headroom::testing::detail {

/// What is done to the bytes of a connection.
struct conduct {
    bool blackhole = false;              ///< nothing is read or written; sockets stay open
    std::chrono::milliseconds delay{0};  ///< added to every byte on its way
    std::size_t bytes_per_second = 0;    ///< 0: as fast as they come
};

/// Moves bytes from one socket to another, neither of which it owns. Non-blocking; its caller
/// polls. At most buffer_max bytes wait in it.
class flow {
public:
    using clock = std::chrono::steady_clock;
    static constexpr std::size_t buffer_max = 256 * 1024;

    flow(int from, int to) : from_(from), to_(to) {}

    bool wants_to_read(const conduct& how) const;
    bool wants_to_write(const conduct& how, clock::time_point now) const;
    /// When it will want to write, if that is a matter of time.
    std::optional<clock::time_point> due(const conduct& how) const;

    /// False when the connection is broken.
    bool read(const conduct& how, clock::time_point now);
    bool write(const conduct& how, clock::time_point now);

    /// The end of the stream has been passed on.
    bool finished() const noexcept { return ended_ && waiting_.empty(); }

private:
    struct chunk {
        clock::time_point due;
        std::string bytes;
    };
    std::size_t allowance(const conduct& how) const;

    const int from_, to_;
    std::deque<chunk> waiting_;
    std::size_t size_ = 0;
    clock::time_point next_write_{};
    bool ended_ = false;
};

}  // namespace headroom::testing::detail
