#include "headroom/observability/budget_metrics.hpp"

namespace headroom::observability {
namespace {

double share(unsigned part, unsigned whole) {
    return whole == 0 ? 0.0 : static_cast<double>(part) / whole;
}

unsigned left(unsigned most, unsigned held) { return most > held ? most - held : 0; }

}  // namespace

budget_metrics::budget_metrics(metrics& to, const budget::book& of) : to_(to), of_(of) {
    to_.before_scrape([this] { refresh(); });
}

void budget_metrics::set(const char* name, const char* help, const labels& with, double value) {
    to_.measure(name, help, with).set(value);
}

void budget_metrics::learn(std::string_view resource, budget::figure limit, budget::figure usable) {
    const labels with{{"resource", std::string(resource)}};
    if (limit)
        set("headroom_budget_limit", "Units the server or the process allows in all.", with,
            static_cast<double>(*limit));
    if (usable)
        set("headroom_budget_usable", "Units of the limit that our role can really take.", with,
            static_cast<double>(*usable));
}

void budget_metrics::refresh() {
    for (const auto& ledger : of_.snapshot()) {
        show(ledger);
        for (const auto& account : ledger.accounts) show(ledger.resource, account);
    }
}

void budget_metrics::show(const budget::ledger_snapshot& ledger) {
    const labels with{{"resource", ledger.resource}};
    set("headroom_budget_ceiling", "Units this process may ever hold.", with, ledger.ceiling);
    set("headroom_budget_reserve", "Units above the floors, from which bursts borrow.", with,
        ledger.reserve);
    set("headroom_budget_resource_held", "Units out, those being closed included.", with,
        ledger.held);
    set("headroom_budget_resource_held_max", "The most units that were ever out.", with,
        ledger.held_max);
    set("headroom_budget_resource_headroom_ratio", "Free part of the ceiling.", with,
        share(left(ledger.ceiling, ledger.held), ledger.ceiling));
}

void budget_metrics::show(const std::string& resource, const budget::account_snapshot& account) {
    const labels with{{"resource", resource}, {"consumer", account.agreed.consumer}};
    const auto most = account.agreed.floor + account.agreed.burst;
    set("headroom_budget_floor", "Units a consumer is guaranteed.", with, account.agreed.floor);
    set("headroom_budget_burst", "Units a consumer may borrow above its floor.", with,
        account.agreed.burst);
    set("headroom_budget_held", "Units a consumer holds, those being closed included.", with,
        account.held);
    set("headroom_budget_closing", "Units whose close is not known yet.", with, account.closing);
    set("headroom_budget_borrowed", "Units a consumer holds above its floor.", with,
        account.borrowed);
    set("headroom_budget_waiting", "1 while a consumer queues for the reserve.", with,
        account.wants ? 1 : 0);
    set("headroom_budget_headroom_ratio", "Free part of what a consumer may hold.", with,
        share(left(most, account.held), most));
    to_.count("headroom_budget_denied_total", "Units that were asked for and refused.", with)
        .grow_to(account.refusals);
}

}  // namespace headroom::observability
