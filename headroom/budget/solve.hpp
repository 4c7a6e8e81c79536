// budget/solve.hpp: the inverse of a plan: which sizes fit a limit?
//
// All sizes of a resource grow by one common factor, so their proportions stay as declared, until
// the peak would pass the bound. What rounding down leaves over is given out in single units, to
// the largest fraction first (Hamilton's method of largest remainders, 1792), so no size is further
// than one unit from its exact share, unless its least is more. Pure; the cost is some fifty
// additions of the plan a resource.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/sizes.hpp"
#include "headroom/budget/sizing_advice.hpp"
#include "headroom/budget/verdict.hpp"

namespace headroom::budget {

/// The most replicas that solve() looks at.
inline constexpr unsigned replicas_tried_max = 10'000;

/// The worst verdict that an answer may have: GREEN keeps 20 % of usable free, AMBER nothing.
enum class within { green, amber };

std::string_view to_string(within of) noexcept;

/// What became of one variable.
struct chosen_size {
    size of;
    figure value;  ///< none where nothing could be chosen and nothing is declared
};

/// What fits one resource.
struct fitting {
    enum class outcome {
        fits,
        too_large,  ///< even the least sizes exceed the bound
        no_choice,  ///< nothing of it can be chosen; the verdict is the plan's
        unknown,    ///< no limit, or a maximum that nobody knows and no variable sets
    };

    outcome is = outcome::unknown;
    figure bound;                    ///< the most its peak may be
    total before, after;             ///< as declared, and with the sizes chosen
    verdict verdict_after;           ///< of `after`
    std::vector<chosen_size> sizes;  ///< those that change it
    figure limit_needed;             ///< for `after` to keep within, where it does not
    unsigned replicas_max = 0;       ///< that keep within at the least sizes; 0: not even one
};

struct solution {
    std::string title;
    within keeps = within::green;
    plan sized;                      ///< the plan with all sizes chosen
    std::vector<fitting> resources;  ///< in the plan's order
    std::vector<occupancy> busy;     ///< of the consumers whose demand is known
    std::optional<knee> of_server;   ///< of each PostgreSQL server, when its cores are known
    std::vector<std::string> notes;

    /// RED, UNKNOWN, AMBER, GREEN: the worst of all resources that something draws on.
    colour worst() const noexcept;
};

/// A variable that sets sizes of several resources gets the smallest value that any of them allows.
solution solve(const plan& of, within keeps = within::green);

}  // namespace headroom::budget
