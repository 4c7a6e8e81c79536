#include "command/env_sharing.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "headroom/fleet/backend_match.hpp"
#include "headroom/fleet/runners.hpp"

namespace headroom::command {
namespace {

using fleet::finding;
using fleet::fix;
using fleet::severity;

/// "cache:6379/0".
std::string database_of(const env_pool& of) {
    const auto slash = of.target.rfind('/');
    const auto number = slash == std::string::npos ? "0" : of.target.substr(slash + 1);
    return fmt::format("{}/{}", of.server, number.empty() ? "0" : number);
}

/// How one service names its keys.
struct key_prefixes {
    std::set<std::string> values;    // never shown
    std::vector<std::string> where;  // "CACHE_PREFIX in web.env:3"

    bool collides_with(const key_prefixes& other) const {
        if (values.empty() || other.values.empty()) return values.empty() && other.values.empty();
        return std::ranges::any_of(values,
                                   [&](const auto& each) { return other.values.contains(each); });
    }
};

key_prefixes prefixes_of(const std::string& service, const std::vector<env_source>& sources,
                         const catalogue& known) {
    key_prefixes found;
    for (const auto& source : sources) {
        if (source.service != service) continue;
        for (const auto& each : source.text.assignments) {
            const bool is_one = std::ranges::any_of(
                known.prefix_settings,
                [&](const auto& pattern) { return fleet::matches(pattern, each.name); });
            if (!is_one || each.value.empty()) continue;
            found.values.insert(each.value);
            found.where.push_back(fmt::format("{} in {}:{}", each.name, source.label, each.line));
        }
    }
    return found;
}

/// Services of one use of one database.
struct key_space {
    std::string at;
    redis_use use = redis_use::unsaid;
    auto operator<=>(const key_space&) const = default;
};

std::string_view noun_of(redis_use use) {
    return use == redis_use::queue ? "queues" : use == redis_use::cache ? "caches" : "clients";
}

/// The two of them that collide first; empty when none do.
std::vector<std::string> colliding(const std::map<std::string, key_prefixes>& among) {
    for (auto one = among.begin(); one != among.end(); ++one)
        for (auto other = std::next(one); other != among.end(); ++other)
            if (one->second.collides_with(other->second)) return {one->first, other->first};
    return {};
}

std::string evidence_of(const key_prefixes& first, const key_prefixes& second) {
    if (first.values.empty()) return "no setting of either is a prefix of keys";
    return fmt::format("the same prefix: {}, {}", fmt::join(first.where, ", "),
                       fmt::join(second.where, ", "));
}

void complain_of(env_audit& audit, const key_space& of,
                 const std::map<std::string, key_prefixes>& services) {
    const auto two = colliding(services);
    if (two.empty()) return;
    const auto &first = services.at(two[0]), &second = services.at(two[1]);
    audit.add(finding{"HR-EN-SHARED-KEYS", severity::medium, of.at,
                      fmt::format("{} of services {} and {} share one database and {}",
                                  noun_of(of.use), two[0], two[1],
                                  first.values.empty() ? "no prefix keeps their keys apart"
                                                       : "one prefix"),
                      evidence_of(first, second), 0});
    audit.add(fix{fix::price::application_restart,
                  fmt::format("give {} another database number, or a prefix of its own", two[1]), 0,
                  "neither reads, overwrites or flushes what is the other's"});
}

std::string names_of(const std::vector<std::string>& some) {
    return fmt::format("{}", fmt::join(some, ", "));
}

/// What the pollers of a resource may open, and everybody.
std::uint64_t peak_of(const budget::plan& of, const std::vector<std::string>& names,
                      const std::string& resource) {
    std::uint64_t units = 0;
    for (const auto& total : budget::add_up(of))
        for (const auto& row : total.rows)
            if (total.of.name == resource &&
                (names.empty() || std::ranges::find(names, row.name) != names.end()))
                units += budget::most_at_peak(row, of.times).value_or(0);
    return units;
}

}  // namespace

void find_shared_redis(env_audit& audit) {
    std::map<std::string, std::set<std::string>> caches, queues;
    for (const auto& each : audit.pools) {
        if (each.use == redis_use::cache) caches[database_of(each)].insert(each.open.name);
        if (each.use == redis_use::queue) queues[database_of(each)].insert(each.open.name);
    }
    for (const auto& [at, some] : queues) {
        if (!caches.contains(at)) continue;
        audit.add(finding{"HR-EN-SHARED-REDIS", severity::medium, at,
                          fmt::format("queue {} and cache {} share one database",
                                      fmt::join(some, ", "), fmt::join(caches[at], ", ")),
                          "FLUSHDB or an eviction of the cache takes tasks along", 0});
        audit.add(fix{fix::price::application_restart,
                      fmt::format("give {} a URL of another database number or server",
                                  fmt::join(some, ", ")),
                      0, "a flushed cache loses no task"});
    }
}

void find_shared_keys(env_audit& audit, const std::vector<env_source>& sources,
                      const catalogue& known) {
    std::map<key_space, std::map<std::string, key_prefixes>> spaces;
    for (const auto& each : audit.pools) {
        if (!each.open.resource.starts_with("redis") || each.server.empty()) continue;
        auto& services = spaces[{database_of(each), each.use}];
        if (!services.contains(each.service))
            services.emplace(each.service, prefixes_of(each.service, sources, known));
    }
    for (const auto& [space, services] : spaces) complain_of(audit, space, services);
}

void find_pollers(env_audit& audit) {
    std::map<std::pair<std::string, std::string>, fleet::pollers_and_runners> logs;
    for (const auto& each : audit.pools) {
        if (each.times == 0 || each.follows == log_reading::unsaid) continue;
        auto& both = logs[{each.open.resource, each.target}];
        both.where = each.target.empty() ? each.open.resource : each.target;
        (each.follows == log_reading::poller ? both.pollers : both.runners)
            .push_back(each.open.name);
    }
    for (auto& [log, both] : logs) {
        if (both.pollers.empty()) continue;
        both.units = peak_of(audit.plan, both.pollers, log.first);
        const auto all = peak_of(audit.plan, {}, log.first);
        fleet::find_pollers(audit, "HR-EN-POLLER", both, "their settings are set side by side",
                            {fix::price::application_restart,
                             fmt::format("switch {} off", names_of(both.pollers)), 0,
                             fmt::format("{} becomes {}", all, all - both.units)});
    }
}

}  // namespace headroom::command
