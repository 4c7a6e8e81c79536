#include "headroom/fleet/runners.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>

namespace headroom::fleet {
namespace {

constexpr std::array<std::string_view, 2> poller_words{"poller", "polling"};
constexpr std::array<std::string_view, 4> runner_words{
    "runner", "subscription", "eventsourcing.feed", "eventsourcing.writers"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool holds_one_of(std::span<const std::string_view> words, std::string_view name) {
    std::string small(name);
    std::ranges::transform(small, small.begin(), lower);
    return std::ranges::any_of(words, [&](auto word) { return small.find(word) != small.npos; });
}

}  // namespace

bool names_poller(std::string_view name) { return holds_one_of(poller_words, name); }

bool names_runner(std::string_view name) {
    return !names_poller(name) && holds_one_of(runner_words, name);
}

void find_pollers(advice& into, std::string id, const pollers_and_runners& both,
                  std::string evidence, fix how) {
    if (both.pollers.empty() || both.runners.empty()) return;
    into.add(finding{std::move(id), severity::medium, both.where,
                     fmt::format("{} may poll beside {}: each event is handled twice, and {} "
                                 "connection{} more",
                                 fmt::join(both.pollers, ", "), fmt::join(both.runners, ", "),
                                 both.units, both.units == 1 ? "" : "s"),
                     std::move(evidence), both.units});
    how.frees = both.units;
    into.add(std::move(how));
}

}  // namespace headroom::fleet
