// eventsourcing/detail/append_checks.hpp: what the store accepts, said in one sentence a bound.
#pragma once
#include <string>

#include "headroom/eventsourcing/event_store.hpp"

namespace headroom::eventsourcing::detail {

/// The metadata of every event of an append: a JSON object of what its context names. Throws
/// std::invalid_argument for text that is not UTF-8, holds a zero byte, or is too long.
std::string metadata_of(const event_context& context);

/// Throws std::invalid_argument for a request beyond the bounds of event.hpp and event_store.hpp,
/// with `metadata` in each of its events, or larger than one transaction may be.
void check(const append_request& what, const std::string& metadata, const store_bounds& within);
/// The same for a snapshot.
void check(const snapshot& what);

}  // namespace headroom::eventsourcing::detail
