// fleet/audit_page.hpp: one audited target as a page: what every report writes, whatever it is of.
//
// The kinds of audit turn into pages, and audit_report.hpp writes pages as text, Markdown and JSON,
// so that all of them look alike and none of them writes anything itself.
#pragma once
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "headroom/fleet/ledger_audit.hpp"
#include "headroom/fleet/sightings.hpp"

namespace headroom::fleet {

/// A value, and how people are shown it where that differs.
struct cell {
    std::variant<std::monostate, std::string, std::uint64_t, bool> value;  ///< first: not known
    std::string shown;

    cell() = default;
    cell(std::string text) : value(std::move(text)) {}
    cell(std::string_view text) : value(std::string(text)) {}
    cell(const char* text) : value(std::string(text)) {}
    cell(std::uint64_t number) : value(number) {}
    cell(budget::figure number) {
        if (number) value = *number;
    }
    static cell yes_or_no(bool is) {
        cell made;
        made.value = is;
        return made;
    }
    /// The same value, shown to people as `text`.
    cell as(std::string text) && {
        shown = std::move(text);
        return std::move(*this);
    }
};

struct column {
    std::string key;     ///< in JSON
    std::string header;  ///< in tables; empty: JSON only
};

struct page_table {
    std::string key;    ///< in JSON
    std::string title;  ///< above the table; empty: JSON only
    std::vector<column> columns;
    std::vector<std::vector<cell>> rows;
};

struct audit_page {
    std::string kind;  ///< "PostgreSQL"
    std::string target, resource;
    budget::verdict verdict;
    std::vector<std::string> summary;                  ///< a line each
    std::vector<std::pair<std::string, cell>> values;  ///< of JSON's first level
    advice says;
    std::vector<page_table> inventory;  ///< before the findings
    std::vector<page_table> tables;     ///< after them
    std::string error;                  ///< one line, without a secret; then the rest is empty
    std::string lost;                   ///< one line: not seen to the end; the rest stands
    int exit_code = 0;                  ///< when there is one of these
};

/// What every ledger has: verdict, summary, figures, findings, who was declared.
audit_page page_of_ledger(std::string kind, const ledger_audit& of, const look_outcome& looks);
/// A target that could not be audited.
audit_page page_of_failure(std::string kind, const look_outcome& of);

/// "cheapest fix: lower POOL by 3: 40 becomes 37 of 37 usable"; empty when there is none.
std::string cheapest_fix(const advice& of);
/// Name, value, and where each was read.
page_table facts_table(const std::vector<persistence::fact>& facts);

}  // namespace headroom::fleet
