// fleet/standby_state.hpp: where a process stands with its share of a standby.
//
//     joining --granted--> holding --lost--> fenced --granted--> holding ... --left--> gone
//                             any of them --looked, out of recovery--> promoted
//
// holding   may open up to its share, and grow when the primary's ledger lets it
// safe      holding, but that ledger cannot be reached: keeps what it has and never grows
// fenced    its proof of life is gone, or the connection its looks are taken over, and with that
//           perhaps the standby's life: it opens nothing until it was granted again, and after
//           fenced_ms_max goes down to its floor
// promoted  the server is a primary now, with a ledger of its own: this share is over
//
// A look is worth something only with the ticket that was held before it began (0005_standby.sql),
// and neither outlasts a loss: `life()` tells what was asked before it from what was asked after.
//
// Pure: time is handed in.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/fleet/reservation.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::fleet {

enum class standby_phase { joining, holding, fenced, promoted, gone };
std::string_view to_string(standby_phase of) noexcept;

struct standby_bounds {
    std::chrono::milliseconds visit_ms{5'000};  ///< between two visits
    std::chrono::milliseconds ask_ms{1'000};    ///< while it could use more than it has
    std::chrono::milliseconds fenced_ms_max{10'000};  ///< then it shrinks to its floor
};

class standby_state {
public:
    using time_point = deadline::clock::time_point;

    /// Requires 1 <= floor <= most.
    standby_state(unsigned floor, unsigned most, standby_bounds within = {});

    /// A look has been taken: of which life of the standby, and whether it still is one.
    void looked(const std::string& scope, bool in_recovery);
    /// Came with the ledger's answer, for the look to come.
    void take(std::string ticket);
    void granted(const reservation& what, time_point now);
    /// A visit failed: the ledger could not be reached.
    void unreachable(time_point now);
    /// The proof of life, or the look's connection, is gone.
    void lost(time_point now);
    void left();

    /// A look and a visit are due. `full`: all of the share is in use. Whoever is not holding asks
    /// whenever it may.
    bool due(bool full, time_point now) const;

    standby_phase phase() const noexcept { return phase_; }
    bool over() const noexcept {
        return phase_ == standby_phase::promoted || phase_ == standby_phase::gone;
    }
    bool safe_mode() const noexcept { return phase_ == standby_phase::holding && unreached_; }
    /// One more with each loss.
    unsigned life() const noexcept { return life_; }
    /// Empty before the first look.
    const std::string& scope() const noexcept { return scope_; }
    /// Where it had its share before the standby restarted, until it has one again.
    const std::optional<std::string>& left_scope() const noexcept { return left_scope_; }
    /// None: the next visit can only bring one.
    const std::optional<std::string>& ticket() const noexcept { return ticket_; }
    /// Units it was granted last; 0 before the first grant.
    unsigned reserved() const noexcept { return units_; }
    /// What the process may hold on the standby: its ledger's ceiling.
    unsigned limit(time_point now) const;

private:
    const unsigned floor_, most_;
    const standby_bounds within_;
    standby_phase phase_ = standby_phase::joining;
    unsigned units_ = 0, life_ = 0;
    bool unreached_ = false;
    std::string scope_;
    std::optional<std::string> left_scope_, ticket_;
    time_point visited_at_{}, fenced_at_{};
};

}  // namespace headroom::fleet
