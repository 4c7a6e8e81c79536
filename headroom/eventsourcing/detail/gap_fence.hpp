// eventsourcing/detail/gap_fence.hpp: up to which number every event there will be is visible.
//
// Numbers are drawn from a sequence before their transactions commit, so they become visible out
// of order, and those of rolled-back transactions never. Where a number is missing:
//
//     S1  read what follows the head; at a hole, remember h, the largest number read
//     S2  V = the virtual transactions that hold a write lock on the table
//     S3  (later, again) the same list: wait while any of V is still in it
//     S4  read again: a number below h that is still missing belongs to nobody any more
//
// It holds because an INSERT takes its lock before it draws a number and keeps it until its end:
// whoever drew a number below h either had ended at S2 or is in V, and a commit is visible before
// its locks are gone. Transactions that do not write events are never waited for.
//
// Pure: the caller asks the server and reports. Not thread-safe.
#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing::detail {

class gap_fence {
public:
    enum class ask {
        events,   ///< read what follows head()
        holders,  ///< list the virtual transactions with a write lock on the table
    };
    struct counts {
        std::uint64_t holes = 0;  ///< times the head had to stop
        std::uint64_t dead = 0;   ///< numbers passed over
        bool operator==(const counts&) const = default;
    };

    /// Everything up to `newest`, the largest number visible now, is behind the first fence.
    explicit gap_fence(log_position newest);
    /// Goes on counting from `so_far`.
    gap_fence(log_position newest, counts so_far);

    /// What to ask next. While waiting() it makes sense to pause before.
    ask next() const noexcept { return state_ == state::clear ? ask::events : ask::holders; }
    /// The head stands at a hole, and transactions that may fill it still run.
    bool waiting() const noexcept { return state_ == state::waits; }
    /// Every event up to here is visible.
    log_position head() const noexcept { return head_; }
    /// False until the first fence has passed; before, head() says nothing.
    bool knows_head() const noexcept { return knows_head_; }
    /// The first number that is missing, while there is a hole.
    std::optional<log_position> hole() const noexcept;
    /// Who may still fill it.
    std::vector<std::string> suspects() const { return {suspects_.begin(), suspects_.end()}; }

    /// Numbers read after the latest ask, ascending, all above head(). Moves the head over those
    /// that may be handed out and returns how many they are.
    std::size_t saw_events(std::span<const log_position> numbers);
    /// The holders listed after the latest ask.
    void saw_holders(const std::vector<std::string>& now);
    /// The connection is another one: its server may have restarted, where a transaction goes by
    /// another name. Holders are listed anew.
    void lost_sight() noexcept;

    const counts& counted() const noexcept { return counts_; }

private:
    enum class state { clear, lists, waits };
    bool resolved(log_position number) const noexcept;
    void pass();

    log_position head_ = 0;
    log_position high_ = 0;            // h: what is missing below belongs to the suspects
    log_position resolved_below_ = 0;  // what is missing below belongs to nobody
    std::set<std::string> suspects_;
    state state_ = state::clear;
    bool knows_head_ = false;
    counts counts_;
};

}  // namespace headroom::eventsourcing::detail
