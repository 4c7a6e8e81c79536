#include "headroom/fleet/member_state.hpp"

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/fleet/overshoot.hpp"

namespace headroom::fleet {

std::string_view to_string(member_phase of) noexcept {
    switch (of) {
        case member_phase::joining:
            return "joining";
        case member_phase::member:
            return "member";
        case member_phase::fenced:
            return "fenced";
        case member_phase::gone:
            return "gone";
    }
    return "unknown";
}

member_state::member_state(unsigned floor, unsigned most, member_bounds within)
    : floor_(floor), most_(most), within_(within) {
    BOOST_ASSERT(1 <= floor_ && floor_ <= most_);
}

void member_state::joined(const reservation& what, time_point now) {
    BOOST_ASSERT(phase_ == member_phase::joining || phase_ == member_phase::fenced);
    phase_ = member_phase::member;
    target_.reset();
    take(what, now);
}

void member_state::visited(const reservation& what, time_point now) {
    if (phase_ != member_phase::member) return;  // lost meanwhile: the answer is of another life
    target_ = what.target && *what.target < what.units ? what.target : std::nullopt;
    take(what, now);
}

void member_state::take(const reservation& what, time_point now) {
    BOOST_ASSERT(floor_ <= what.units && what.units <= most_);
    units_ = what.units;
    unreached_ = false;
    visit_at_ = now + within_.visit_ms;
}

void member_state::lost(time_point now) {
    if (phase_ != member_phase::member) return;
    phase_ = member_phase::fenced;
    fenced_at_ = now;
}

void member_state::on_standby(time_point now) {
    if (phase_ != member_phase::fenced) return;
    phase_ = member_phase::member;
    unreachable(now);
}

void member_state::unreachable(time_point now) {
    unreached_ = true;
    visit_at_ = now + within_.visit_ms;
}

void member_state::called(time_point now) { visit_at_ = std::min(visit_at_, now); }

void member_state::left() { phase_ = member_phase::gone; }

member_state::action member_state::next(unsigned held, time_point now) const {
    if (phase_ == member_phase::fenced) return action::join_again;
    if (phase_ != member_phase::member || !may_visit()) return action::rest;
    // What was asked for is closed; only an unreachable ledger makes that wait.
    const bool has_closed = target_ && held <= *target_ && !unreached_;
    return has_closed || now >= visit_at_ ? action::visit : action::rest;
}

bool member_state::may_visit() const noexcept { return units_ >= sessions_per_joiner; }

// Who shrinks to control alone keeps the unit of the visit that says so until it is answered; who
// comes back has both sessions of a joiner.
unsigned member_state::limit(time_point now) const {
    switch (phase_) {
        case member_phase::member:
            return std::max(closed_to(), std::min(units_, sessions_per_joiner));
        case member_phase::fenced:
            return std::max(now - fenced_at_ >= within_.fenced_ms_max ? floor_ : closed_to(),
                            std::min(most_, sessions_per_joiner));
        case member_phase::joining:
        case member_phase::gone:
            return most_;  // not the fleet's to say: nothing has been granted, or all is given back
    }
    return floor_;
}

}  // namespace headroom::fleet
