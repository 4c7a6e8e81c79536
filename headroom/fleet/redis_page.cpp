#include <fmt/format.h>

#include <algorithm>

#include "headroom/fleet/redis_probe.hpp"

namespace headroom::fleet {
namespace {

page_table redis_clients_table(const std::vector<owner_row>& owners) {
    page_table table{"connections",
                     "Live Clients",
                     {{"consumer", "Consumer"},
                      {"name", "Name"},
                      {"user", "User"},
                      {"database", "Database"},
                      {"host", "Host"},
                      {"last_command", "Last Command"},
                      {"count", "Count"},
                      {"oldest_s", "Oldest"}},
                     {}};
    for (const auto& each : owners)
        table.rows.push_back(
            {each.consumer.empty() ? cell().as("nobody") : cell(each.consumer),
             cell(each.application_name).as(each.application_name.empty() ? "-" : ""), each.role,
             each.database, cell(each.address).as(each.address.empty() ? "socket" : ""), each.state,
             each.count,
             cell(static_cast<std::uint64_t>(each.oldest.count()))
                 .as(fmt::format("{} s", each.oldest.count()))});
    return table;
}

/// "9997 (maxclients 10000 - 2 replicas - 1 link of the cluster)".
std::string usable_text(const redis_facts& of) {
    const auto limit = budget::to_text(of.number("maxclients"));
    const auto links = of.links();
    if (links.all() == 0) return fmt::format("{} (maxclients)", limit);
    auto text = fmt::format("{} (maxclients {}", budget::to_text(of.usable()), limit);
    if (links.replicas > 0)
        text += fmt::format(" - {} replica{}", links.replicas, links.replicas == 1 ? "" : "s");
    if (links.primary > 0) text += " - 1 link to its primary";
    if (links.cluster > 0) text += fmt::format(" - {} of the cluster bus", links.cluster);
    return text + ")";
}

}  // namespace

audit_page page_of(const redis_outcome& of) {
    if (!of.audit) return page_of_failure("Redis", of);
    const auto& facts = of.audit->facts;
    auto page = page_of_ledger("Redis", *of.audit, of);
    const auto limit = facts.number("maxclients"), held = facts.held();
    const auto free =
        limit && held ? budget::figure(*limit - std::min(*held, *limit)) : budget::figure{};
    const auto taken = of.audit->seen.of(counted_by::slots);
    page.summary.push_back(fmt::format(
        "usable: {}; live {}, free {}{}", usable_text(facts),
        taken.passed() ? fmt::format("{} at peak, {} now", taken.most, taken.now)
                       : budget::to_text(held),
        budget::to_text(free), taken.passed() ? " now" : ""));
    page.summary.push_back(fmt::format("seen as user {}{}",
                                       facts.own_user.empty() ? "default" : facts.own_user,
                                       facts.clients_read ? "" : ", who may not list clients"));
    page.values.insert(page.values.end(), {{"usable", facts.usable()},
                                             {"replicas", facts.links().replicas},
                                             {"free", free}});
    page.tables.push_back(redis_clients_table(of.audit->owners));
    page.tables.push_back(facts_table(listed(facts)));
    return page;
}

}  // namespace headroom::fleet
