#include <array>
#include <boost/json.hpp>

#include "headroom/fleet/audit_report.hpp"

namespace headroom::fleet {
namespace {

namespace json = boost::json;

json::value of_cell(const cell& of) {
    if (const auto* text = std::get_if<std::string>(&of.value)) return json::value(*text);
    if (const auto* number = std::get_if<std::uint64_t>(&of.value)) return json::value(*number);
    if (const auto* is = std::get_if<bool>(&of.value)) return json::value(*is);
    return nullptr;
}

json::array array_of(const std::vector<finding>& findings) {
    json::array all;
    for (const auto& each : findings) {
        const auto check = check_of(each.id);
        all.push_back(
            json::object{{"id", each.id},
                         {"severity", to_string(each.weight)},
                         {"checklist", check.empty() ? json::value(nullptr) : json::value(check)},
                         {"subject", each.subject},
                         {"what", each.what},
                         {"evidence", each.evidence},
                         {"units", each.units}});
    }
    return all;
}

json::array array_of(const std::vector<fix>& fixes) {
    static constexpr std::array<std::string_view, 4> prices{
        "session", "reload", "application_restart", "server_restart"};
    json::array all;
    for (const auto& each : fixes)
        all.push_back(json::object{{"action", each.action},
                                   {"costs", prices[static_cast<std::size_t>(each.costs)]},
                                   {"frees", each.frees},
                                   {"effect", each.effect}});
    return all;
}

json::array array_of(const page_table& table) {
    json::array all;
    for (const auto& row : table.rows) {
        json::object one;
        for (std::size_t at = 0; at < row.size(); ++at)
            one[table.columns[at].key] = of_cell(row[at]);
        all.push_back(std::move(one));
    }
    return all;
}

json::object of_page(const audit_page& of) {
    json::object page{{"kind", of.kind}, {"target", of.target}};
    if (!of.error.empty()) {
        page["verdict"] = "UNKNOWN";
        page["error"] = of.error;
        page["exit_code"] = of.exit_code;
        return page;
    }
    page["resource"] = of.resource;
    page["verdict"] = budget::to_string(of.verdict.is);
    page["reason"] = of.verdict.reason;
    page["rule"] = budget::to_string(of.verdict.by);
    for (const auto& [key, value] : of.values) page[key] = of_cell(value);
    page["findings"] = array_of(of.says.findings);
    page["notes"] = array_of(of.says.notes);
    page["fixes"] = array_of(of.says.fixes);
    for (const auto* tables : {&of.inventory, &of.tables})
        for (const auto& each : *tables) page[each.key] = array_of(each);
    page["lost"] = of.lost.empty() ? json::value(nullptr) : json::value(of.lost);
    page["error"] = nullptr;
    return page;
}

}  // namespace

std::string as_json(std::span<const audit_page> all) {
    json::array pages;
    for (const auto& each : all) pages.push_back(of_page(each));
    const json::object report{{"verdict", budget::to_string(worst_of(all))}, {"servers", pages}};
    return json::serialize(report) + "\n";
}

}  // namespace headroom::fleet
