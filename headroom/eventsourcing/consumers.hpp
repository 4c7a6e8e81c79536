// eventsourcing/consumers.hpp: what the event store and the projections take of the budget.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom::eventsourcing {

inline constexpr char store_consumer[] = "eventsourcing.event_store";
inline constexpr char feed_consumer[] = "eventsourcing.feed";
inline constexpr char writers_consumer[] = "eventsourcing.writers";
inline constexpr char catch_up_consumer[] = "eventsourcing.catch_up";
inline constexpr char sockets_consumer[] = "eventsourcing.sockets";

/// Sizes of one process, whatever the number of projections.
struct event_pools {
    bool appends = true;   ///< it appends: `serve`
    bool projects = true;  ///< it runs projections: `serve`, `project`
    unsigned store = 2;
    std::optional<unsigned> store_overflow;     ///< none: the whole reserve
    unsigned writers = 2;
    std::optional<unsigned> catch_up_overflow;  ///< likewise
    std::string role;                           ///< reads the feed
    std::string store_role{};                   ///< appends; empty: as `role`
    std::string store_resource = "postgres";    ///< a pooler's where appends go through one
    std::string projector_role;                 ///< writes read models
};

/// The rows of `postgres` and `files`: the same for one projection and for a thousand.
std::vector<budget::consumer> consumers(const event_pools& of, unsigned reserve);

}  // namespace headroom::eventsourcing
