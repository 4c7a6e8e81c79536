#include "headroom/fleet/peaks.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <array>

namespace headroom::fleet {

std::string_view to_string(counted_by of) noexcept {
    static constexpr std::array<std::string_view, 11> names{
        "total", "slots",     "consumer", "stranger",    "owner",  "role",
        "database", "superuser", "active",   "transaction", "waiting"};
    return names[static_cast<std::size_t>(of)];
}

std::string clock_of(seen_at when) {
    return fmt::format("{:%H:%M:%S} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
}

std::string instant_of(seen_at when) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                       fmt::gmtime(std::chrono::system_clock::to_time_t(when)));
}

std::string tally::text(std::string_view word) const {
    if (!passed()) return fmt::format("{} {}", most, word);
    return fmt::format("{} {} at peak, {} now", most, word, now);
}

std::string tally::beside(std::string evidence) const {
    if (!passed()) return evidence;
    return fmt::format("{}{}peak at {}", evidence, evidence.empty() ? "" : "; ", clock_of(at));
}

void peaks::looked(seen_at when) {
    if (looks_++ == 0) first_ = when;
    latest_ = when;
}

void peaks::note(const count_key& key, std::uint64_t units, seen_at when) {
    auto at = tallies_.find(key);
    if (at == tallies_.end()) {
        if (tallies_.size() >= names_max) return void(++dropped_);
        at = tallies_.emplace(key, tally{0, 0, when}).first;
    }
    auto& one = at->second;
    one.now = units;
    if (units <= one.most) return;
    one.most = units;
    one.at = when;
}

void peaks::look(const census& seen, seen_at when) {
    looked(when);
    ++lists_;
    for (auto& [key, one] : tallies_) one.now = 0;
    for (const auto& [key, units] : seen.counts) note(key, units, when);
    if (seen.over + seen.strangers < over_ + strangers_) return;
    over_ = seen.over;
    strangers_ = seen.strangers;
}

void peaks::count(std::uint64_t total, std::uint64_t slots, seen_at when) {
    looked(when);
    note({counted_by::total}, total, when);
    if (tallies_.contains({counted_by::slots})) note({counted_by::slots}, slots, when);
}

tally peaks::of(counted_by by, std::string_view name) const {
    const auto at = tallies_.find(count_key{by, std::string(name)});
    return at == tallies_.end() ? tally{} : at->second;
}

void peaks::each(counted_by by,
                 const std::function<void(const std::string&, const tally&)>& take) const {
    for (auto at = tallies_.lower_bound(count_key{by}); at != tallies_.end(); ++at) {
        if (at->first.by != by) return;
        take(at->first.name, at->second);
    }
}

}  // namespace headroom::fleet
