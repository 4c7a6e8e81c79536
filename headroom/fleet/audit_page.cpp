#include "headroom/fleet/audit_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace headroom::fleet {
namespace {

bool several(const peaks& seen) { return seen.looks() > 1; }

page_table parties_table(const ledger_audit& of) {
    page_table table{"consumers",
                     "Declared Against Live",
                     {{"name", "Consumer"},
                      {"declared", "Declared"},
                      {"floor", ""},
                      {"live", "Live"},
                      {"peak", several(of.seen) ? "Peak" : ""}},
                     {}};
    for (const auto& each : of.parties)
        table.rows.push_back({each.name(), cell(each.declared).as(each.declared ? "" : "unknown"),
                              each.floor, each.live, each.peak});
    return table;
}

/// Of each kind; what was never there is left out.
std::vector<std::pair<count_key, tally>> largest_first(const peaks& seen) {
    std::vector<std::pair<count_key, tally>> all(seen.all().begin(), seen.all().end());
    std::erase_if(all, [](const auto& each) { return each.second.most == 0; });
    std::ranges::sort(all, [](const auto& a, const auto& b) {
        return std::tie(a.first.by, b.second.most, a.first.name) <
               std::tie(b.first.by, a.second.most, b.first.name);
    });
    return all;
}

/// People read it where there was more than one look: else it says nothing new.
page_table peaks_table(const peaks& seen) {
    const auto shown = [&](const char* header) { return several(seen) ? header : ""; };
    page_table table{"peaks",
                     "Peaks",
                     {{"of", shown("Of")},
                      {"name", shown("Name")},
                      {"now", shown("Now")},
                      {"peak", shown("Peak")},
                      {"at", shown("Seen")}},
                     {}};
    for (const auto& [key, one] : largest_first(seen))
        table.rows.push_back({to_string(key.by), cell(key.name).as(key.name.empty() ? "-" : ""),
                              one.now, one.most, cell(instant_of(one.at)).as(clock_of(one.at))});
    return table;
}

page_table outages_table(const std::vector<outage>& outages) {
    page_table table{"outages",
                     "Not Seen",
                     {{"from", "From"}, {"until", "Until"}, {"why", "Why"}},
                     {}};
    for (const auto& each : outages)
        table.rows.push_back(
            {cell(instant_of(each.from)).as(clock_of(each.from)),
             each.until ? cell(instant_of(*each.until)).as(clock_of(*each.until))
                        : cell().as("the end"),
             each.why});
    return table;
}

/// Nobody knows how a server is now that was not seen to the end.
void say_lost(audit_page& page, const look_outcome& looks) {
    if (looks.lost.empty()) return;
    page.lost = looks.lost;
    page.exit_code = looks.exit_code;
    page.summary.insert(page.summary.begin(), looks.lost);
    if (budget::badness(page.verdict.is) >= budget::badness(budget::colour::unknown)) return;
    page.verdict.is = budget::colour::unknown;
    page.verdict.reason = "not seen to the end";
}

std::string looks_line(const peaks& seen) {
    if (!several(seen)) return {};
    const auto total = seen.of(counted_by::total);
    auto line = fmt::format("{} looks from {} to {}, {} of them at every client; most at once: {} "
                            "at {}",
                            seen.looks(), clock_of(seen.first()), clock_of(seen.latest()),
                            seen.lists(), total.most, clock_of(total.at));
    if (seen.dropped() > 0)
        line += fmt::format("; only {} names were kept apart", peaks::names_max);
    return line;
}

}  // namespace

std::string cheapest_fix(const advice& of) {
    if (of.fixes.empty()) return {};
    const auto& best = of.fixes.front();
    return fmt::format("cheapest fix: {}{}{}", best.action, best.effect.empty() ? "" : ": ",
                       best.effect);
}

audit_page page_of_ledger(std::string kind, const ledger_audit& of, const look_outcome& looks) {
    const auto live = of.seen.of(counted_by::total);
    audit_page page;
    page.kind = std::move(kind);
    page.target = of.target;
    page.resource = of.resource;
    page.verdict = of.verdict;
    page.summary = {of.verdict.reason, "sum: " + of.arithmetic, looks_line(of.seen)};
    page.values = {{"arithmetic", of.arithmetic},
                   {"limit", of.peak.of.limit},
                   {"sum", of.peak.sum},
                   {"peak", of.peak.peak},
                   {"peak_arithmetic", of.peak.peak_arithmetic},
                   {"needed_limit", budget::limit_to_fit(of.peak)},
                   {"live", of.held},
                   {"looks", of.seen.looks()},
                   {"lists", of.seen.lists()},
                   {"looked_from", instant_of(of.seen.first())},
                   {"looked_until", instant_of(of.seen.latest())},
                   {"live_peak", live.most},
                   {"live_peak_at", instant_of(live.at)}};
    page.says = static_cast<const advice&>(of);
    page.tables.push_back(parties_table(of));
    page.tables.push_back(peaks_table(of.seen));
    page.tables.push_back(outages_table(looks.outages));
    say_lost(page, looks);
    return page;
}

audit_page page_of_failure(std::string kind, const look_outcome& of) {
    audit_page page;
    page.kind = std::move(kind);
    page.target = of.target;
    page.error = of.error;
    page.exit_code = of.exit_code;
    return page;
}

page_table facts_table(const std::vector<persistence::fact>& facts) {
    page_table table{"facts", "Facts", {{"name", "Fact"}, {"value", "Value"}, {"how", "How"}}, {}};
    for (const auto& each : facts)
        table.rows.push_back(
            {each.name, each.known ? cell(each.value) : cell().as("not read"), each.how});
    return table;
}

}  // namespace headroom::fleet
