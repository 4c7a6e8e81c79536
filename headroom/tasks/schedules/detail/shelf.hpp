// tasks/schedules/detail/shelf.hpp: the schedules of one prefix, as they lie in Redis.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks::detail {

inline constexpr std::size_t schedule_bytes_max = 64 << 10;  ///< read of one

/// An id, and the list it was found in.
struct placed_id {
    std::string id, list;
    auto operator<=>(const placed_id&) const = default;
};

struct shelved_schedule {
    placed_id at;
    std::string bytes;
    std::string fault{};      ///< too large, or no text; then there are no bytes
    bool is_there = false;
    std::string when{};       ///< of its slot; empty: none is remembered
    std::chrono::sys_seconds last{};
};

/// What adopt() needs of one.
struct adoption {
    std::string id, when;
    std::chrono::seconds look_back, kept;
};

class shelf {
public:
    shelf(redis::mux& through, std::string prefix) : through_(through), keys(std::move(prefix)) {}

    /// Each id once; at most so many of each list.
    task<std::set<placed_id>> ids(std::vector<std::string> lists, std::size_t most,
                                  deadline until) const;
    /// At most read_max.
    task<std::vector<shelved_schedule>> read(std::vector<placed_id> which, deadline until) const;
    /// Last slots, in the order asked.
    task<std::vector<std::chrono::sys_seconds>> adopt(std::vector<adoption> which,
                                                      deadline until) const;
    /// `bytes` as they were read, empty: there were none.
    task<void> tidy(placed_id at, std::string bytes, deadline until) const;
    /// One step over the keys: lists of minutes until `most`, and where to go on, "0" at the end.
    struct step {
        std::vector<std::string> lists;
        std::string cursor;
    };
    task<step> sweep(std::string cursor, std::chrono::sys_seconds most, deadline until) const;

    static constexpr std::size_t read_max = 128;

private:
    redis::mux& through_;

public:
    const schedule_keys keys;
};

}  // namespace headroom::tasks::detail
