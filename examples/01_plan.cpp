// 01: the sum before anything opens: declare who opens what, add it up, judge it, print it.
#include <iostream>

#include "headroom/budget/report.hpp"

using namespace headroom;

namespace {

// A consumer is whoever opens something: a pool, a subscriber, a migration. Its `pool` is open at
// rest; its overflow is what it may open above that.
budget::consumer pool(const char* name, unsigned units, unsigned overflow) {
    budget::consumer row;
    row.name = name;
    row.package = "shop";
    row.resource = "postgres";
    row.pool = units;
    row.overflow.units = overflow;
    return row;
}

budget::plan shop() {
    budget::plan plan;
    plan.resources = {{.name = "postgres", .limit = 40, .reserved = 3}};
    plan.consumers = {pool("shop.web", 10, 5), pool("shop.reports", 2, 0)};

    // One pool for each of three topics: instances multiply, and nobody sees it in a settings file.
    plan.consumers.push_back(pool("shop.topics", 2, 3));
    plan.consumers.back().instances = 3;

    // Runs once, during a deploy, beside everything else.
    plan.consumers.push_back(pool("shop.migrations", 1, 0));
    plan.consumers.back().when = budget::phase::deploy;
    plan.consumers.back().per = budget::multiplicity::deployment;
    return plan;
}

// A sum is arithmetic that can be read, and a verdict on it is a sentence with its figures.
void judge(const char* title, const budget::plan& plan) {
    const auto total = budget::add_up(plan).front();
    const auto verdict = budget::judge(total);
    std::cout << title << "\n  " << total.arithmetic << "\n  " << total.peak_arithmetic << "\n  "
              << to_string(verdict.is) << ": " << verdict.reason << "\n";
}

}  // namespace

int main() {
    auto plan = shop();
    judge("One process:", plan);

    // The same pools in two replicas, of which one more starts while a deploy rolls.
    plan.times = {.replicas = 2, .surge = {.amount = 1}};
    judge("Two replicas, rolling:", plan);
    std::cout << "  the server would need a limit of "
              << budget::limit_to_fit(budget::add_up(plan).front()).value() << "\n";

    // What helps: small floors that are always open, and one reserve from which all bursts borrow.
    plan.resources.front().reserve = 3;
    for (auto& each : plan.consumers) {
        if (each.when == budget::phase::deploy) continue;
        each.pool = 1;
        each.overflow = {.kind = budget::overflow_kind::shared};
    }
    judge("The same on one budget:", plan);

    // The report an operator reads; as_markdown() and as_json() write the same figures.
    std::cout << "\n" << as_table(budget::make_report(plan));
}
