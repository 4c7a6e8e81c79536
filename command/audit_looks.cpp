#include "command/audit_looks.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/fleet/live_audit_page.hpp"

namespace headroom::command {
namespace {

using persistence::connect_info;

/// A kind of server as looks at it are made.
template <class Watched, class Eye, class Terms, class Where>
std::vector<Watched> watches_of(const std::vector<audit_targets::target<Where>>& targets,
                                const Terms& usual, blocking_resolver& names,
                                std::chrono::milliseconds goodbye) {
    std::vector<Watched> all;
    for (const auto& each : targets) {
        auto terms = usual;
        terms.resource = each.resource;
        auto counts = [terms](const auto& facts) { return fleet::census_of(facts, terms); };
        all.push_back({each.at.describe(), each.at.host, each.at.port, terms,
                       std::make_unique<fleet::server_watch<Eye>>(counts, each.at, names,
                                                                  goodbye)});
        all.back().terms.target = all.back().target;
    }
    return all;
}

template <class Terms>
Terms terms_beside(const budget::plan* declared) {
    Terms usual;
    usual.declared = declared;
    return usual;
}

/// By its address; what a server tells of itself may say more.
template <class Watched>
bool is_at(const Watched& one, const Watched& other) {
    return !one.host.empty() && one.host == other.host && one.port == other.port;
}

fleet::audit_terms postgres_terms(const audit_targets& targets) {
    auto usual = terms_beside<fleet::audit_terms>(targets.declared);
    usual.cores = targets.cores;
    return usual;
}

}  // namespace

audit_looks::audit_looks(const audit_targets& targets, blocking_resolver& names,
                         std::chrono::milliseconds timeout)
    : timeout_(timeout),
      goodbye_(persistence::goodbye_within(deadline::after(
          timeout / static_cast<std::int64_t>(std::max<std::size_t>(targets.size(), 1))))) {
    postgres_ = watches_of<postgres_watched, fleet::postgres_eye>(
        targets.postgres, postgres_terms(targets), names, goodbye_);
    redis_ = watches_of<redis_watched, fleet::redis_eye>(
        targets.redis, terms_beside<fleet::redis_terms>(targets.declared), names, goodbye_);
    poolers_ = watches_of<pooler_watched, fleet::pooler_eye>(
        targets.pgbouncer, terms_beside<fleet::pooler_terms>(targets.declared), names, goodbye_);
}

audit_looks::~audit_looks() {
    finish(true);
    leave();
}

template <class Watched>
void audit_looks::look_first_at(std::vector<Watched>& all, bool stay, shared_time& time) {
    for (auto& each : all) {
        const auto share = time.next();
        const bool seen = each.watch->look_first(share.at_most(share.left() - goodbye_));
        for (const auto& other : all) {
            if (&other == &each || !seen || !stay) break;
            const auto known = other.watch->seen().latest;
            if (known && (is_at(other, each) ||
                          fleet::same_server(*known, *each.watch->seen().latest)))
                each.same_as = other.target;
        }
        if (seen && stay && each.same_as.empty())
            staying_.push_back(each.watch.get());
        else
            each.watch->leave();
    }
}

void audit_looks::look_first(bool stay) {
    shared_time time(timeout_, postgres_.size() + redis_.size() + poolers_.size());
    look_first_at(postgres_, stay, time);
    look_first_at(redis_, stay, time);
    look_first_at(poolers_, stay, time);
}

void audit_looks::look_on(const fleet::watch_terms& terms) {
    for (auto* each : staying_) {
        auto unit = share_.take();
        BOOST_ASSERT_MSG(unit.has_value(), "servers_max of each kind at most");
        threads_.emplace_back(std::move(*unit), "looks",
                              [this, each, terms] { each->look_on(terms, stop_); });
    }
}

void audit_looks::finish(bool at_once) {
    if (at_once) stop_.now();
    for (auto& each : threads_) each.join();
    threads_.clear();
}

void audit_looks::leave() {
    for (auto* each : staying_) each->leave();
    staying_.clear();
}

std::uint64_t audit_looks::looks() const {
    std::uint64_t most = 0;
    const auto of = [&](const auto& all) {
        for (const auto& each : all) most = std::max(most, each.watch->seen().most.looks());
    };
    of(postgres_);
    of(redis_);
    of(poolers_);
    return most;
}

template <class Outcome, class Watched, class Terms>
Outcome audit_looks::outcome_of(const Watched& of, Terms terms) {
    auto seen = of.watch->seen();
    Outcome made;
    static_cast<fleet::look_outcome&>(made) = fleet::outcome_of(
        of.target, seen.latest != nullptr, seen.failure, seen.most, std::move(seen.outages));
    if (!seen.latest) return made;
    terms.seen = &seen.most;
    made.audit = analyse(*seen.latest, terms);
    if (!of.same_as.empty())
        made.audit->notes.push_back(
            {"HR-SAMPLED-ONCE", fleet::severity::note, of.target,
             fmt::format("was looked at once: it is the server of {}, which was sampled",
                         of.same_as),
             "two addresses, one connection", 0});
    return made;
}

void audit_looks::add_pages(std::vector<fleet::audit_page>& to, limits_by_resource& limits) const {
    std::vector<fleet::audit_outcome> servers;
    std::vector<fleet::server_behind> behind;  // a pooler: what PostgreSQL can give
    for (const auto& each : postgres_) {
        servers.push_back(outcome_of<fleet::audit_outcome>(each, each.terms));
        if (!servers.back().audit) continue;
        const auto& audit = *servers.back().audit;
        behind.push_back(
            {each.target, each.host, each.port, audit.room.usable, audit.facts.backends});
        limits[each.terms.resource] = {audit.peak.of.limit, audit.peak.of.reserved,
                                       "max_connections", "read from " + each.target};
    }
    fleet::mark_same_servers(servers);
    for (const auto& each : servers) to.push_back(page_of(each));
    for (const auto& each : redis_) {
        const auto outcome = outcome_of<fleet::redis_outcome>(each, each.terms);
        if (outcome.audit)
            limits[each.terms.resource] = {outcome.audit->peak.of.limit,
                                           outcome.audit->peak.of.reserved, "maxclients",
                                           "read from " + each.target};
        to.push_back(page_of(outcome));
    }
    for (const auto& each : poolers_) {
        auto terms = each.terms;
        terms.servers = behind;
        to.push_back(page_of(outcome_of<fleet::pooler_outcome>(each, terms)));
    }
}

}  // namespace headroom::command
