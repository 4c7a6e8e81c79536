// eventsourcing/detail/event_pages.hpp: the events in memory, shared by all who read.
//
// Two shelves, each bounded in bytes: the tail, which is whatever was appended last, without gaps
// up to the head; and pages read by those who are further behind, so that several projections that
// catch up at about the same place read each page once. Pure; one reactor's own.
#pragma once
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "headroom/eventsourcing/feed.hpp"

namespace headroom::eventsourcing::detail {

/// Every event with `after` < position <= `through`, and what its texts point into.
struct page {
    log_position after = 0, through = 0;
    std::vector<recorded_event> events;
    std::shared_ptr<const void> owner;
    std::size_t bytes = 0;
    bool cut = false;  ///< a bound of its read left events out behind `through`
};
using page_ptr = std::shared_ptr<const page>;

/// The part of a page behind `after`, at most `events_max` events.
event_page part_of(const page_ptr& of, log_position after, std::size_t events_max);

class event_pages {
public:
    /// Half of `bytes_max` for each shelf; the newest page of either is kept however large it is.
    explicit event_pages(std::size_t bytes_max) : bytes_max_(bytes_max / 2) {}

    /// The tail begins anew behind `head`; everything in memory is dropped.
    void restart(log_position head);
    /// Appends to the tail. Requires page->after == head().
    void append(page_ptr what);
    /// Puts a page of the past on its shelf.
    void keep(page_ptr what);

    log_position head() const noexcept { return head_; }
    /// Readers at or behind this position are served from memory.
    log_position tail_begins() const noexcept {
        return tail_.empty() ? head_ : tail_.front()->after;
    }
    /// A page that holds what follows `after`. Requires after < head().
    page_ptr find(log_position after);
    std::size_t bytes() const noexcept { return tail_bytes_ + past_bytes_; }

private:
    log_position head_ = 0;
    const std::size_t bytes_max_;
    std::deque<page_ptr> tail_;
    std::size_t tail_bytes_ = 0, past_bytes_ = 0;
    struct shelved {
        page_ptr what;
        std::uint64_t used = 0;  // the tick of its latest use
    };
    std::map<log_position, shelved> past_;  // by page::after
    std::uint64_t tick_ = 0;
};

}  // namespace headroom::eventsourcing::detail
