#include "headroom/tasks/cron/misfire.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::tasks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr seconds grace_max = 1h;

/// The newest `count` slots after `last` and until `now`, at least. Looks back twice as far each
/// time, so that a year of missed minutes costs what the last few of them cost.
std::vector<sys_seconds> newest_slots(const trigger& of, sys_seconds last, sys_seconds now,
                                      std::size_t count) {
    for (seconds back = 1min;; back *= 2) {
        const auto from = std::max(last, now - back);
        std::vector<sys_seconds> found;
        for (auto slot = of.next_after(from); slot && *slot <= now; slot = of.next_after(*slot))
            found.push_back(*slot);
        if (found.size() >= count || from == last) return found;
    }
}

}  // namespace

std::optional<std::string> misfire_policy::fault() const {
    if (limit < 1 || limit > misfires_max) return "limit is not within 1 and 1000";
    if (grace < 0s || grace > grace_max) return "grace is not within 0 and 3600 seconds";
    return std::nullopt;
}

due_slots due(const trigger& of, sys_seconds last, sys_seconds now, const misfire_policy& policy) {
    BOOST_ASSERT(!policy.fault());
    due_slots made;
    if (now <= last) return made;
    const auto in_time = static_cast<std::size_t>(policy.grace.count()) + 1;
    const bool all = policy.is == misfire_policy::kind::all;
    auto slots = newest_slots(of, last, now, all ? in_time + policy.limit : in_time);
    if (slots.empty()) return made;
    made.newest = slots.back();
    const auto first_in_time = std::ranges::lower_bound(slots, now - policy.grace);
    auto first = first_in_time;
    if (policy.is == misfire_policy::kind::once) first = slots.end() - 1;
    if (all) first -= std::min<std::ptrdiff_t>(first_in_time - slots.begin(), policy.limit);
    made.fire.assign(first, slots.end());
    return made;
}

}  // namespace headroom::tasks
