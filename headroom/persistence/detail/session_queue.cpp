#include "headroom/persistence/detail/session_queue.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::persistence::detail {

session_queue::session_queue(const session_bounds& bounds, unsigned floor, unsigned slots_max,
                             clock now, double phase)
    : bounds_(bounds), floor_(floor), slots_max_(slots_max), clock_(std::move(now)), now_(clock_()),
      cap_(slots_max), phase_(phase), delay_(bounds.shed_target_ms, bounds.shed_interval_ms) {
    BOOST_ASSERT(slots_max_ >= 1 && floor_ <= slots_max_);
    BOOST_ASSERT(phase_ >= 0 && phase_ < 1);
    slots_.reserve(slots_max_);
    idle_.reserve(slots_max_);
}

session_queue::~session_queue() {
    BOOST_ASSERT_MSG(waiting_.empty(), "a session queue ended before its callers");
    BOOST_ASSERT_MSG(lent_ == 0, "a session queue ended before its sessions were back");
}

void session_queue::add(session_slot& slot) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(slots_.size() < slots_max_);
    slots_.push_back(&slot);
}

loan session_queue::try_take(const borrower& who) noexcept {
    std::scoped_lock lock(mutex_);
    if (idle_.empty() || stale(*idle_.back())) return {};
    auto* slot = idle_.back();
    idle_.pop_back();
    return lend(*slot, who);
}

wait_outcome session_queue::wait(session_waiter& waiter) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(!waiter.is_linked() && !waiter.got);
    if (closed_) return waiter.outcome = wait_outcome::closing;
    now_ = clock_();
    if (waiting_.empty() && !idle_.empty() && !stale(*idle_.back())) {
        auto* slot = idle_.back();
        idle_.pop_back();
        waiter.got = lend(*slot, waiter.who);
        return waiter.outcome = wait_outcome::served;
    }
    ++sums_.waits;
    if (waiting_.size() >= bounds_.waiting_max) {
        ++sums_.shed;
        return waiter.outcome = wait_outcome::queue_full;
    }
    waiter.since = now_;
    waiting_.push_back(waiter);
    return wait_outcome::queued;
}

bool session_queue::withdraw(session_waiter& waiter, wait_outcome because) {
    std::scoped_lock lock(mutex_);
    if (!waiter.is_linked()) return false;
    BOOST_ASSERT(waiter.outcome == wait_outcome::queued);
    waiting_.erase(list::s_iterator_to(waiter));
    waiter.outcome = because;
    if (because == wait_outcome::timed_out) ++sums_.timeouts;
    return true;
}

given session_queue::give(session_slot& slot, std::uint32_t generation) noexcept {
    std::scoped_lock lock(mutex_);
    if (slot.generation.load(std::memory_order_relaxed) != generation) return given::not_yours;
    BOOST_ASSERT(slot.is == slot_state::lent && lent_ > 0);
    sums_.use_time += now_ - slot.lent_at;
    slot.used_at = now_;
    slot.lent_to.by = nullptr;
    if (must_go(slot)) {
        move_to_kept(slot, lent_);
        slot.retiring = true;
        return given::close_it;
    }
    --lent_;
    serve_or_idle(slot);
    return given::kept;
}

void session_queue::note_statement(session_slot& slot, std::string_view text) {
    std::scoped_lock lock(mutex_);
    slot.last_statement.assign(text.substr(0, statement_shown_max));
}

bool session_queue::stale(const session_slot& slot) const noexcept {
    return slot.retiring || now_ - slot.used_at >= bounds_.check_after_ms;
}

// Asked while the slot is still counted.
bool session_queue::must_go(const session_slot& slot) const noexcept {
    return slot.retiring || closed_ || now_ >= slot.retire_at ||
           (cap_ < slots_max_ && staying() > cap_);
}

loan session_queue::lend(session_slot& slot, const borrower& who) noexcept {
    slot.is = slot_state::lent;
    const auto generation = slot.generation.fetch_add(1, std::memory_order_relaxed) + 1;
    slot.lent_to = who;
    slot.lent_at = now_;
    slot.reported = false;
    slot.last_statement.clear();
    ++lent_;
    ++sums_.takes;
    return {&slot, generation, who.by != nullptr ? budget::hold(*who.by) : budget::hold()};
}

void session_queue::settle(session_waiter& waiter, wait_outcome outcome) noexcept {
    waiting_.erase(list::s_iterator_to(waiter));
    waiter.outcome = outcome;
    waiter.resolved();
}

// One piece of work asked twice at once: it holds a unit now, so its other wish must not wait.
void session_queue::refuse_siblings(const budget::holder* by) noexcept {
    if (by == nullptr) return;
    for (auto at = waiting_.begin(); at != waiting_.end();) {
        auto& each = *at++;
        if (each.who.by == by && !each.may_hold) settle(each, wait_outcome::holds_already);
    }
}

// The slot is counted nowhere at this moment.
void session_queue::serve_or_idle(session_slot& slot) {
    if (!waiting_.empty()) now_ = clock_();
    while (!waiting_.empty()) {
        auto& first = waiting_.front();
        const auto waited = now_ - first.since;
        if (first.due.passed(now_)) {
            ++sums_.timeouts;
            settle(first, wait_outcome::timed_out);
        } else if (waited > delay_.observe(now_, waited)) {
            ++sums_.shed;
            settle(first, wait_outcome::shed);
        } else {
            sums_.wait_time.add(waited);
            first.got = lend(slot, first.who);
            settle(first, wait_outcome::served);
            return refuse_siblings(slot.lent_to.by);
        }
    }
    delay_.calm();
    slot.is = slot_state::idle;
    idle_.push_back(&slot);
}

void session_queue::move_to_kept(session_slot& slot, unsigned& from) noexcept {
    BOOST_ASSERT(from > 0);
    --from;
    ++kept_;
    slot.is = slot_state::kept;
}

}  // namespace headroom::persistence::detail
