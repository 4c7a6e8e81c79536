#include "headroom/fleet/standby_state.hpp"

#include <boost/assert.hpp>
#include <utility>

namespace headroom::fleet {

std::string_view to_string(standby_phase of) noexcept {
    switch (of) {
        case standby_phase::joining:
            return "joining";
        case standby_phase::holding:
            return "holding";
        case standby_phase::fenced:
            return "fenced";
        case standby_phase::promoted:
            return "promoted";
        case standby_phase::gone:
            return "gone";
    }
    return "unknown";
}

standby_state::standby_state(unsigned floor, unsigned most, standby_bounds within)
    : floor_(floor), most_(most), within_(within) {
    BOOST_ASSERT(1 <= floor_ && floor_ <= most_);
}

void standby_state::looked(const std::string& scope, bool in_recovery) {
    if (over()) return;
    if (!in_recovery) {
        phase_ = standby_phase::promoted;
        return;
    }
    if (scope == scope_) return;
    ticket_.reset();
    // After two restarts in a row the share still stands where it was granted.
    if (units_ > 0 && !left_scope_) left_scope_ = scope_;
    scope_ = scope;
}

void standby_state::take(std::string ticket) { ticket_ = std::move(ticket); }

void standby_state::granted(const reservation& what, time_point now) {
    if (over()) return;
    phase_ = standby_phase::holding;
    units_ = what.units;
    unreached_ = false;
    left_scope_.reset();
    visited_at_ = now;
}

void standby_state::unreachable(time_point now) {
    unreached_ = true;
    visited_at_ = now;
}

void standby_state::lost(time_point now) {
    if (over()) return;
    ++life_;
    ticket_.reset();
    if (phase_ != standby_phase::holding) return;
    phase_ = standby_phase::fenced;
    fenced_at_ = now;
}

void standby_state::left() { phase_ = standby_phase::gone; }

bool standby_state::due(bool full, time_point now) const {
    if (over()) return false;
    const bool asks = full && units_ < most_;
    return phase_ != standby_phase::holding ||
           now - visited_at_ >= (asks || unreached_ ? within_.ask_ms : within_.visit_ms);
}

unsigned standby_state::limit(time_point now) const {
    switch (phase_) {
        case standby_phase::holding:
            return units_;
        case standby_phase::fenced:
            return now - fenced_at_ < within_.fenced_ms_max ? units_ : floor_;
        default:
            return floor_;
    }
}

}  // namespace headroom::fleet
