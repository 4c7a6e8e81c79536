#include <boost/json.hpp>

#include "headroom/budget/report.hpp"

namespace headroom::budget {
namespace {

namespace json = boost::json;

json::value of_figure(figure units) { return units ? json::value(*units) : json::value(nullptr); }

std::string_view name_of(phase of) {
    switch (of) {
        case phase::start:
            return "start";
        case phase::steady:
            return "steady";
        case phase::deploy:
            return "deploy";
    }
    return "unknown";
}

std::string_view name_of(multiplicity of) {
    switch (of) {
        case multiplicity::process:
            return "process";
        case multiplicity::replica:
            return "replica";
        case multiplicity::deployment:
            return "deployment";
    }
    return "unknown";
}

json::value of_overflow(const overflow_terms& of) {
    if (of.kind == overflow_kind::fixed) return of.units;
    return of.kind == overflow_kind::shared ? "shared" : "unbounded";
}

json::object of_needed(const judged& of) {
    const auto& all = of.all;
    const auto steady = of.is.by == rule::headroom ? all.sum : all.estimated_sum;
    const auto reserved = all.of.reserved;
    return {{"fit", of_figure(limit_to_fit(all, of.is.by))},
            {"green", of_figure(limit_to_be_green(all, of.is.by))},
            {"steady_fit", of_figure(limit_for(steady, reserved, of.is.by))},
            {"steady_green", of_figure(green_limit_for(steady, reserved, of.is.by))}};
}

json::value of_largest(const total& all) {
    const auto* most = largest(all);
    if (most == nullptr) return nullptr;
    return json::object{{"name", most->name},
                        {"total", of_figure(most->total)},
                        {"estimated", of_figure(most->estimated)}};
}

json::object of_resource(const judged& of) {
    const auto& all = of.all;
    return {{"name", all.of.name},
            {"sum", of_figure(all.sum)},
            {"peak", of_figure(all.peak)},
            {"limit", of_figure(all.of.limit)},
            {"usable", of_figure(all.of.usable())},
            {"verdict", to_string(of.is.is)},
            {"rule", to_string(of.is.by)},
            {"arithmetic", all.arithmetic},
            {"peak_arithmetic", all.peak_arithmetic},
            {"reason", of.is.reason},
            {"reserved", all.of.reserved},
            {"reserve", all.of.reserve},
            {"estimated_sum", of_figure(all.estimated_sum)},
            {"estimated_peak", of_figure(all.estimated_peak)},
            {"least_peak", all.least_peak},
            {"needed_limit", of_needed(of)},
            {"largest", of_largest(all)}};
}

json::object of_row(const row& each) {
    return {{"name", each.name},
            {"package", each.package},
            {"resource", each.resource},
            {"floor", of_figure(each.floor)},
            {"overflow", of_overflow(each.overflow)},
            {"max", of_figure(each.max)},
            {"times", each.times},
            {"total", of_figure(each.total)},
            {"estimated", of_figure(each.estimated)},
            {"configurable", each.configurable},
            {"settings", json::value_from(each.settings)},
            {"per", name_of(each.per)},
            {"phase", name_of(each.when)},
            {"is_reserve", each.is_reserve}};
}

json::object of_summary(const summary_row& each) {
    auto row = of_resource(each.what);
    json::object named{{"scenario", each.name}};
    named.insert(row.begin(), row.end());
    return named;
}

json::object of_times(const multipliers& times) {
    json::object written{{"workers", times.workers},
                         {"replicas", times.replicas},
                         {"surge", times.surge.of(times.replicas)},
                         {"terminating", times.terminating}};
    return written;
}

}  // namespace

std::string as_json(const report& of) {
    json::array resources, consumers, summary;
    for (const auto& each : of.resources) {
        resources.push_back(of_resource(each));
        for (const auto& row : each.all.rows) consumers.push_back(of_row(row));
    }
    for (const auto& each : of.summary) summary.push_back(of_summary(each));
    json::object whole{
        {"title", of.title}, {"rule", to_string(of.by)}, {"verdict", to_string(of.worst())}};
    const auto times = of_times(of.times);
    whole.insert(times.begin(), times.end());
    whole["resources"] = std::move(resources);
    whole["consumers"] = std::move(consumers);
    whole["summary"] = std::move(summary);
    whole["notes"] = json::value_from(of.notes);
    return json::serialize(whole) + "\n";
}

}  // namespace headroom::budget
