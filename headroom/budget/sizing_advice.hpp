// budget/sizing_advice.hpp: how many connections do work, which is not how many fit.
//
// Two rules. Little's law (J. D. C. Little, "A Proof for the Queuing Formula: L = λW", 1961): what
// is busy on average is arrivals a second times seconds held. The knee: a server does most work
// with few active connections. The PostgreSQL wiki ("Number Of Database Connections") and HikariCP
// ("About Pool Sizing") put it near cores x 2 + disks that seek; on two cores we measured the most
// with 2 and half of that with 64, so we call one to four a core its range. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom::budget {

inline constexpr unsigned rate_max = 1'000'000;
inline constexpr unsigned hold_ms_max = 3'600'000;
inline constexpr unsigned cores_max = 1'024;

/// What all processes together ask of one consumer.
struct demand {
    std::string consumer;
    unsigned per_second = 0;
    unsigned hold_ms = 0;  ///< how long each keeps a unit
};

/// A demand against what a plan gives its consumer.
struct occupancy {
    enum class judgement {
        enough,   ///< at most 80 % busy
        tight,    ///< above: waits grow steeply
        too_few,  ///< busy all the time: the queue grows without end
        unknown,  ///< nobody knows the consumer's maximum
    };

    demand of;
    std::string resource;
    std::uint64_t busy_thousandths = 0;  ///< units busy on average
    std::uint64_t needed = 0;            ///< the same in whole units, at least
    figure capacity;  ///< of all its instances, with the reserve it may borrow from
    judgement is = judgement::unknown;
};

std::string_view to_string(occupancy::judgement of) noexcept;

/// Requires a consumer of the plan.
occupancy occupy(const plan& in, const demand& by);

/// How many active connections let a server of so many cores do most work.
struct knee {
    unsigned cores = 1;
    unsigned least() const noexcept { return cores; }
    unsigned best() const noexcept { return 2 * cores + 1; }  ///< one disk that seeks
    unsigned most() const noexcept { return 4 * cores; }
};

/// "200/s x 15 ms = 3 busy on average, 12 fit: enough".
std::string describe(const occupancy& of);
/// "2 cores do most work with 2 to 8 active connections (2 x 2 + 1 disk = 5)".
std::string describe(const knee& of);

}  // namespace headroom::budget
