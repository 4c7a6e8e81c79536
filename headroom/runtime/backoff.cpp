#include "headroom/runtime/backoff.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom {
namespace {

constexpr unsigned doublings_max = 30;  // so that no shift overflows

}  // namespace

std::chrono::milliseconds backoff_ceiling(const backoff_bounds& within, unsigned failures) {
    const auto doublings = std::min(failures == 0 ? 0 : failures - 1, doublings_max);
    if (within.base.count() > within.cap.count() >> doublings) return within.cap;
    return within.base * (std::int64_t{1} << doublings);
}

backoff::backoff(backoff_bounds within, std::minstd_rand random)
    : within_(within), random_(random) {
    BOOST_ASSERT(within.least.count() >= 0 && within.least <= within.base);
    BOOST_ASSERT(within.base <= within.cap);
}

std::chrono::milliseconds backoff::next() {
    if (failures_ < doublings_max + 1) ++failures_;
    std::uniform_int_distribution<std::int64_t> wait(within_.least.count(),
                                                     backoff_ceiling(within_, failures_).count());
    return std::chrono::milliseconds(wait(random_));
}

}  // namespace headroom
