// tasks/cron/misfire.hpp: what becomes of slots nobody was there for.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/tasks/cron/trigger.hpp"

namespace headroom::tasks {

inline constexpr unsigned misfires_max = 1'000;  ///< slots `all` may ask for

/// A slot is missed when more than `grace` has passed since.
struct misfire_policy {
    enum class kind {
        skip,  ///< what was missed never fires, the rest does
        once,  ///< of all that is due the newest fires, missed or not
        all,   ///< all that is due fires, of what was missed the newest `limit`
    };
    kind is = kind::once;
    unsigned limit = 100;            ///< 1 to misfires_max
    std::chrono::seconds grace{60};  ///< 0 to an hour

    /// The bound that is broken, one sentence; nothing if the policy is sound.
    std::optional<std::string> fault() const;
};

struct due_slots {
    std::vector<std::chrono::sys_seconds> fire;  ///< in their order
    /// The newest slot at or before now, fired or not: to be remembered as the last one.
    std::optional<std::chrono::sys_seconds> newest;
};

/// Of the slots after `last` and until `now`. Work is bounded by the slots within the grace and the
/// newest few before, not by how long nobody was there. Requires a sound policy.
due_slots due(const trigger& of, std::chrono::sys_seconds last, std::chrono::sys_seconds now,
              const misfire_policy& policy);

}  // namespace headroom::tasks
