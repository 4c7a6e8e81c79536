// fleet/detail/ledger_census.hpp: the clients of one look, counted as every ledger counts them.
#pragma once
#include <string>
#include <vector>

#include "headroom/fleet/backend_match.hpp"
#include "headroom/fleet/peaks.hpp"

namespace headroom::fleet::detail {

/// By consumer, stranger, owner, role and database, our own not counted, and how many of them are
/// above what was declared. `declared` may be null: then nobody is a stranger, and all are one sum.
census count_clients(const std::vector<persistence::backend>& live, const budget::plan* declared,
                     const std::string& resource);

/// What an operator can look for: the name a client gave itself and its role.
std::string called(const persistence::backend& of);

/// The plan's total for this resource, or an empty one.
budget::total declared_total(const budget::plan* declared, const std::string& resource);
/// What all processes may borrow at once while a deploy rolls.
std::uint64_t reserve_of(const budget::total& of, const budget::plan* declared);

}  // namespace headroom::fleet::detail
