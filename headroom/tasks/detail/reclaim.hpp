// tasks/detail/reclaim.hpp: whose entries may be taken over, and where to look next. Pure.
//
// In a group shared with Python, whose workers renew nothing, an entry of theirs is abandoned only
// after their own idle timeout; ours after a lease.
//
// An entry that two deliveries did not end may be what ends its workers. Such suspects are taken
// one at a time, so that one does not condemn whatever lay beside it when its worker died.
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/tasks/entry_id.hpp"

namespace headroom::tasks::detail {

/// A row of XPENDING.
struct pending_row {
    entry_id id;
    std::string consumer;
    std::chrono::milliseconds idle{0};
    unsigned deliveries = 1;
};

inline constexpr unsigned suspect_deliveries = 2;

struct reclaim_rules {
    std::chrono::milliseconds lease{15'000};
    std::chrono::milliseconds foreign_idle{600'000};  ///< of consumers that are not ours
    unsigned deliveries_max = 5;  ///< what had so many is not run any more
    /// What we have in hand. What is pending for us and not in hand was delivered by an answer that
    /// got lost.
    std::function<bool(entry_id)> in_hand{};

    std::chrono::milliseconds least_idle(std::string_view consumer) const;
    bool may_take(const pending_row& row) const;
    bool is_suspect(const pending_row& row) const noexcept {
        return row.deliveries >= suspect_deliveries && row.deliveries < deliveries_max;
    }
};

/// Walks through the list of pending entries page by page, so that what is busy at its head never
/// hides what is idle behind it.
class reclaim_cursor {
public:
    static constexpr unsigned page_max = 128;

    /// For XPENDING: "-", or "(" and the last id of the page before.
    std::string from() const { return after_ ? '(' + after_->text() : "-"; }
    /// A page of `asked` rows had these; a shorter one was the last.
    void saw(const std::vector<pending_row>& rows, unsigned asked);
    bool at_start() const noexcept { return !after_; }

private:
    std::optional<entry_id> after_;
};

/// Rows to claim in one XCLAIM each: those with the same idle bound, first come first. Of suspects
/// only the one with the fewest deliveries, and that only when `takes_suspect`.
struct claim_batch {
    std::chrono::milliseconds least_idle{0};
    std::vector<pending_row> rows;
};
std::vector<claim_batch> to_claim(const std::vector<pending_row>& rows, const reclaim_rules& by,
                                  unsigned room, bool takes_suspect);

}  // namespace headroom::tasks::detail
