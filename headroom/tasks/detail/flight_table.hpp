// tasks/detail/flight_table.hpp: what a worker has in hand, and which of it has to be renewed when.
//
// A delivered entry is ours for a lease; its idle time in the server's list of pending entries is
// the only clock others look at. Renewing begins after a third of it. Times are those at which a
// renewal was sent, not answered, so that we never believe longer than the server does. Pure: time
// is handed in. Not thread-safe.
#pragma once
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "headroom/tasks/entry_id.hpp"

namespace headroom::tasks::detail {

using flight_clock = std::chrono::steady_clock;

/// One entry in hand. Lives in whatever derives from it.
struct flight : boost::intrusive::list_base_hook<
                    boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
    std::size_t queue = 0;  ///< which of the worker's
    fence token;
    flight_clock::time_point renewed{};  ///< the latest moment we know it was ours
    bool being_renewed = false;

    bool in_hand() const noexcept { return is_linked(); }
};

class flight_table {
public:
    static constexpr std::size_t renewals_max = 256;  ///< of one call

    explicit flight_table(std::chrono::milliseconds lease) : lease_(lease) {}

    /// Delivered not before `at`.
    void add(flight& one, flight_clock::time_point at);
    void remove(flight& one) noexcept;

    /// Those of a queue whose renewal is due, the oldest first, at most renewals_max: none of them
    /// is given out again until renewed() or kept().
    std::vector<flight*> take_due(flight_clock::time_point now);
    /// It was ours after `sent`.
    void renewed(flight& one, flight_clock::time_point sent);
    /// Its renewal's answer got lost: it is due again at once.
    void kept(flight& one) noexcept { one.being_renewed = false; }

    /// When the next renewal is due; none when nothing is in hand.
    std::optional<flight_clock::time_point> next_due() const;
    /// Recent enough that nobody can have claimed it: it may be completed without asking.
    bool surely_ours(const flight& one, flight_clock::time_point now) const {
        return now - one.renewed < lease_ / 2;
    }

    std::size_t size() const noexcept { return size_; }
    /// Null when it is not in hand.
    flight* find(std::size_t queue, entry_id id);

private:
    using list = boost::intrusive::list<flight, boost::intrusive::constant_time_size<false>>;

    const std::chrono::milliseconds lease_;
    list flights_;  // by when they were renewed, but for those that join late
    std::size_t size_ = 0;
};

}  // namespace headroom::tasks::detail
