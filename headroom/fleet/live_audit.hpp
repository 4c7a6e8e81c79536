// fleet/live_audit.hpp: a live PostgreSQL server against what was declared: sums, strangers, cures.
//
// analyse() is pure: it takes what server_facts.hpp describes and, if there is one, the operator's
// plan. Its findings have stable ids, so that a script can wait for one or silence it.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/verdict.hpp"
#include "headroom/fleet/backend_match.hpp"
#include "headroom/persistence/server_room.hpp"

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

/// What can be done, and what it brings.
struct fix {
    enum class price { session, reload, application_restart, server_restart };
    price costs = price::session;
    std::string action;       ///< "lower POOL_SIZE of web.engine by 23"
    std::uint64_t frees = 0;  ///< units of peak or of live use
    std::string effect;       ///< "40 becomes 17 of 17 usable"
};

/// Live connections with the same owner, counted.
struct owner_row {
    std::string consumer;  ///< of the plan; empty: nobody declared it
    std::string application_name, role, database, address, state;
    std::uint64_t count = 0;
    std::chrono::seconds oldest{0}, longest_in_state{0};
};

/// From when on something is worth a finding.
struct audit_thresholds {
    std::chrono::seconds idle_in_transaction{1};
    std::chrono::seconds idle_in_transaction_long{60};  ///< medium from here on
    std::chrono::seconds keepalive_max{300};
    unsigned in_use_percent = 80;
};

struct audit_terms {
    std::string target;                      ///< "app@db:5432/orders", never with a password
    std::string resource = "postgres";       ///< whose part of the plan this server is
    const budget::plan* declared = nullptr;  ///< none: only what is live is judged
    audit_thresholds from;
};

struct live_audit {
    std::string target, resource;
    bool has_plan = false;
    persistence::server_facts facts;
    persistence::room room;         ///< for an ordinary role without a limit of its own
    persistence::room reader_room;  ///< for the role that looked
    std::uint64_t held = 0;         ///< client sessions now, ours not counted
    std::vector<party> parties;     ///< declared against live
    std::vector<owner_row> owners;  ///< largest first
    std::vector<finding> findings;  ///< something to mend, gravest first
    std::vector<finding> notes;     ///< something to know: a severity of note
    budget::total peak;             ///< what the verdict was made from
    std::string arithmetic;         ///< "declared 40 + strangers 3 = 43"
    budget::verdict verdict;
    std::vector<fix> fixes;  ///< cheapest first
};

inline constexpr std::size_t evidence_pids_max = 8;  ///< process ids one finding names

live_audit analyse(const persistence::server_facts& found, const audit_terms& terms);

/// The worst of several servers: RED, UNKNOWN, AMBER, GREEN.
budget::colour worst_of(const std::vector<live_audit>& all) noexcept;

}  // namespace headroom::fleet
