#include <fmt/format.h>
#include <fmt/ranges.h>

#include <boost/json.hpp>

#include "headroom/budget/grid.hpp"
#include "headroom/budget/report.hpp"
#include "headroom/persistence/admission.hpp"

namespace headroom::persistence {
namespace {

namespace json = boost::json;
using budget::grid;

std::string_view to_string(start_action of) {
    switch (of) {
        case start_action::start:
            return "start";
        case start_action::wait:
            return "wait";
        case start_action::refuse:
            return "refuse";
    }
    return "unknown";
}

grid limits_table(const start_decision& of) {
    grid table{{"Resource", "Limit", "How", "Usable", "Peak", "Floors", "Free Now", "Verdict"}, {}};
    for (const auto& each : of.checks)
        table.rows.push_back({each.limit.resource, each.limit.name,
                              each.limit.limit ? each.limit.how : each.limit.why_unknown,
                              budget::to_text(each.usable), budget::to_text(each.peak),
                              fmt::format("{}", each.floors),
                              each.limit.free ? budget::to_text(each.limit.free) : "not read",
                              std::string(budget::to_string(each.verdict.is))});
    return table;
}

std::vector<fact> all_facts(const admission& of) {
    auto facts = of.has_facts ? listed(of.facts) : std::vector<fact>{};
    for (const auto& each : of.process.listed())
        facts.push_back(
            {each.name, each.text(), each.source, each.is != process_fact::state::unread});
    return facts;
}

grid facts_table(const admission& of) {
    grid table{{"Fact", "Value", "How"}, {}};
    for (const auto& each : all_facts(of))
        table.rows.push_back({each.name, each.known ? each.value : "not read", each.how});
    return table;
}

json::value of_figure(budget::figure units) {
    return units ? json::value(*units) : json::value(nullptr);
}

json::array limits_json(const start_decision& of) {
    json::array all;
    for (const auto& each : of.checks)
        all.push_back(json::object{{"resource", each.limit.resource},
                                   {"limit", each.limit.name},
                                   {"how", each.limit.how},
                                   {"usable", of_figure(each.usable)},
                                   {"peak", of_figure(each.peak)},
                                   {"floors", each.floors},
                                   {"free", of_figure(each.limit.free)},
                                   {"verdict", budget::to_string(each.verdict.is)}});
    return all;
}

json::array facts_json(const admission& of) {
    json::array all;
    for (const auto& each : all_facts(of)) {
        json::object one{{"name", each.name}, {"how", each.how}};
        one["value"] = each.known ? json::value(each.value) : json::value(nullptr);
        all.push_back(std::move(one));
    }
    return all;
}

/// "starts" or what stands in its way, with the policy that decided.
std::string outcome_of(const admission& of) {
    const auto& what = of.decision;
    if (of.starts()) return fmt::format("starts (policy {})", to_string(of.policy));
    return fmt::format("does not start (policy {}, exit {}): {}", to_string(of.policy),
                       what.exit_code, what.reason);
}

}  // namespace

std::string as_text(const admission& of) {
    auto text = budget::as_table(budget::make_report(of.decision.plan));
    text +=
        fmt::format("\nLimits ({})\n\n{}", of.target, budget::aligned(limits_table(of.decision)));
    text += fmt::format("\nFacts\n\n{}\n", budget::aligned(facts_table(of)));
    for (const auto& each : of.decision.warnings) text += fmt::format("warning: {}\n", each);
    text += outcome_of(of) + "\n";
    return text;
}

std::vector<std::pair<std::string, std::string>> as_fields(const admission& of) {
    return {{"decision", std::string(to_string(of.decision.act))},
            {"policy", std::string(to_string(of.policy))},
            {"reason", of.decision.reason},
            {"exit_code", fmt::format("{}", of.decision.exit_code)},
            {"waited_ms", fmt::format("{}", of.waited.count())},
            {"attempts", fmt::format("{}", of.attempts)},
            {"warnings", fmt::format("{}", fmt::join(of.decision.warnings, "; "))},
            {"plan", budget::as_json(budget::make_report(of.decision.plan))},
            {"limits", json::serialize(limits_json(of.decision))},
            {"facts", json::serialize(facts_json(of))}};
}

}  // namespace headroom::persistence
