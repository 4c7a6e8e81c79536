// The keeper's half of the session queue: opening, checking, calling back and closing.
#include <fmt/format.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/persistence/detail/session_queue.hpp"

namespace headroom::persistence::detail {
namespace {

using std::chrono::milliseconds;

/// Added to a fraction again and again, its multiples modulo 1 stay evenly spread (Weyl).
constexpr double golden_ratio = 0.6180339887498949;

milliseconds whole_ms(instant::duration span) {
    return std::chrono::duration_cast<milliseconds>(span);
}

}  // namespace

unsigned session_queue::callers_waiting() const {
    std::scoped_lock lock(mutex_);
    return static_cast<unsigned>(waiting_.size());
}

unsigned session_queue::openings_wanted() const {
    std::scoped_lock lock(mutex_);
    if (closed_ || live() >= cap_) return 0;
    const auto floor = std::min(floor_, cap_);
    const auto below = floor > live() ? floor - live() : 0;
    const auto waiting = static_cast<unsigned>(waiting_.size()), coming = opening_ + checking_;
    const auto unserved = waiting > coming ? waiting - coming : 0;
    const auto growth = std::min(unserved, ramp_ > opening_ ? ramp_ - opening_ : 0);
    return std::min(std::max(below, growth), cap_ - live());
}

session_slot* session_queue::begin_opening() {
    std::scoped_lock lock(mutex_);
    if (closed_ || live() >= cap_) return nullptr;
    const auto at = std::ranges::find(slots_, slot_state::vacant, &session_slot::is);
    if (at == slots_.end()) return nullptr;
    (*at)->is = slot_state::opening;
    (*at)->unit_since = now_ = clock_();
    ++opening_;
    return *at;
}

void session_queue::open_failed(session_slot& slot) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(slot.is == slot_state::opening && opening_ > 0);
    --opening_;
    ++sums_.failed;
    ramp_ = 1;
    slot.is = slot_state::vacant;
    slot.retiring = false;
}

bool session_queue::can_check() const {
    std::scoped_lock lock(mutex_);
    return !idle_.empty() && waiting_.size() < idle_.size();
}

session_slot* session_queue::next_to_check() {
    std::scoped_lock lock(mutex_);
    if (waiting_.size() <= checking_) return nullptr;
    for (auto at = idle_.rbegin(); at != idle_.rend(); ++at) {
        auto& slot = **at;
        if (slot.retiring) continue;
        idle_.erase(std::next(at).base());
        slot.is = slot_state::kept;
        slot.checking = true;
        ++kept_;
        ++checking_;
        return &slot;
    }
    return nullptr;
}

bool session_queue::keep(session_slot& slot, std::uint32_t generation) {
    std::scoped_lock lock(mutex_);
    if (slot.generation.load(std::memory_order_relaxed) != generation) return false;
    BOOST_ASSERT(slot.is == slot_state::lent);
    sums_.use_time += now_ - slot.lent_at;
    slot.lent_to.by = nullptr;
    slot.generation.fetch_add(1, std::memory_order_relaxed);
    move_to_kept(slot, lent_);
    return true;
}

given session_queue::ready(session_slot& slot) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(slot.is == slot_state::opening || slot.is == slot_state::kept);
    slot.used_at = now_ = clock_();
    if (slot.is == slot_state::opening) {
        came_open(slot);
    } else if (std::exchange(slot.checking, false)) {
        --checking_;
    }
    if (must_go(slot)) {
        slot.retiring = true;
        return given::close_it;
    }
    --kept_;
    serve_or_idle(slot);
    return given::kept;
}

void session_queue::came_open(session_slot& slot) {
    move_to_kept(slot, opening_);
    ++sums_.opened;
    sums_.create_time.add(now_ - slot.unit_since);
    ramp_ = waiting_.size() > 1 ? std::min(ramp_ * 2, slots_max_) : 1;
    const auto share = 0.75 + 0.25 * phase_;
    phase_ += golden_ratio;
    if (phase_ >= 1) phase_ -= 1;
    const auto life = static_cast<double>(bounds_.lifetime_ms_max.count()) * share;
    slot.retire_at = now_ + milliseconds(static_cast<milliseconds::rep>(life));
}

bool session_queue::lost(session_slot& slot) {
    std::scoped_lock lock(mutex_);
    if (slot.is != slot_state::vacant) slot.retiring = true;
    if (slot.is != slot_state::idle) return false;
    std::erase(idle_, &slot);
    slot.is = slot_state::kept;
    ++kept_;
    return true;
}

void session_queue::vacate(session_slot& slot) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(slot.is == slot_state::kept && kept_ > 0);
    --kept_;
    if (std::exchange(slot.checking, false)) --checking_;
    ++sums_.closed;
    slot.is = slot_state::vacant;
    slot.retiring = false;
    slot.generation.fetch_add(1, std::memory_order_relaxed);
}

void session_queue::retire_all() {
    std::scoped_lock lock(mutex_);
    for (auto* slot : slots_)
        if (slot->is != slot_state::vacant) slot->retiring = true;
}

void session_queue::resize(unsigned slots) {
    std::scoped_lock lock(mutex_);
    cap_ = std::clamp(slots, 1U, slots_max_);
}

void session_queue::tick(bool recalled, chores& out) {
    std::scoped_lock lock(mutex_);
    now_ = clock_();
    close_idle(recalled, out);
    call_back(out);
    for (auto* slot : slots_) {
        const bool overdue = slot->is == slot_state::lent && !slot->reported &&
                             now_ - slot->lent_at >= bounds_.leak_ms;
        if (!overdue) continue;
        slot->reported = true;
        out.leaks.push_back(describe(*slot));
    }
}

void session_queue::close(chores& out) {
    std::scoped_lock lock(mutex_);
    closed_ = true;
    while (!waiting_.empty()) settle(waiting_.front(), wait_outcome::closing);
    close_idle(false, out);
    BOOST_ASSERT(idle_.empty());
}

// Coldest first: those at their end of life, surplus after a resize, and loans nobody uses.
void session_queue::close_idle(bool recalled, chores& out) {
    for (auto at = idle_.begin(); at != idle_.end();) {
        auto& slot = **at;
        const auto age = now_ - slot.unit_since, unused = now_ - slot.used_at;
        const bool loan_ends = staying() > floor_ && ((recalled && age >= budget::loan_ms_min) ||
                                                      unused >= bounds_.idle_ms_max);
        if (!must_go(slot) && !loan_ends) {
            ++at;
            continue;
        }
        at = idle_.erase(at);
        slot.is = slot_state::kept;
        slot.retiring = true;
        ++kept_;
        out.close.push_back(&slot);
    }
}

// Ends the longest holds of borrowed units once they are over their bound. Only what callers hold
// counts: a session that was called back is still being tidied up at the next tick, and must not
// cost the floor's holder its own.
void session_queue::call_back(chores& out) {
    for (auto loans = lent_ > floor_ ? lent_ - floor_ : 0; loans > 0; --loans) {
        auto* slot = const_cast<session_slot*>(oldest_hold());
        if (slot == nullptr || now_ - slot->lent_at < bounds_.session_hold_ms_max) return;
        call_back(*slot, out);
    }
}

void session_queue::call_back(session_slot& slot, chores& out) {
    slot.generation.fetch_add(1, std::memory_order_relaxed);
    slot.lent_to.by = nullptr;
    ++sums_.revoked;
    move_to_kept(slot, lent_);
    out.revoke.push_back(&slot);
}

void session_queue::call_back_all(chores& out) {
    std::scoped_lock lock(mutex_);
    for (auto* slot : slots_)
        if (slot->is == slot_state::lent) call_back(*slot, out);
}

unsigned session_queue::staying() const noexcept {
    unsigned count = 0;
    for (const auto* slot : slots_)
        count +=
            slot->is != slot_state::vacant && !(slot->is == slot_state::kept && slot->retiring);
    return count;
}

const session_slot* session_queue::oldest_hold() const noexcept {
    const session_slot* oldest = nullptr;
    for (const auto* slot : slots_)
        if (slot->is == slot_state::lent && (oldest == nullptr || slot->lent_at < oldest->lent_at))
            oldest = slot;
    return oldest;
}

leak session_queue::describe(const session_slot& slot) const {
    const auto& site = slot.lent_to.site;
    std::string_view file = site.file_name();
    file.remove_prefix(std::min(file.rfind('/') + 1, file.size()));
    return {slot.lent_to.by != nullptr ? slot.lent_to.by->name() : std::string(),
            fmt::format("{}:{} {}", file, site.line(), site.function_name()),
            whole_ms(now_ - slot.lent_at), slot.last_statement};
}

pool_figures session_queue::figures() const {
    std::scoped_lock lock(mutex_);
    auto now = sums_;
    now.max = cap_;
    now.used = lent_;
    now.idle = idle_count();
    now.opening = opening_;
    now.kept = kept_;
    now.pending = static_cast<unsigned>(waiting_.size());
    return now;
}

std::vector<leak> session_queue::holds_longer_than(milliseconds age) const {
    std::scoped_lock lock(mutex_);
    std::vector<leak> found;
    for (const auto* slot : slots_)
        if (slot->is == slot_state::lent && now_ - slot->lent_at >= age)
            found.push_back(describe(*slot));
    return found;
}

std::string session_queue::account() const {
    std::scoped_lock lock(mutex_);
    auto text = fmt::format("{} of {} sessions out, {} opening, {} waiting", lent_, cap_, opening_,
                            waiting_.size());
    if (const auto* oldest = oldest_hold())
        text += "; oldest hold: " + describe(*oldest).message();
    return text;
}

}  // namespace headroom::persistence::detail
