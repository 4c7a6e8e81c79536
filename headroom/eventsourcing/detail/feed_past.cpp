// What next() hands out: from memory, or from a page of the past that is read now.
#include <algorithm>

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/detail/feed_loop.hpp"

namespace headroom::eventsourcing {
namespace {

/// Not for every page: each time the reader would wait for the refusal.
constexpr std::chrono::milliseconds ask_reserve_again{1000};

struct counted {
    explicit counted(unsigned& of) noexcept : of(of) { ++of; }
    ~counted() { --of; }
    counted(const counted&) = delete;
    counted& operator=(const counted&) = delete;
    unsigned& of;
};

[[noreturn]] void refuse_closing() {
    budget::refusal closing;
    closing.consumer = feed_consumer;
    closing.reason = budget::refusal_reason::closing;
    throw budget::refused(std::move(closing));
}

}  // namespace

task<event_page> feed::body::next(log_position after, std::size_t events_max, deadline until) {
    const counted one(nexts_);
    for (;;) {
        if (stopping_) refuse_closing();
        const bool known = fence_ && fence_->knows_head();
        if (known && after < pages_.head()) {
            auto found = pages_.find(after);
            if (!found) found = co_await page_of_past(after, until);
            if (found) co_return detail::part_of(found, after, events_max);
            if (until.passed()) co_return event_page(nullptr, {}, after);
            continue;
        }
        if (until.passed()) co_return event_page(nullptr, {}, after);
        co_await moved_.wait(until);
    }
}

// One read at a time: who waits for it finds the page on its shelf afterwards, most often.
task<detail::page_ptr> feed::body::page_of_past(log_position after, deadline until) {
    if (reading_past_) {
        co_await past_free_.wait(until);
        co_return nullptr;
    }
    reading_past_ = true;
    std::exception_ptr failed;
    detail::page_ptr found;
    try {
        found = co_await read_past(after, until);
    } catch (...) {
        failed = std::current_exception();
    }
    reading_past_ = false;
    past_free_.wake_all();
    if (failed) std::rethrow_exception(failed);
    co_return found;
}

// Over the catch-up lane, or, where the reserve has nothing to lend, over the feed's own session.
task<detail::page_ptr> feed::body::read_past(log_position after, deadline until) {
    if (deadline::clock::now() >= lane_again_) {
        try {
            co_return co_await read_past_over(*catch_up_, after,
                                              until.at_most(within_.catch_up_wait_ms));
        } catch (const budget::refused&) {
            lane_again_ = deadline::clock::now() + ask_reserve_again;
        }
    }
    if (stopping_) refuse_closing();
    co_return co_await read_past_over(*own_, after, until);
}

task<detail::page_ptr> feed::body::read_past_over(persistence::sessions& pool, log_position after,
                                                  deadline until) {
    budget::holder by(catch_up_consumer);
    auto lent = co_await pool.take(by, until);
    if (!lent) throw budget::refused(std::move(lent.error()));
    if (after >= pages_.head()) co_return nullptr;  // everything began anew meanwhile
    const auto era = era_;
    // Pages begin at multiples of their size wherever possible, so that readers share them.
    const auto size = static_cast<log_position>(within_.page_events_max);
    const auto through = std::min((after / size + 1) * size, pages_.head());
    auto found = co_await detail::read_page(
        *lent, {after, through, within_.page_events_max, within_.memory_bytes_max / 8}, until);
    if (era != era_) co_return nullptr;
    count([&](feed_figures& to) {
        ++to.catch_up_reads;
        to.events += found->events.size();
    });
    pages_.keep(found);
    co_return found;
}

}  // namespace headroom::eventsourcing
