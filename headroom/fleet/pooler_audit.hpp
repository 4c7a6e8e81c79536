// fleet/pooler_audit.hpp: a PgBouncer's two ledgers: clients before it, servers behind it.
//
// Clients are limited by max_client_conn for each process. Servers have no limit of their own: for
// each configured name, every user has a pool of pool_size + reserve, and max_db_connections caps
// the name (not the server: two names of one database have two caps). Pure. Ids begin with HR-PB.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "headroom/fleet/ledger_audit.hpp"
#include "headroom/fleet/pooler_facts.hpp"

namespace headroom::fleet {

/// What the PostgreSQL behind a pooler can give, where it was audited too.
struct server_behind {
    std::string target;
    std::string host;  ///< as in its URL
    unsigned port = 5432;
    budget::figure usable;
    std::vector<persistence::backend> sessions;  ///< live there now
};

struct pooler_terms {
    std::string target;
    std::string resource = "pgbouncer";
    const budget::plan* declared = nullptr;
    std::vector<server_behind> servers;
    unsigned in_use_percent = 80;
    const peaks* seen = nullptr;  ///< by all looks; none: this was the only one
};

/// All that may be opened at one PostgreSQL.
struct server_side {
    std::string server;      ///< "db:5432"
    std::string arithmetic;  ///< "orders 2 x 20 + reports 5 of 40 = 45"
    std::uint64_t most = 0, open = 0;
    budget::figure usable;  ///< of the server, where it was audited too
};

struct pooler_audit : ledger_audit {
    pooler_facts facts;
    std::vector<server_side> servers;
};

/// Everything of one look that analyse() judges by its peak.
census census_of(const pooler_facts& found, const pooler_terms& terms);

/// `found`: by the latest look.
pooler_audit analyse(const pooler_facts& found, const pooler_terms& terms);

}  // namespace headroom::fleet
