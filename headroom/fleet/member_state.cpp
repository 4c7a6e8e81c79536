#include "headroom/fleet/member_state.hpp"

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
    BOOST_ASSERT(within_.ask_ms_min <= within_.ask_ms_max);
    BOOST_ASSERT(within_.fair_ms_min <= within_.fair_ms_max);
    earlier_ = lately_ = told_ = floor_;
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
    wait_after(what);
    take(what, now);
}

// Longer each time nothing came.
void member_state::wait_after(const reservation& what) {
    const bool had_its_part = told_ > what.units && !what.unmet;
    const auto least = had_its_part ? within_.fair_ms_min : within_.ask_ms_min;
    const auto most = had_its_part ? within_.fair_ms_max : within_.ask_ms_max;
    const bool in_vain = told_ > what.units && what.units <= units_;
    pause_ = in_vain ? std::clamp(pause_ * 3 / 2, least, most) : least;
}

void member_state::needs(unsigned units, time_point now) {
    const auto could_use = std::clamp(units, floor_, most_);
    if (now - peak_from_ < within_.peak_ms) {
        lately_ = std::max(lately_, could_use);
        return;
    }
    earlier_ = now - peak_from_ < 2 * within_.peak_ms ? lately_ : could_use;
    lately_ = could_use;
    peak_from_ = now;
}

void member_state::take(const reservation& what, time_point now) {
    BOOST_ASSERT(floor_ <= what.units && what.units <= most_);
    units_ = what.units;
    unreached_ = false;
    unmet_ = what.unmet;
    visited_at_ = now;
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
    // Only an unreachable ledger makes what is closed wait.
    const bool has_news = !unreached_ && (has_closed(held, now) || asks(now) || lets_go(now));
    return has_news || now >= visit_at_ ? action::visit : action::rest;
}

// All that was asked for, or some of it: somebody may wait for less.
bool member_state::has_closed(unsigned held, time_point now) const {
    if (!target_) return false;
    return held <= limit(now) || (held < units_ && now - visited_at_ >= within_.give_ms);
}

unsigned member_state::closed_to(unsigned held, time_point now) const {
    return held <= limit(now) ? shrinks_to() : std::min(held, units_);
}

// Not while it is asked to give: two that ask each other would never rest.
bool member_state::asks(time_point now) const {
    return !target_ && demand() > units_ && now - visited_at_ >= pause_;
}

// The ledger lends by what it was told: a demand that has halved is worth a visit.
bool member_state::lets_go(time_point now) const {
    return units_ > floor_ && demand() <= told_ / 2 && told_ - demand() > 2 &&
           now - visited_at_ >= within_.let_go_ms;
}

bool member_state::may_visit() const noexcept { return units_ >= sessions_per_joiner; }

// Who shrinks to control alone keeps the unit of the visit that says so until it is answered: with
// that one taken, no other is open. Who comes back has both sessions of a joiner.
unsigned member_state::limit(time_point now) const {
    switch (phase_) {
        case member_phase::member:
            return std::max(shrinks_to(), std::min(units_, sessions_per_joiner));
        case member_phase::fenced:
            return std::max(now - fenced_at_ >= within_.fenced_ms_max ? floor_ : shrinks_to(),
                            std::min(most_, sessions_per_joiner));
        case member_phase::joining:
        case member_phase::gone:
            return most_;  // not the fleet's to say: nothing has been granted, or all is given back
    }
    return floor_;
}

}  // namespace headroom::fleet
