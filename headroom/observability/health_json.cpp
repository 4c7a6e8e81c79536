#include "headroom/observability/health_json.hpp"

#include <boost/json.hpp>

#include "headroom/observability/log_record.hpp"
#include "headroom/observability/utf8.hpp"

namespace headroom::observability {
namespace {

namespace json = boost::json;

json::object measurement(std::string_view status, double value, std::string_view unit,
                         std::string_view at) {
    json::object one;
    one["status"] = status;
    if (value == static_cast<double>(static_cast<std::int64_t>(value)))
        one["observedValue"] = static_cast<std::int64_t>(value);
    else
        one["observedValue"] = value;
    one["observedUnit"] = unit;
    one["time"] = at;
    return one;
}

void add(json::object& checks, std::string_view name, json::object one) {
    auto& list = checks[name];
    if (!list.is_array()) list = json::array();
    list.get_array().push_back(std::move(one));
}

json::object of_check(const health_view& check, const redactor& hiding) {
    json::object one;
    if (check.last.observed)
        one = measurement("", *check.last.observed, check.last.unit, to_rfc3339(check.at));
    one["status"] = to_string(check.status);
    one["affectsReadiness"] = check.terms.for_readiness;
    if (check.reported) {
        one["time"] = to_rfc3339(check.at);
        one["ageMs"] = check.age.count();
    }
    std::string output = !check.reported ? "never reported" : check.stale ? "too old" : "";
    if (!check.last.detail.empty()) output += (output.empty() ? "" : ": ") + check.last.detail;
    if (!output.empty()) one["output"] = clean_utf8(hiding.clean(output), 2 * health_detail_max);
    return one;
}

// A ledger at its ceiling is worth a warning; that it is full is no failure.
void add_ledger(json::object& checks, const budget::ledger_snapshot& ledger, std::string_view at) {
    const bool full = ledger.held >= ledger.ceiling && ledger.ceiling > 0;
    const auto name = "budget:" + ledger.resource;
    auto held = measurement(full ? "warn" : "pass", ledger.held, "units", at);
    held["limit"] = ledger.ceiling;
    held["closing"] = ledger.closing;
    held["reserve"] = ledger.reserve;
    json::array by;
    for (const auto& account : ledger.accounts)
        by.push_back(json::object{{"consumer", account.agreed.consumer},
                                  {"held", account.held},
                                  {"floor", account.agreed.floor},
                                  {"burst", account.agreed.burst}});
    held["consumers"] = std::move(by);
    add(checks, name, std::move(held));
}

}  // namespace

health_reply livez() { return {true, R"({"status":"pass"})"}; }

health_reply readyz(const health& of, health::instant now) {
    if (of.ready(now)) return {true, R"({"status":"pass"})"};
    json::object body{{"status", "fail"}};
    json::array reasons;
    if (!of.is_started()) reasons.push_back("starting");
    if (of.is_draining()) reasons.push_back("draining");
    for (const auto& each : of.checks(now))
        if (each.terms.for_readiness && each.status == health_status::fail)
            reasons.push_back(json::value(each.terms.name));
    body["reasons"] = std::move(reasons);
    return {false, json::serialize(body)};
}

health_reply healthz(const health& of, health::instant now,
                     std::chrono::system_clock::time_point wall, const health_facts& facts,
                     const redactor& hiding, bool detailed) {
    const auto status = of.status(now);
    json::object body{{"status", to_string(status)}};
    if (detailed) {
        const auto at = to_rfc3339(wall);
        body["version"] = facts.version;
        body["serviceId"] = facts.service;
        json::object checks;
        for (const auto& each : of.checks(now))
            add(checks, each.terms.name, of_check(each, hiding));
        for (const auto& each : facts.ledgers) add_ledger(checks, each, at);
        if (facts.threads)
            add(checks, "process:threads",
                measurement("pass", static_cast<double>(*facts.threads), "threads", at));
        body["checks"] = std::move(checks);
    }
    return {status != health_status::fail, json::serialize(body)};
}

}  // namespace headroom::observability
