// fleet/declared_audit.hpp: one resource of a plan against a limit, with nobody live to look at.
#pragma once
#include <string>

#include "headroom/fleet/ledger_audit.hpp"

namespace headroom::fleet {

/// A limit, and who said so.
struct known_limit {
    budget::figure limit;
    unsigned reserved = 0;
    std::string setting;  ///< "max_connections"
    std::string how;      ///< "read from app@db:5432/orders"
};

/// The sum, its verdict and the cheapest fixes. Pure. Without a limit the verdict is UNKNOWN.
ledger_audit audit_declared(const budget::plan& declared, const std::string& resource,
                            const known_limit& limit);

}  // namespace headroom::fleet
