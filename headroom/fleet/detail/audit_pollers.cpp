#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "headroom/fleet/detail/audit_work.hpp"
#include "headroom/fleet/runners.hpp"

namespace headroom::fleet::detail {
namespace {

/// Who follows an event log in one database.
struct followers {
    std::set<std::string> pollers, runners;
    std::vector<const persistence::backend*> polling;
};

std::string name_of(const persistence::backend& each) {
    return each.application_name.empty() ? "role " + each.role : each.application_name;
}

std::map<std::string, followers> followers_of(const audit_work& work) {
    std::map<std::string, followers> all;
    for (const auto& each : work.backends()) {
        if (each.own) continue;
        auto& here = all[each.database];
        if (names_poller(each.application_name)) {
            here.pollers.insert(name_of(each));
            here.polling.push_back(&each);
        } else if (each.listens || names_runner(each.application_name)) {
            here.runners.insert(name_of(each));
        }
    }
    return all;
}

}  // namespace

void find_pollers(audit_work& work) {
    for (const auto& [database, here] : followers_of(work)) {
        pollers_and_runners both;
        both.where = "database " + database;
        both.pollers.assign(here.pollers.begin(), here.pollers.end());
        both.runners.assign(here.runners.begin(), here.runners.end());
        both.units = here.polling.size();
        fleet::find_pollers(work.answer, "HR-PG-POLLER", both, marks_of("pids", here.polling),
                            {fix::price::application_restart,
                             fmt::format("stop {}", fmt::join(both.pollers, ", ")), 0, {}});
    }
}

}  // namespace headroom::fleet::detail
