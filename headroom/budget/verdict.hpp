// budget/verdict.hpp: what a sum means against what a server can give.
#pragma once
#include <string>
#include <string_view>

#include "headroom/budget/plan.hpp"

namespace headroom::budget {

enum class colour { green, amber, red, unknown };

std::string_view to_string(colour of) noexcept;  ///< "GREEN", "AMBER", "RED", "UNKNOWN"

/// Larger is worse. UNKNOWN is worse than AMBER, because it may hide a RED.
int badness(colour of) noexcept;

/// `headroom`: RED when the peak exceeds usable, or what is known of it does so already; AMBER
/// above floor(80 %) of usable or when a failover peak would exceed it; UNKNOWN when a figure is
/// missing. `seed`: compares the steady sum, estimates included, with the raw limit; AMBER from 50
/// % of it. A resource without a limit is GREEN there.
enum class rule { headroom, seed };

std::string_view to_string(rule of) noexcept;

struct verdict {
    colour is = colour::unknown;
    rule by = rule::headroom;
    std::string reason;  ///< "peak 116 exceeds 97 usable by 19"
};

/// `failover_peak`: the load this server would carry were it to take over another's.
verdict judge(const total& of, rule by = rule::headroom, figure failover_peak = {});

/// The largest peak that is GREEN: floor(80 % of usable).
std::uint64_t quiet_max(std::uint64_t usable) noexcept;

/// The smallest limit that `units` need, and at which they are GREEN; `headroom` adds the reserved
/// slots. None when the units are unknown, or more than any server could offer.
figure limit_for(figure units, unsigned reserved, rule by = rule::headroom);
figure green_limit_for(figure units, unsigned reserved, rule by = rule::headroom);

/// The same for what the rule compares: the peak, or under `seed` the estimated steady sum.
figure limit_to_fit(const total& of, rule by = rule::headroom);
figure limit_to_be_green(const total& of, rule by = rule::headroom);

}  // namespace headroom::budget
