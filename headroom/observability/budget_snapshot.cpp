#include "headroom/observability/budget_snapshot.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "headroom/observability/log_record.hpp"

namespace headroom::observability {
namespace {

namespace json = boost::json;

json::value or_null(budget::figure of) { return of ? json::value(*of) : json::value(); }

json::object of_account(const budget::account_snapshot& account) {
    return {{"name", account.agreed.consumer}, {"floor", account.agreed.floor},
            {"burst", account.agreed.burst},   {"held", account.held},
            {"closing", account.closing},      {"borrowed", account.borrowed},
            {"held_max", account.held_max},    {"denied", account.refusals},
            {"waiting", account.wants}};
}

void add_live(json::object& to, const budget::ledger_snapshot& ledger) {
    to["ceiling"] = ledger.ceiling;
    to["floors"] = ledger.floors;
    to["reserve"] = ledger.reserve;
    to["held"] = ledger.held;
    to["closing"] = ledger.closing;
    to["held_max"] = ledger.held_max;
    to["headroom"] = ledger.ceiling > ledger.held ? ledger.ceiling - ledger.held : 0U;
    json::array consumers;
    for (const auto& each : ledger.accounts) consumers.push_back(of_account(each));
    to["consumers"] = std::move(consumers);
}

void add_planned(json::object& to, const budget::judged& plan) {
    to["limit"] = or_null(plan.all.of.limit);
    to["usable"] = or_null(plan.all.of.usable());
    to["sum"] = or_null(plan.all.sum);
    to["peak"] = or_null(plan.all.peak);
    to["verdict"] = budget::to_string(plan.is.is);
    to["reason"] = plan.is.reason;
}

}  // namespace

std::string budget_snapshot(const std::vector<budget::ledger_snapshot>& ledgers,
                            const budget::report& planned,
                            std::chrono::system_clock::time_point at) {
    json::array resources;
    for (const auto& each : planned.resources) {
        json::object one{{"name", each.all.of.name}};
        add_planned(one, each);
        const auto live =
            std::ranges::find(ledgers, each.all.of.name, &budget::ledger_snapshot::resource);
        if (live != ledgers.end()) add_live(one, *live);
        resources.push_back(std::move(one));
    }
    json::object all{{"time", to_rfc3339(at)},
                     {"verdict", budget::to_string(planned.worst())},
                     {"rule", budget::to_string(planned.by)}};
    all["resources"] = std::move(resources);
    return json::serialize(all);
}

}  // namespace headroom::observability
