// fleet/member_state.hpp: where a process stands in the fleet, and what follows from it.
//
//     joining --joined--> member --lost--> fenced --joined--> member ... --left--> gone
//
// member   may open up to its reservation, and grow when the ledger lets it
// safe     a member that cannot reach the ledger: keeps what it has and never grows
// fenced   its proof of life is gone, so its share may be given to others: it opens nothing until
//          it has joined again, and after fenced_ms_max goes down to its floor
//
// A member that could use more than it has asks at once and then again at growing pauses, shorter
// ones while it is below its fair part. What it could use is a peak of the last moments, so that a
// demand that comes and goes is not taken for two.
//
// Pure: time is handed in, and next() says what the coroutines of membership.cpp do.
#pragma once
#include <algorithm>
#include <chrono>
#include <optional>
#include <string_view>

#include "headroom/fleet/reservation.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::fleet {

enum class member_phase { joining, member, fenced, gone };
std::string_view to_string(member_phase of) noexcept;

struct member_bounds {
    std::chrono::milliseconds visit_ms{5'000};        ///< between two visits of a member
    std::chrono::milliseconds fenced_ms_max{10'000};  ///< then it shrinks to its floor
    std::chrono::milliseconds ask_ms_min{100};  ///< between two visits that ask for more,
    std::chrono::milliseconds ask_ms_max{500};  ///< growing, while below its fair part
    std::chrono::milliseconds fair_ms_min{1'000};  ///< the same, while no more is due to it
    std::chrono::milliseconds fair_ms_max{3'000};
    std::chrono::milliseconds give_ms{250};  ///< between two visits of one that gives bit by bit
    std::chrono::milliseconds let_go_ms{500};     ///< from a visit to one that says it needs less
    std::chrono::milliseconds peak_ms{500};       ///< a demand counts for once to twice as long
};

class member_state {
public:
    using time_point = deadline::clock::time_point;
    enum class action {
        rest,
        join_again,  ///< fenced: ask for the lock and the reservation again
        visit,       ///< tell the ledger what is closed, hear what is asked for
    };

    /// Requires 1 <= floor <= most, as in fleet_terms. Nobody joins whose `most` is 1: a joiner has
    /// control and its visit.
    member_state(unsigned floor, unsigned most, member_bounds within = {});

    /// The ledger granted this, to a newcomer or to one that came back.
    void joined(const reservation& what, time_point now);
    /// Control was lost, or the ledger does not know us any more. Nothing unless a member.
    void lost(time_point now);
    /// Control stands on a standby, whose slots are not this ledger's and where nothing is written:
    /// the share is kept, in safe mode. Nothing unless fenced.
    void on_standby(time_point now);
    /// Units the process could use, out ones included, at this moment; looked at each turn.
    void needs(unsigned units, time_point now);
    /// What the next visit says of it: between floor and most. Remembered as said.
    unsigned tell_demand() noexcept { return told_ = demand(); }
    /// A visit was answered.
    void visited(const reservation& what, time_point now);
    /// A visit failed: the ledger could not be reached.
    void unreachable(time_point now);
    /// The ledger has called for units: visit now.
    void called(time_point now);
    void left();

    /// `held`: units of the process that are out now.
    action next(unsigned held, time_point now) const;

    member_phase phase() const noexcept { return phase_; }
    bool safe_mode() const noexcept { return phase_ == member_phase::member && unreached_; }
    bool may_open() const noexcept { return phase_ == member_phase::member; }
    /// False for one whose whole share is control: it has nothing to give, and asks for nothing,
    /// because a visit would be a session that nobody granted.
    bool may_visit() const noexcept;
    /// Units the ledger has us down for; 0 before the first admission.
    unsigned reserved() const noexcept { return units_; }
    std::optional<unsigned> target() const noexcept { return target_; }
    /// The peak of what the process could use of late.
    unsigned demand() const noexcept { return std::max(earlier_, lately_); }
    /// Below its fair part: others have been asked to give, in their own time.
    bool unmet() const noexcept { return phase_ == member_phase::member && unmet_; }
    /// It has something to ask or to answer for, so it keeps the means to.
    bool may_have_to_visit() const noexcept {
        return phase_ == member_phase::member && (units_ < most_ || target_);
    }
    /// What the process may hold: its ledger's ceiling.
    unsigned limit(time_point now) const;
    /// What a visit reports as closed when so many units are out: never less than those, but for
    /// the visit's own, which goes when it has been answered.
    unsigned closed_to(unsigned held, time_point now) const;

private:
    unsigned shrinks_to() const noexcept { return target_ ? std::min(*target_, units_) : units_; }
    bool has_closed(unsigned held, time_point now) const;
    void take(const reservation& what, time_point now);
    void wait_after(const reservation& what);
    bool asks(time_point now) const;
    bool lets_go(time_point now) const;

    const unsigned floor_, most_;
    const member_bounds within_;
    member_phase phase_ = member_phase::joining;
    unsigned units_ = 0;
    std::optional<unsigned> target_;
    bool unreached_ = false, unmet_ = false;
    unsigned told_ = 0, earlier_ = 0, lately_ = 0;
    std::chrono::milliseconds pause_{0};
    time_point visit_at_{}, fenced_at_{}, visited_at_{}, peak_from_{};
};

}  // namespace headroom::fleet
