#include <array>
#include <boost/json.hpp>

#include "headroom/fleet/audit_report.hpp"

namespace headroom::fleet {
namespace {

namespace json = boost::json;

json::value of_figure(budget::figure units) {
    return units ? json::value(*units) : json::value(nullptr);
}

json::array array_of(const std::vector<finding>& findings) {
    json::array all;
    for (const auto& each : findings)
        all.push_back(json::object{{"id", each.id},
                                   {"severity", to_string(each.weight)},
                                   {"subject", each.subject},
                                   {"what", each.what},
                                   {"evidence", each.evidence},
                                   {"units", each.units}});
    return all;
}

json::array fixes_of(const live_audit& of) {
    static constexpr std::array<std::string_view, 4> prices{
        "session", "reload", "application_restart", "server_restart"};
    json::array all;
    for (const auto& each : of.fixes)
        all.push_back(json::object{{"action", each.action},
                                   {"costs", prices[static_cast<std::size_t>(each.costs)]},
                                   {"frees", each.frees},
                                   {"effect", each.effect}});
    return all;
}

json::array consumers_of(const live_audit& of) {
    json::array all;
    for (const auto& each : of.parties)
        all.push_back(json::object{{"name", each.name()},
                                   {"declared", of_figure(each.declared)},
                                   {"floor", each.floor},
                                   {"live", each.live}});
    return all;
}

json::array connections_of(const live_audit& of) {
    json::array all;
    for (const auto& each : of.owners)
        all.push_back(json::object{
            {"consumer", each.consumer.empty() ? json::value(nullptr) : json::value(each.consumer)},
            {"application_name", each.application_name},
            {"role", each.role},
            {"database", each.database},
            {"host", each.address},
            {"state", each.state},
            {"count", each.count},
            {"oldest_s", each.oldest.count()},
            {"longest_in_state_s", each.longest_in_state.count()}});
    return all;
}

json::array facts_of(const live_audit& of) {
    json::array all;
    for (const auto& each : persistence::listed(of.facts))
        all.push_back(
            json::object{{"name", each.name},
                         {"value", each.known ? json::value(each.value) : json::value(nullptr)},
                         {"how", each.how}});
    return all;
}

json::array inequalities_of(const persistence::room& of) {
    json::array all;
    for (const auto& each : of.all)
        all.push_back(json::object{{"name", each.name},
                                   {"how", each.how},
                                   {"limit", each.limit},
                                   {"usable", each.usable},
                                   {"held", each.held},
                                   {"free", each.free()}});
    return all;
}

json::object of_audit(const live_audit& of) {
    return {{"target", of.target},
            {"resource", of.resource},
            {"verdict", budget::to_string(of.verdict.is)},
            {"reason", of.verdict.reason},
            {"rule", budget::to_string(of.verdict.by)},
            {"arithmetic", of.arithmetic},
            {"limit", of_figure(of.peak.of.limit)},
            {"usable", of_figure(of.room.usable)},
            {"peak", of_figure(of.peak.peak)},
            {"live", of.held},
            {"free", of_figure(of.room.free)},
            {"sees_everyone", of.facts.reader.sees_everyone},
            {"role_limits", inequalities_of(of.reader_room)},
            {"findings", array_of(of.findings)},
            {"notes", array_of(of.notes)},
            {"fixes", fixes_of(of)},
            {"consumers", consumers_of(of)},
            {"connections", connections_of(of)},
            {"facts", facts_of(of)},
            {"error", nullptr}};
}

}  // namespace

std::string as_json(const std::vector<audit_outcome>& all) {
    json::array servers;
    for (const auto& each : all)
        servers.push_back(each.audit ? json::value(of_audit(*each.audit))
                                     : json::value(json::object{{"target", each.target},
                                                                {"verdict", "UNKNOWN"},
                                                                {"error", each.error},
                                                                {"exit_code", each.exit_code}}));
    return json::serialize(
               json::object{{"verdict", budget::to_string(worst_of(all))}, {"servers", servers}}) +
           "\n";
}

}  // namespace headroom::fleet
