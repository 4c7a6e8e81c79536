// fleet/live_audit.hpp: a live PostgreSQL server against what was declared: sums, strangers, cures.
//
// analyse() is pure: it takes what server_facts.hpp describes and, if there is one, the operator's
// plan. Its findings have stable ids, so that a script can wait for one or silence it.
#pragma once
#include <chrono>
#include <string>

#include "headroom/fleet/ledger_audit.hpp"
#include "headroom/persistence/server_room.hpp"

namespace headroom::fleet {

/// From when on something is worth a finding.
struct audit_thresholds {
    std::chrono::seconds idle_in_transaction{1};
    std::chrono::seconds idle_in_transaction_long{60};  ///< medium from here on
    std::chrono::seconds keepalive_max{300};
    std::chrono::seconds orphan{1};  ///< a process that begins or ends is given this long
    unsigned in_use_percent = 80;
};

struct audit_terms {
    std::string target;                      ///< "app@db:5432/orders", never with a password
    std::string resource = "postgres";       ///< whose part of the plan this server is
    const budget::plan* declared = nullptr;  ///< none: only what is live is judged
    unsigned cores = 0;  ///< of the server's machine; 0: nobody told, and no knee is judged
    audit_thresholds from;
    const peaks* seen = nullptr;  ///< by all looks; none: this was the only one
};

struct live_audit : ledger_audit {
    persistence::server_facts facts;
    persistence::room room;         ///< for an ordinary role without a limit of its own
    persistence::room reader_room;  ///< for the role that looked
};

inline constexpr std::size_t evidence_pids_max = 8;  ///< process ids one finding names

/// Everything of one look that analyse() judges by its peak.
census census_of(const persistence::server_facts& found, const audit_terms& terms);

/// `found`: by the latest look.
live_audit analyse(const persistence::server_facts& found, const audit_terms& terms);

}  // namespace headroom::fleet
