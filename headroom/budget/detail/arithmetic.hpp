// budget/detail/arithmetic.hpp: a sum written out, so that a reader can check it by eye.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/detail/tally.hpp"

namespace headroom::budget::detail {

/// "30 + 10 + 15 + 4 x 15 = 115", or "2 x (30 + 10) + 5 = 85" over several processes. Consumers
/// that add nothing are left out; only the steady phase is written.
std::string written_sum(const total& of, const multipliers& times);

/// A part of the peak: "surge".
struct peak_part {
    std::string_view name;
    tally units;
};

/// "115 steady + 115 surge + 1 deploy = 231". Parts that add nothing are left out; empty when only
/// the steady one adds anything.
std::string written_peak(const std::vector<peak_part>& parts, const tally& peak);

}  // namespace headroom::budget::detail
