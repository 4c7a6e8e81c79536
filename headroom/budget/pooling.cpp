#include "headroom/budget/pooling.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <set>

#include "headroom/budget/verdict.hpp"

namespace headroom::budget {
namespace {

constexpr std::array<std::string_view, 4> session_names{"control", "feed", "listen", "listener"};

bool is_among(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

std::vector<std::string> direct_by_default(const plan& of, const resource& server) {
    std::vector<std::string> names;
    for (const auto& each : of.consumers)
        if (each.resource == server.name && needs_session(each)) names.push_back(each.name);
    return names;
}

/// The plan of one route. The reserve belongs to the queries; where somebody borrows on the direct
/// route, it may be taken there as well.
plan route_of(const plan& of, const resource& server, const std::vector<std::string>& direct,
              bool is_direct) {
    auto route = of;
    std::erase_if(route.consumers, [&](const consumer& each) {
        return each.resource != server.name || is_among(direct, each.name) != is_direct;
    });
    const bool borrows = std::ranges::any_of(route.consumers, &consumer::shared);
    route.resources = {server};
    if (is_direct && !borrows) route.resources.front().reserve = 0;
    return route;
}

std::uint64_t floors_of(plan route) {
    for (auto& each : route.consumers) each.overflow = {};
    route.resources.front().reserve = 0;
    return add_up(route, route.resources.front()).sum.value_or(0);
}

unsigned roles_of(const plan& route) {
    std::set<std::string_view> names;
    for (const auto& each : route.consumers) names.insert(each.role);
    return std::max(1U, static_cast<unsigned>(names.size()));
}

void share_out(pooling& into) {
    const auto left = into.bound > into.direct_clients ? into.bound - into.direct_clients : 0;
    into.pooled_servers = std::min(into.pooled_clients, left);
    if (into.of_server)
        into.pooled_servers = std::min<std::uint64_t>(into.pooled_servers, into.of_server->most());
    if (into.pooled_servers == 0) return;
    const auto each = into.pooled_servers / into.roles;
    const auto wanted = (into.floors + into.roles - 1) / into.roles;
    into.pool_size = std::max<std::uint64_t>(1, std::min(wanted, each));
    into.reserve = each > into.pool_size ? each - into.pool_size : 0;
}

}  // namespace

bool needs_session(const consumer& each) noexcept {
    const std::string_view name = each.name;
    const auto last = name.substr(name.rfind('.') + 1);  // of a name without dots: all of it
    return each.when == phase::deploy ||
           std::ranges::find(session_names, last) != session_names.end();
}

pooling pool_before(const plan& of, const resource& server, std::vector<std::string> direct,
                    std::optional<knee> of_server) {
    BOOST_ASSERT(server.usable());
    pooling made;
    made.direct = direct.empty() ? direct_by_default(of, server) : std::move(direct);
    made.of_server = of_server;
    made.bound = quiet_max(*server.usable());
    const auto pooled = route_of(of, server, made.direct, false);
    const auto alone = route_of(of, server, made.direct, true);
    const auto queries = add_up(pooled, pooled.resources.front());
    const auto sessions = add_up(alone, alone.resources.front());
    BOOST_ASSERT(queries.peak && sessions.peak);
    made.pooled_clients = *queries.peak;
    made.direct_clients = *sessions.peak;
    made.pooled_arithmetic = queries.peak_arithmetic;
    made.direct_arithmetic = sessions.peak_arithmetic;
    made.floors = floors_of(pooled);
    made.roles = roles_of(pooled);
    share_out(made);
    return made;
}

}  // namespace headroom::budget
