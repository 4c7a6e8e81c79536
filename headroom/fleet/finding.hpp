// fleet/finding.hpp: what an audit says: findings with stable ids, and what can be done about them.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/verdict.hpp"

namespace headroom::fleet {

/// note: to know. low: to mend some day. medium: AMBER at least. high: RED.
enum class severity { note, low, medium, high };

std::string_view to_string(severity of) noexcept;

/// Something an operator should know, with its figures.
struct finding {
    std::string id;  ///< "HR-PG-OVERUSER"; docs/audit.md lists them all
    severity weight = severity::note;
    std::string subject;      ///< "web.engine", "role reports"
    std::string what;         ///< one clause with figures
    std::string evidence;     ///< process ids, settings, where it was read
    std::uint64_t units = 0;  ///< connections concerned
};

/// The check of a resource audit an id belongs to, "XC-R1" to "XC-R7"; empty when to none.
std::string_view check_of(std::string_view id) noexcept;

/// What can be done, and what it brings.
struct fix {
    enum class price { session, reload, application_restart, server_restart };
    price costs = price::session;
    std::string action;       ///< "lower POOL_SIZE of web.engine by 23"
    std::uint64_t frees = 0;  ///< units of peak or of live use
    std::string effect;       ///< "40 becomes 17 of 17 usable"
};

/// What an audit has to say. Base of each kind of audit.
struct advice {
    std::vector<finding> findings;  ///< something to mend, gravest first
    std::vector<finding> notes;     ///< something to know: a severity of note
    std::vector<fix> fixes;         ///< cheapest first

    void add(finding one) {
        auto& list = one.weight == severity::note ? notes : findings;
        list.push_back(std::move(one));
    }
    void add(fix one) { fixes.push_back(std::move(one)); }
    /// Sorts the findings, and makes the verdict as bad as the gravest of them asks.
    void weigh(budget::verdict& verdict);
};

}  // namespace headroom::fleet
