// eventsourcing/audience.hpp: who keeps copies of what projections write, as a cache does.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/task.hpp"

namespace headroom::eventsourcing {

/// Told of what effects touch, around the transaction that changes it: whoever waits for a position
/// of the projection finds copies of before it gone. On the home reactor. Neither call throws; the
/// projection stands still meanwhile, so both return soon.
class audience {
public:
    virtual ~audience() = default;

    /// The transaction is about to be sent: what is read from here on may be neither old nor new.
    virtual task<void> changing(std::string_view projection, std::vector<std::string> what) = 0;
    /// It is committed. Not called when that is not known; then the same is told once more from the
    /// beginning, unless its event was parked.
    virtual task<void> changed(std::string_view projection, std::vector<std::string> what) = 0;
};

}  // namespace headroom::eventsourcing
