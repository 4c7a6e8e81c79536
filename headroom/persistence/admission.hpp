// persistence/admission.hpp: the start of a process, from control's first connection to open
// ledgers.
//
// Only control has a unit until this says start. It reads what the server and the process allow,
// decides (start_decision.hpp), waits where time can mend it, and then gives every ledger its real
// size; the plan the book has afterwards is the one that starts, with limits and cuts entered.
#pragma once
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/start_decision.hpp"

namespace headroom::persistence {

struct admission_terms {
    budget_policy policy = budget_policy::refuse;
    std::string resource = "postgres";
    std::string target;  ///< connect_info::describe(), for the lines
    std::string system;  ///< the first part of our application names
    /// Told each time the reason to wait changes, never more often.
    std::function<void(const std::string&)> on_wait;
    /// True: give up at once, e.g. because SIGTERM came.
    std::function<bool()> give_up;
    /// The limits of one more server, asked for at each attempt; what this throws is explained as
    /// of `other_target` and keeps the start waiting, or ends it. Empty: there is none.
    std::function<task<std::vector<start_limit>>(deadline)> other_limits{};
    std::string other_resource{}, other_target{};
    /// Slots of the server that the fleet's ledger grants to nobody: `clamp` cuts so far that the
    /// plan fits beside them.
    unsigned kept_free = 0;
};

/// How it ended, and all that was known then.
struct admission {
    start_decision decision;
    server_facts facts;  ///< the last ones read; empty when none ever were
    bool has_facts = true;  ///< false: of a process without a PostgreSQL
    process_limits process;
    std::string target;
    budget_policy policy = budget_policy::refuse;
    std::chrono::milliseconds waited{0};
    unsigned attempts = 0;

    bool starts() const noexcept { return decision.act == start_action::start; }
};

/// Opens `on` and decides; waits and tries again until the deadline (HEADROOM_START_TIMEOUT). When
/// it starts, the limits and cuts are entered in `book` and its ledgers are open. Never throws for
/// what the server says: that is in the decision. On a refusal control is left as it is.
task<admission> admit(control& on, budget::book& book, admission_terms terms, deadline until);

/// Of a process without a PostgreSQL: what `other_limits` says decides, with the process's own.
task<admission> admit(budget::book& book, admission_terms terms, deadline until);

/// The one record of a start: the plan's tables, every limit with its verdict, every fact with its
/// origin, and what was decided. For stderr.
std::string as_text(const admission& of);
/// The same as fields of a structured log record; tables in it are JSON.
std::vector<std::pair<std::string, std::string>> as_fields(const admission& of);

}  // namespace headroom::persistence
