// budget/detail/tally.hpp: a sum of which some parts may be unknown.
#pragma once
#include "headroom/budget/plan.hpp"

namespace headroom::budget::detail {

/// Three answers at once: exact (none once any part is unknown), with estimates in place of the
/// unknown, and what it is at least. Additions and products stop at the largest 64-bit value.
struct tally {
    figure exact = 0;
    figure estimated = 0;
    std::uint64_t least = 0;
};

tally operator+(const tally& a, const tally& b);
tally operator*(const tally& each, std::uint64_t times);
/// The larger of two that are never open together.
tally larger(const tally& a, const tally& b);

/// By how much one exceeds another; nothing when it is the smaller.
tally excess(const tally& of, const tally& over);

/// What one instance of a consumer can open.
tally one_of(const consumer& each);

}  // namespace headroom::budget::detail
