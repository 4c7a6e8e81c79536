// budget/verdict.hpp: what a sum means against what a server can give.
#pragma once
#include <string>
#include <string_view>

#include "headroom/budget/plan.hpp"

namespace headroom::budget {

enum class colour { green, amber, red, unknown };

std::string_view to_string(colour of) noexcept;  ///< "GREEN", "AMBER", "RED", "UNKNOWN"

/// `headroom`: RED when the peak exceeds usable, AMBER above floor(80 %) of usable or when a
/// failover peak would exceed it, UNKNOWN when a figure cannot be read.
/// `seed`: compares the steady sum, estimates included, with the raw limit; AMBER from 50 % of it.
/// A resource without a limit is GREEN there.
enum class rule { headroom, seed };

std::string_view to_string(rule of) noexcept;

struct verdict {
    colour is = colour::unknown;
    rule by = rule::headroom;
    std::string reason;  ///< "peak 116 exceeds 97 usable by 19"
};

/// `failover_peak`: the load this server would carry were it to take over another's.
verdict judge(const total& of, rule by = rule::headroom, figure failover_peak = {});

/// The smallest limit at which `peak` fits, and at which it is GREEN, reserved slots included.
figure limit_to_fit(const total& of);
figure limit_to_be_green(const total& of);

}  // namespace headroom::budget
