// budget/sizes.hpp: the sizes of a plan that somebody can choose, by the variable that sets them.
//
// A consumer names up to two variables: the first sets its pool, the second its overflow. A
// resource may name one for the reserve. Whoever reads the same variable gets the same value, so
// what can be chosen is a value a variable, not one a consumer. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom::budget {

/// One figure of a plan that a variable sets.
struct sized_part {
    enum class figure_of { pool, overflow, reserve };

    figure_of what = figure_of::pool;
    std::size_t index = 0;  ///< of the consumer in its plan, or of the resource for a reserve
};

/// A variable and everything that reads it.
struct size {
    std::string setting;             ///< "POSTGRES_POOL_SIZE"
    std::vector<sized_part> parts;   ///< in the plan's order
    std::vector<std::string> names;  ///< of the parts: "eventsourcing.event_store.pool"
    figure declared;      ///< the largest its parts state; none: none of them states a number
    bool agreed = true;   ///< all of them state the same
    unsigned weight = 0;  ///< its share when all grow together: declared, or else a guess
    unsigned least = 0;   ///< what it may be cut to; a declared nothing stays nothing
};

/// All of them, in the order in which the plan first names them. The overflow of a consumer that
/// borrows from the reserve is none: it adds nothing to a sum.
std::vector<size> sizes_of(const plan& of);

/// Gives all parts of a size the same value.
void assign(plan& in, const size& which, unsigned value);

/// Whether a size changes the sum of a resource: one of its parts draws on it, at least once.
bool matters(const plan& in, const size& which, std::string_view resource);

}  // namespace headroom::budget
