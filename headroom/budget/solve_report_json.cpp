#include <boost/json.hpp>

#include "headroom/budget/solve_report.hpp"

namespace headroom::budget {
namespace {

namespace json = boost::json;

json::value or_null(figure units) { return units ? json::value(*units) : json::value(nullptr); }

std::string_view name_of(fitting::outcome of) {
    switch (of) {
        case fitting::outcome::fits:
            return "fits";
        case fitting::outcome::too_large:
            return "too_large";
        case fitting::outcome::no_choice:
            return "no_choice";
        case fitting::outcome::unknown:
            return "unknown";
    }
    return "unknown";
}

json::object of_size(const chosen_size& each, fitting::outcome is) {
    const bool known = is != fitting::outcome::unknown;
    return {{"setting", each.of.setting},
            {"sets", json::value_from(each.of.names)},
            {"declared", or_null(each.of.declared)},
            {"agreed", each.of.agreed},
            {"least", each.of.least},
            {"value", known ? or_null(each.value) : json::value(nullptr)}};
}

json::object of_fitting(const fitting& each, within keeps) {
    json::array sizes;
    for (const auto& size : each.sizes) sizes.push_back(of_size(size, each.is));
    return {{"name", each.after.of.name},
            {"outcome", name_of(each.is)},
            {"reason", describe(each, keeps)},
            {"verdict", to_string(each.verdict_after.is)},
            {"limit", or_null(each.after.of.limit)},
            {"reserved", each.after.of.reserved},
            {"usable", or_null(each.after.of.usable())},
            {"bound", or_null(each.bound)},
            {"declared_peak", or_null(each.before.peak)},
            {"sum", or_null(each.after.sum)},
            {"peak", or_null(each.after.peak)},
            {"arithmetic", each.after.arithmetic},
            {"peak_arithmetic", each.after.peak_arithmetic},
            {"limit_needed", or_null(each.limit_needed)},
            {"replicas_max", each.is == fitting::outcome::unknown ? json::value(nullptr)
                                                                  : json::value(each.replicas_max)},
            {"sizes", std::move(sizes)}};
}

json::object of_occupancy(const occupancy& each) {
    return {{"consumer", each.of.consumer},
            {"per_second", each.of.per_second},
            {"hold_ms", each.of.hold_ms},
            {"busy", static_cast<double>(each.busy_thousandths) / 1000},
            {"needed", each.needed},
            {"capacity", or_null(each.capacity)},
            {"judgement", to_string(each.is)}};
}

json::value of_knee(const std::optional<knee>& of) {
    if (!of) return nullptr;
    return json::object{
        {"cores", of->cores}, {"least", of->least()}, {"best", of->best()}, {"most", of->most()}};
}

}  // namespace

std::string as_json(const solution& of) {
    const auto& times = of.sized.times;
    json::array resources, busy;
    for (const auto& each : of.resources) resources.push_back(of_fitting(each, of.keeps));
    for (const auto& each : of.busy) busy.push_back(of_occupancy(each));
    json::object whole{{"title", of.title},
                       {"within", to_string(of.keeps)},
                       {"verdict", to_string(of.worst())},
                       {"workers", times.workers},
                       {"replicas", times.replicas},
                       {"surge", times.surge.of(times.replicas)},
                       {"terminating", times.terminating}};
    whole["resources"] = std::move(resources);
    whole["busy"] = std::move(busy);
    whole["knee"] = of_knee(of.of_server);
    whole["notes"] = json::value_from(of.notes);
    return json::serialize(whole) + "\n";
}

}  // namespace headroom::budget
