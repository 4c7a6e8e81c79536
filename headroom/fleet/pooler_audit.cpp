#include "headroom/fleet/pooler_audit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet {
namespace {

using detail::counted;

bool is_local(const std::string& host) {
    return host.empty() || host.starts_with('/') || host.starts_with("127.") ||
           host == "localhost" || host == "::1" || host == "local";
}

std::string pool_name(const pooler_pool& of) {
    return fmt::format("{} as {}", of.database, of.user);
}

/// A plan that says nothing of the pooler does not make its clients strangers.
const budget::plan* plan_of(const pooler_terms& terms) {
    if (terms.declared == nullptr) return nullptr;
    return terms.declared->find_resource(terms.resource) != nullptr ? terms.declared : nullptr;
}

class pooler_work {
public:
    pooler_work(pooler_audit& answer, const pooler_terms& terms) : answer_(answer), terms_(terms) {}

    void find_all() {
        add_up_servers();
        for (const auto& each : answer_.servers) find_servers(each);
        find_how_full();
        find_waiting();
        find_capped_by_name();
        find_mode();
        find_listeners();
        find_reuse_port();
        for (const auto& each : facts().unread)
            add("UNREAD", severity::note, each.name, "could not be read", each.why);
    }

private:
    const pooler_facts& facts() const { return answer_.facts; }
    void add(const std::string& kind, severity weight, std::string subject, std::string what,
             std::string evidence, std::uint64_t units = 0) {
        answer_.add(finding{"HR-PB-" + kind, weight, std::move(subject), std::move(what),
                            std::move(evidence), units});
    }

    /// Users that have a pool of this name now; one at least, for whoever comes.
    std::uint64_t users_of(const pooler_database& of) const {
        if (!of.force_user.empty()) return 1;
        std::set<std::string> users;
        for (const auto& each : facts().pools)
            if (each.database == of.name) users.insert(each.user);
        return std::max<std::uint64_t>(users.size(), 1);
    }

    std::uint64_t most_of(const pooler_database& of) const {
        const auto all = users_of(of) * (of.pool_size + of.reserve);
        return of.max_connections > 0 ? std::min(all, of.max_connections) : all;
    }

    std::string term_of(const pooler_database& of) const {
        const auto users = users_of(of);
        const auto pool = of.pool_size + of.reserve;
        const auto all = users > 1 ? fmt::format("{} x {}", users, pool) : fmt::format("{}", pool);
        if (most_of(of) == users * pool) return fmt::format("{} {}", of.name, all);
        return fmt::format("{} {} of {}", of.name, of.max_connections, all);
    }

    void add_up_servers() {
        std::map<std::string, std::vector<const pooler_database*>> by_server;
        for (const auto& each : facts().databases)
            if (!each.disabled && each.pool_size > 0) by_server[each.server()].push_back(&each);
        for (const auto& [server, names] : by_server) {
            server_side one{server, {}, 0, 0, usable_of(*names.front())};
            std::vector<std::string> terms;
            for (const auto* each : names) {
                one.most += most_of(*each);
                one.open += each->current;
                terms.push_back(term_of(*each));
            }
            one.arithmetic = fmt::format("{} = {}", fmt::join(terms, " + "), one.most);
            answer_.servers.push_back(std::move(one));
        }
    }

    const server_behind* behind(const pooler_database& of) const {
        for (const auto& each : terms_.servers)
            if (each.port == of.port &&
                (each.host == of.host || (is_local(each.host) && is_local(of.host))))
                return &each;
        return nullptr;
    }

    budget::figure usable_of(const pooler_database& of) const {
        const auto* server = behind(of);
        return server == nullptr ? budget::figure{} : server->usable;
    }

    void find_servers(const server_side& of) {
        if (!of.usable || of.most <= *of.usable) return;
        const auto excess = of.most - *of.usable;
        add("SERVERS", severity::high, of.server,
            fmt::format("may open {} server connections, {} are usable: {} too many", of.most,
                        *of.usable, excess),
            of.arithmetic, excess);
        answer_.add(
            fix{fix::price::reload,
                fmt::format("lower pool sizes of {} by {} together, or set "
                            "max_db_connections",
                            of.server, excess),
                0, fmt::format("{} becomes {} of {} usable", of.most, *of.usable, *of.usable)});
    }

    void find_how_full() {
        const auto limit = facts().number("max_client_conn");
        const auto held = answer_.seen.of(counted_by::total);
        if (!limit || held.most * 100 < *limit * terms_.in_use_percent) return;
        add("FULL", held.most >= *limit ? severity::high : severity::medium, "clients",
            held.passed() ? fmt::format("{} of {} max_client_conn were taken at peak, {} now",
                                        held.most, *limit, held.now)
                          : fmt::format("{} of {} max_client_conn are taken now", held.most,
                                        *limit),
            held.beside("SHOW LISTS: used_clients"), held.most);
    }

    void find_waiting() {
        answer_.seen.each(counted_by::waiting, [&](const std::string& pool, const tally& seen) {
            add("WAITING", severity::medium, pool, waiting(pool, seen),
                seen.beside("SHOW POOLS: cl_waiting, maxwait"), seen.most);
        });
    }

    std::string waiting(const std::string& pool, const tally& seen) const {
        if (seen.now == 0)
            return fmt::format("{} waited for a server connection at peak, none now",
                               counted(seen.most, "client"));
        std::uint64_t servers = 0, longest = 0;
        for (const auto& each : facts().pools)
            if (pool_name(each) == pool) servers = each.servers, longest = each.longest_wait_s;
        return fmt::format("{} wait{} for one of {}, the longest for {} s",
                           counted(seen.now, "client"),
                           seen.passed() ? fmt::format(" ({} at peak)", seen.most) : "",
                           counted(servers, "server connection"), longest);
    }

    /// max_db_connections caps a configured name; two names of one server have two caps.
    void find_capped_by_name() {
        std::map<std::string, std::vector<std::string>> capped;
        for (const auto& each : facts().databases)
            if (each.max_connections > 0) capped[each.server()].push_back(each.name);
        for (const auto& [server, names] : capped)
            if (names.size() > 1)
                add("NAMES", severity::low, server,
                    fmt::format("{} names have a cap each: max_db_connections limits none of the "
                                "server",
                                names.size()),
                    fmt::format("SHOW DATABASES: {}", fmt::join(names, ", ")), names.size());
    }

    /// Its server connections serve another client after each transaction.
    bool changes_hands(const pooler_database& of) const {
        const auto fallback = facts().config.find("pool_mode");
        const auto& mode = !of.pool_mode.empty() || fallback == facts().config.end()
                               ? of.pool_mode
                               : fallback->second;
        return mode == "transaction" || mode == "statement";
    }

    std::vector<const persistence::backend*> listeners_of(const pooler_database& of) const {
        std::vector<const persistence::backend*> some;
        const auto* server = behind(of);
        if (server == nullptr) return some;
        for (const auto& session : server->sessions) {
            if (!session.listens) continue;
            const auto is_it = [&](const pooler_server& each) {
                return each.pid == session.pid && each.database == of.name;
            };
            if (std::ranges::any_of(facts().servers, is_it)) some.push_back(&session);
        }
        return some;
    }

    /// LISTEN on a server connection that is somebody else's after the transaction.
    void find_listeners() {
        for (const auto& each : facts().databases) {
            if (!changes_hands(each)) continue;
            const auto some = listeners_of(each);
            if (some.empty()) continue;
            add("LISTEN", severity::medium, each.name,
                fmt::format("{} said LISTEN through a pool that hands it on after each "
                            "transaction: notifications are lost",
                            counted(some.size(), "session")),
                detail::marks_of("pids", some), some.size());
            answer_.add(fix{fix::price::application_restart,
                            fmt::format("give the {} with LISTEN a direct URL, past the pooler",
                                        counted(some.size(), "session")),
                            0, "notifications arrive"});
        }
    }

    /// What needs a session of its own loses it between two transactions.
    void find_mode() {
        std::set<std::string> pooled;
        for (const auto& each : facts().databases)
            if (changes_hands(each)) pooled.insert(each.name);
        if (pooled.empty()) return;
        add("MODE", severity::note, fmt::format("{}", fmt::join(pooled, ", ")),
            "not pooled by session: LISTEN, session locks, SET and temporary tables need a direct "
            "URL",
            prepared_statements());
    }

    std::string prepared_statements() const {
        const auto most = facts().number("max_prepared_statements");
        return most.value_or(0) > 0
                   ? fmt::format("prepared statements work, up to {}", *most)
                   : std::string("prepared statements do not work: switch the client's cache off");
    }

    void find_reuse_port() {
        if (facts().config.find("so_reuseport") == facts().config.end() ||
            facts().number("so_reuseport").value_or(0) == 0)
            return;
        add("PROCESSES", severity::note, "so_reuseport",
            "further processes may share the port: each has these limits for itself",
            "SHOW CONFIG; this is the view of the one that answered");
    }

    pooler_audit& answer_;
    const pooler_terms& terms_;
};

}  // namespace

census census_of(const pooler_facts& found, const pooler_terms& terms) {
    auto made = detail::count_clients(found.clients, plan_of(terms), terms.resource);
    for (const auto& each : found.pools)
        if (each.clients_waiting > 0)
            made.add(counted_by::waiting, pool_name(each), each.clients_waiting);
    return made;
}

pooler_audit analyse(const pooler_facts& found, const pooler_terms& terms) {
    pooler_audit answer;
    answer.target = terms.target;
    answer.resource = terms.resource;
    answer.facts = found;
    answer.seen = terms.seen != nullptr ? *terms.seen : peaks(census_of(found, terms), {});
    detail::ledger_work ledger(answer, plan_of(terms), found.clients, {"HR-PB", "client", "rows"});
    const auto most = found.number("max_client_conn");
    const detail::ledger_limit limit{most, 0, most, "max_client_conn", fix::price::reload};
    ledger.judge_sum(limit);
    if (found.clients_read) ledger.find_people();
    pooler_work(answer, terms).find_all();
    ledger.find_fixes(limit);
    answer.weigh(answer.verdict);
    return answer;
}

}  // namespace headroom::fleet
