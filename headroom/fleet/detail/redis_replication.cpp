#include "headroom/fleet/detail/redis_replication.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet::detail {
namespace {

constexpr std::size_t hosts_named_max = 8;

std::string primary_of(const redis_facts& of) {
    return fmt::format("{}:{}", of.text("", "master_host"), of.text("", "master_port"));
}

void find_replica(redis_audit& answer) {
    const auto& facts = answer.facts;
    if (!facts.is_replica()) return;
    const auto primary = primary_of(facts);
    answer.add(finding{
        "HR-RD-REPLICA", severity::low, "replica of " + primary,
        fmt::format("clients of its primary are not in these figures; maxclients {} is its own",
                    budget::to_text(facts.number("maxclients"))),
        "INFO replication: role, master_host, master_port", 0});
    answer.add(fix{fix::price::session, fmt::format("audit its primary {} as well", primary), 0,
                   "both limits are known"});
    if (const auto link = facts.text("", "master_link_status"); !link.empty() && link != "up")
        answer.add(finding{
            "HR-RD-REPLICA-LINK", severity::medium, "replica of " + primary,
            fmt::format("the link to its primary is {} since {} s: what it answers is old", link,
                        facts.number("master_link_down_since_seconds").value_or(0)),
            "INFO replication: master_link_status", 0});
}

void find_replicas(redis_audit& answer) {
    const auto replicas = answer.facts.links().replicas;
    if (replicas == 0) return;
    std::vector<std::string> hosts;
    for (const auto& each : answer.facts.clients)
        if (each.replication && hosts.size() < hosts_named_max)
            hosts.push_back(each.host.empty() ? "the socket" : each.host);
    answer.add(finding{"HR-RD-REPLICAS", severity::note, "replicas",
                       fmt::format("{} of this server: each takes one of maxclients",
                                   counted(replicas, "replica")),
                       hosts.empty() ? std::string("INFO: connected_slaves")
                                     : fmt::format("CLIENT LIST: {}", fmt::join(hosts, ", ")),
                       replicas});
}

void find_too_few(redis_audit& answer) {
    const auto needed = answer.facts.number("min-replicas-to-write").value_or(0);
    if (needed == 0 || answer.facts.is_replica()) return;
    const auto good = answer.facts.number("min_slaves_good_slaves").value_or(0);
    if (good > needed) return;
    answer.add(finding{
        "HR-RD-MIN-REPLICAS", good < needed ? severity::high : severity::low,
        "min-replicas-to-write",
        good < needed ? fmt::format("writes are refused (NOREPLICAS): {} of {} replicas are there",
                                    good, needed)
                      : fmt::format("all {} replicas it asks for are there: without one of them "
                                    "writes are refused", needed),
        "CONFIG GET min-replicas-to-write, INFO: min_slaves_good_slaves", good});
    answer.add(fix{fix::price::reload,
                   fmt::format("start a replica more, or lower min-replicas-to-write from {}",
                               needed),
                   0, "writes go on with a replica less"});
}

void find_cluster(redis_audit& answer) {
    if (answer.facts.text("", "redis_mode") != "cluster") return;
    const auto links = answer.facts.links().cluster;
    answer.add(finding{"HR-RD-CLUSTER", severity::note, "node of a cluster",
                       fmt::format("clients of the other nodes are not in these figures; {} of the "
                                   "cluster bus take slots of maxclients here",
                                   counted(links, "link")),
                       "INFO: redis_mode, cluster_connections", links});
}

}  // namespace

void find_replication(redis_audit& answer) {
    find_replica(answer);
    find_replicas(answer);
    find_too_few(answer);
    find_cluster(answer);
}

}  // namespace headroom::fleet::detail
