// observability/budget_metrics.hpp: the budget as gauges, read from the ledgers themselves.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <tuple>

#include "headroom/budget/book.hpp"
#include "headroom/observability/metrics.hpp"

namespace headroom::observability {

/// Registers with `to`; both, and the book, outlive the last scrape.
class budget_metrics {
public:
    budget_metrics(metrics& to, const budget::book& of);
    budget_metrics(const budget_metrics&) = delete;
    budget_metrics& operator=(const budget_metrics&) = delete;

    /// What is known of a resource's limit: in all, and usable by our role. Thread-safe.
    void learn(std::string_view resource, budget::figure limit, budget::figure usable);
    /// Copies the ledgers' figures into the gauges. Called by each scrape.
    void refresh();

private:
    void show(const budget::ledger_snapshot& ledger);
    void show(const std::string& resource, const budget::account_snapshot& account);
    void set(const char* name, const char* help, const labels& with, double value);

    metrics& to_;
    const budget::book& of_;
};

}  // namespace headroom::observability
