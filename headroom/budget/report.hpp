// budget/report.hpp: a plan, added up and judged, as people and programs read it.
//
// make_report() computes; as_table(), as_markdown() and as_json() only write. All pure. The command
// prints a manifest's report, a service the one of its own live objects: same code, same figures.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/budget/verdict.hpp"

namespace headroom::budget {

/// A resource's sum with what it means.
struct judged {
    total all;
    verdict is;
};

/// "What if": a plan under a name, shown as rows of the summary.
struct scenario {
    std::string name;      ///< "4 projections, 2 workers"
    std::string resource;  ///< the only one it is about; empty: all
    plan of;
};

/// One row of the summary: a resource of the plan itself, or of a scenario.
struct summary_row {
    std::string name;  ///< the scenario's; empty for the plan itself
    judged what;
};

struct report {
    std::string title;
    rule by = rule::headroom;
    multipliers times;
    std::vector<judged> resources;     ///< in the plan's order
    std::vector<summary_row> summary;  ///< the scenarios, or else the resources once more
    std::vector<std::string> notes;    ///< what a reader should know besides, one sentence each

    /// The worst of all resources: RED, UNKNOWN, AMBER, GREEN.
    colour worst() const noexcept;
};

report make_report(const plan& of, rule by = rule::headroom, const std::vector<scenario>& ifs = {});

/// For a terminal or a start-up log: aligned columns, at most one trailing newline.
std::string as_table(const report& of);
/// The same tables as Markdown, laid out like a resource audit.
std::string as_markdown(const report& of);
/// One line of JSON. Unknown figures are null; names and figures are those of plan.hpp.
std::string as_json(const report& of);

/// The row that adds most to a resource's steady sum; null when nothing does.
const row* largest(const total& of) noexcept;

/// A resource's verdict, then its arithmetic: a line each.
std::vector<std::string> account_of(const judged& of);

/// "100 - 3 reserved = 97 usable", or "not known".
std::string describe(const resource& of);
/// "3 replicas x 1 process, surge 1".
std::string describe(const multipliers& times);

/// "PostgreSQL connections" for `postgres`, "PostgreSQL connections (reports)" for
/// `postgres:reports`; a kind we have no words for is called by its name.
std::string headline(std::string_view resource);

}  // namespace headroom::budget
