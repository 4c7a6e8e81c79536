// persistence/detail/lane_choice.hpp: which lane carries the next statement, how many there are.
//
// Pure: the group of lanes looks at itself, asks here, and acts.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "headroom/persistence/lane_bounds.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::persistence::detail {

/// What is known of one lane at this moment.
struct lane_view {
    bool ready = false;
    bool borrowed = false;                 ///< its unit belongs to the reserve
    std::size_t pending = 0;               ///< statements in flight
    std::chrono::milliseconds silent{0};   ///< an answer is due and nothing came for so long
    std::chrono::milliseconds age{0};      ///< since it was opened
    std::chrono::milliseconds unneeded{0}; ///< since the lanes together were last deep
};

inline constexpr std::size_t not_ready = SIZE_MAX;

/// The lane with the fewest statements in flight; among equals the first after `last`, so that they
/// take turns. `pending` holds not_ready for a lane that takes none; none when all are.
std::optional<std::size_t> choose_lane(std::span<const std::size_t> pending, std::size_t last);

/// Every ready lane is deep: one more would help, if the budget has one.
bool wants_another(std::span<const lane_view> lanes, const lane_bounds& bounds);

/// Silent for longer than a lane may be: it carries nothing new and is replaced.
bool is_suspect(const lane_view& lane, const lane_bounds& bounds);

/// A loan that is to go back: not needed for a while, or called for and old enough.
bool goes_back(const lane_view& lane, bool recalled, const lane_bounds& bounds);

}  // namespace headroom::persistence::detail
