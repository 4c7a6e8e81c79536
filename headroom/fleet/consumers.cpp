#include "headroom/fleet/consumers.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <map>

namespace headroom::fleet {
namespace {

struct role_sum {
    unsigned floor = 0;
    bool borrows = false;
};

unsigned floor_of(const budget::consumer& one) {
    return static_cast<unsigned>(one.pool.value_or(0)) * one.instances;
}

}  // namespace

budget::consumer consumer(const std::string& role, unsigned reserve) {
    budget::consumer made;
    made.name = ledger_consumer;
    made.package = "fleet";
    made.resource = "postgres";
    made.pool = reserve > 0 ? 0 : 1;
    made.minimum = reserve > 0 ? 0 : 1;
    made.overflow = {budget::overflow_kind::shared, 1};
    made.served_first = true;  // a visit may bring units for all who wait
    made.role = role;
    made.hardcoded = true;
    made.application_name = std::string("*/*/*/") + ledger_consumer;
    return made;
}

process_share share_of(const budget::plan& plan, std::string_view resource,
                       const std::string& role, const std::string& database) {
    const auto* of = plan.find_resource(resource);
    BOOST_ASSERT_MSG(of != nullptr, "a share of a resource the plan has");
    std::map<std::string, role_sum> roles;
    process_share made;
    for (const auto& each : plan.consumers) {
        if (each.resource != resource || each.when != budget::phase::steady) continue;
        auto& sum = roles[each.role.empty() ? role : each.role];
        sum.floor += floor_of(each);
        sum.borrows |= each.shared();
        made.floor += floor_of(each);
    }
    made.most = made.floor + of->reserve;
    BOOST_ASSERT(made.most > 0);
    for (const auto& [name, sum] : roles)
        made.claims.push_back(
            {name, database, sum.floor, sum.floor + (sum.borrows ? of->reserve : 0)});
    if (of->reserve == 0) return made;
    // A member that was asked to give back has to be able to say that it has.
    ++made.floor;
    const auto own = std::ranges::find(made.claims, role, &claim::role);
    if (own != made.claims.end()) own->floor = std::min(own->floor + 1, own->most);
    return made;
}

}  // namespace headroom::fleet
