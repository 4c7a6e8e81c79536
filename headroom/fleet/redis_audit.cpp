#include "headroom/fleet/redis_audit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <bit>
#include <map>
#include <set>
#include <span>

#include "headroom/fleet/detail/ledger_work.hpp"
#include "headroom/fleet/detail/redis_replication.hpp"
#include "headroom/persistence/application_name.hpp"

namespace headroom::fleet {
namespace {

using detail::counted;

// What only a queue's worker says, and what a cache says all day.
constexpr std::array<std::string_view, 11> queue_commands{
    "xreadgroup", "xack",   "xautoclaim", "xclaim",   "brpop", "blpop",
    "brpoplpush", "blmove", "bzpopmin",   "bzpopmax", "blmpop"};
constexpr std::array<std::string_view, 6> cache_commands{"get",  "set",    "setex",
                                                         "mget", "psetex", "getex"};

// What says nothing of keys.
constexpr std::array<std::string_view, 14> keyless_commands{
    "",     "acl",     "auth", "client", "command",   "config",    "hello",
    "info", "monitor", "ping", "select", "subscribe", "psubscribe", "ssubscribe"};

bool is_one_of(std::span<const std::string_view> words, const std::string& word) {
    return std::ranges::find(words, word) != words.end();
}

/// A client as far as an operator can tell it from others.
std::string called(const redis_client& of) {
    if (!of.name.empty()) return of.name;
    return fmt::format("a client without a name of {} at {}", of.user.empty() ? "default" : of.user,
                       of.host.empty() ? "the socket" : of.host);
}

class redis_work {
public:
    redis_work(redis_audit& answer, const redis_terms& terms) : answer_(answer), terms_(terms) {}

    void find_all() {
        find_how_full();
        find_rejected();
        find_reduced_limit();
        find_contradiction();
        find_shared_database();
        find_shared_keys();
        find_eviction();
        find_settings();
        find_unread();
    }

private:
    const redis_facts& facts() const { return answer_.facts; }
    void add(const std::string& kind, severity weight, std::string subject, std::string what,
             std::string evidence, std::uint64_t units = 0) {
        answer_.add(finding{"HR-RD-" + kind, weight, std::move(subject), std::move(what),
                            std::move(evidence), units});
    }
    void offer(fix::price costs, std::string action, std::string effect) {
        answer_.add(fix{costs, std::move(action), 0, std::move(effect)});
    }

    void find_how_full() {
        const auto limit = facts().number("maxclients");
        const auto held = answer_.seen.of(counted_by::slots);
        if (!limit || held.most * 100 < *limit * terms_.in_use_percent) return;
        add("FULL", held.most >= *limit ? severity::high : severity::medium, "server",
            held.passed() ? fmt::format("{} of {} maxclients were taken at peak, {} now", held.most,
                                        *limit, held.now)
                          : fmt::format("{} of {} maxclients are taken now, {} are free", held.most,
                                        *limit, *limit > held.most ? *limit - held.most : 0),
            held.beside("INFO: connected_clients + connected_slaves + cluster_connections"),
            held.most);
    }

    void find_rejected() {
        const auto rejected = facts().number("rejected_connections").value_or(0);
        if (rejected == 0) return;
        add("REJECTED", severity::medium, "rejected_connections",
            fmt::format("{} refused at maxclients {} since the start {} s ago",
                        counted(rejected, "client"), budget::to_text(facts().number("maxclients")),
                        facts().number("uptime_in_seconds").value_or(0)),
            "INFO stats", rejected);
    }

    /// Redis lowers maxclients to RLIMIT_NOFILE - 32 with one line in its log.
    void find_reduced_limit() {
        const auto limit = facts().number("maxclients").value_or(0);
        if (limit == 0 || limit % 10 == 0) return;
        const auto files = limit + 32;
        if (files % 100 != 0 && !std::has_single_bit(files)) return;
        add("NOFILE", severity::low, "maxclients",
            fmt::format("{} is what RLIMIT_NOFILE {} leaves, not what anybody chose", limit, files),
            "INFO clients: maxclients = RLIMIT_NOFILE - 32");
        offer(fix::price::server_restart,
              fmt::format("raise the server's LimitNOFILE from {} to 10032", files),
              fmt::format("maxclients {} becomes 10000", limit));
    }

    void find_contradiction() {
        const auto* declared =
            terms_.declared == nullptr ? nullptr : terms_.declared->find_resource(terms_.resource);
        const auto limit = facts().number("maxclients");
        if (declared == nullptr || !declared->limit || !limit || *declared->limit == *limit) return;
        add("CONTRADICTION", *declared->limit > *limit ? severity::medium : severity::low,
            "limit of " + terms_.resource,
            fmt::format("the manifest says {}, the server {}", *declared->limit, *limit),
            "INFO clients: maxclients");
    }

    using parties_of_database = std::map<unsigned, std::set<std::string>>;
    parties_of_database users_of(std::span<const std::string_view> commands) const {
        parties_of_database found;
        for (const auto& each : facts().clients)
            if (each.id != facts().own_id && is_one_of(commands, each.command))
                found[each.database].insert(called(each));
        return found;
    }

    /// A queue's workers and somebody else's cache on one database number.
    void find_shared_database() {
        const auto queues = users_of(queue_commands), caches = users_of(cache_commands);
        for (const auto& [database, workers] : queues) {
            const auto at = caches.find(database);
            if (at == caches.end()) continue;
            std::vector<std::string> others;
            std::ranges::set_difference(at->second, workers, std::back_inserter(others));
            if (others.empty()) continue;
            add("SHARED", severity::medium, fmt::format("database {}", database),
                fmt::format("queue of {} and cache of {} share it", fmt::join(workers, ", "),
                            fmt::join(others, ", ")),
                "CLIENT LIST: last commands; FLUSHDB of the cache takes the tasks along");
            offer(fix::price::application_restart,
                  fmt::format("give the queue of {} another database number or server",
                              fmt::join(workers, ", ")),
                  "a flushed cache loses no task");
        }
    }

    /// Two systems, as headroom names its clients, whose keys stand side by side.
    void find_shared_keys() {
        std::map<unsigned, std::map<std::string, std::uint64_t>> systems;
        for (const auto& each : facts().clients) {
            const auto name = persistence::application_name::parse(each.name);
            if (name && !is_one_of(keyless_commands, each.command))
                ++systems[each.database][name->system];
        }
        for (const auto& [database, some] : systems) {
            if (some.size() < 2) continue;
            std::vector<std::string> names;
            std::uint64_t clients = 0;
            for (const auto& [name, count] : some) {
                names.push_back(fmt::format("{} ({})", name, counted(count, "client")));
                clients += count;
            }
            add("SHARED-KEYS", severity::low, fmt::format("database {}", database),
                fmt::format("{} use it: only a prefix of each keeps their keys apart",
                            fmt::join(names, " and ")),
                "CLIENT LIST: names and last commands; no client tells its prefix", clients);
            offer(fix::price::application_restart,
                  fmt::format("give {} another database number, or a prefix of its own",
                              some.rbegin()->first),
                  "neither reads, flushes or evicts what is the other's");
        }
    }

    void find_eviction() {
        const auto policy = facts().text("maxmemory-policy", "maxmemory_policy");
        if (policy.empty() || policy == "noeviction") return;
        if (users_of(queue_commands).empty()) return;
        const auto limit = facts().number("maxmemory").value_or(0);
        const auto evicted = facts().number("evicted_keys").value_or(0);
        add("EVICTION", limit > 0 ? severity::high : severity::low, "maxmemory-policy",
            limit > 0 ? fmt::format("{} may evict a queue's keys at {} bytes; {} evicted so far",
                                    policy, limit, counted(evicted, "key"))
                      : fmt::format("{} would evict a queue's keys once maxmemory is set", policy),
            "CONFIG GET maxmemory-policy, INFO memory");
        offer(fix::price::reload, "CONFIG SET maxmemory-policy noeviction (and in the file)",
              "no task is evicted; writes fail when memory is full");
    }

    void find_settings() {
        const auto setting = [&](std::string_view name) -> budget::figure {
            const auto at = facts().config.find(name);
            return at == facts().config.end() ? budget::figure{} : facts().number(name);
        };
        if (const auto idle = setting("timeout").value_or(0); idle > 0)
            add("IDLE-TIMEOUT", severity::low, "timeout",
                fmt::format("pools lose connections that were idle for {} s", idle), "CONFIG GET");
        if (setting("tcp-keepalive") != budget::figure{0}) return;
        add("KEEPALIVE", severity::low, "tcp-keepalive",
            "a client that vanishes keeps its connection until it is written to", "CONFIG GET: 0");
        offer(fix::price::reload, "CONFIG SET tcp-keepalive 300", "dead clients go in 5 to 10 min");
    }

    void find_unread() {
        for (const auto& each : facts().unread)
            add("UNREAD", severity::note, each.name, "could not be read", each.why);
        const auto nameless = std::ranges::count_if(facts().clients, [&](const auto& each) {
            return each.name.empty() && each.id != facts().own_id && !each.replication;
        });
        if (nameless > 0)
            add("NAMELESS", severity::note, "clients",
                fmt::format("{} without a name: CLIENT SETNAME would tell whose they are",
                            counted(static_cast<std::uint64_t>(nameless), "client")),
                "CLIENT LIST");
    }

    redis_audit& answer_;
    const redis_terms& terms_;
};

}  // namespace

census census_of(const redis_facts& found, const redis_terms& terms) {
    auto made = detail::count_clients(as_backends(found), terms.declared, terms.resource);
    if (!found.clients_read) made.add(counted_by::total, {}, found.clients_held().value_or(0));
    if (const auto held = found.held()) made.add(counted_by::slots, {}, *held);
    return made;
}

redis_audit analyse(const redis_facts& found, const redis_terms& terms) {
    redis_audit answer;
    answer.target = terms.target;
    answer.resource = terms.resource;
    answer.facts = found;
    answer.seen = terms.seen != nullptr ? *terms.seen : peaks(census_of(found, terms), {});
    const auto live = as_backends(found);
    detail::ledger_work ledger(answer, terms.declared, live, {"HR-RD", "client", "ids"});
    const auto maxclients = found.number("maxclients");
    const auto reserved = static_cast<unsigned>(
        std::min<std::uint64_t>(found.links().all(), maxclients.value_or(0)));
    const detail::ledger_limit limit{maxclients, reserved, found.usable(), "maxclients",
                                     fix::price::reload};
    ledger.judge_sum(limit);
    if (found.clients_read) ledger.find_people();
    redis_work(answer, terms).find_all();
    detail::find_replication(answer);
    if (!found.clients_read) answer.held = found.held().value_or(0);
    ledger.find_fixes(limit);
    answer.weigh(answer.verdict);
    return answer;
}

}  // namespace headroom::fleet
