// fleet/redis_audit.hpp: a live Redis against what was declared: sums, strangers, lost tasks.
//
// Pure: takes what redis_facts.hpp describes. Ids begin with HR-RD; docs/audit.md lists them.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/fleet/ledger_audit.hpp"
#include "headroom/fleet/redis_facts.hpp"

namespace headroom::fleet {

struct redis_terms {
    std::string target;
    std::string resource = "redis";
    const budget::plan* declared = nullptr;
    unsigned in_use_percent = 80;  ///< from here on it is worth a finding
    const peaks* seen = nullptr;   ///< by all looks; none: this was the only one
};

struct redis_audit : ledger_audit {
    redis_facts facts;
};

/// Everything of one look that analyse() judges by its peak.
census census_of(const redis_facts& found, const redis_terms& terms);

/// `found`: by the latest look.
redis_audit analyse(const redis_facts& found, const redis_terms& terms);

}  // namespace headroom::fleet
