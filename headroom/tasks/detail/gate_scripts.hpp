// tasks/detail/gate_scripts.hpp: limits, decided by the server in one step each, by its own clock.
//
// A slot is a member of a sorted set, scored by when it is free if its worker keeps it no longer: a
// killed worker's slots are back after a lease. Whoever is put off lies among the delayed tasks,
// due by the moment at which its turn can come; whoever leaves a slot calls the first of them
// earlier. So one that was forgotten is looked at again all the same.
#pragma once
#include "headroom/persistence/redis/script.hpp"

namespace headroom::tasks::detail {

/// KEYS: stream, delayed, payloads, limited, then of each gate slots, rate, waiting. ARGV: group,
/// consumer, entry, deliveries, task id, channel, ms of a lease, who holds what is given back, the
/// most that wait at a gate; then of each gate its task, concurrent, per second, most tokens.
/// Answers {"in"}, {"off", n} (the n-th gate is shut, it is a delayed task now), {"back", n} (given
/// back, to be claimed later: what was delivered before keeps its count) or {"lost"} (not the
/// caller's).
const redis::script& enter_script();

/// KEYS: delayed, then of each gate slots, rate, waiting. ARGV: entry and consumer, channel; then
/// of each gate 1 where readers wait for it, concurrent, per second, most tokens. Answers how many
/// it called.
const redis::script& leave_script_of_gates();

/// KEYS: slots. ARGV: ms of a lease, then who holds one.
const redis::script& keep_script();

/// KEYS: slots, rate. ARGV: concurrent, per second, most tokens. Answers {how many may begin, ms
/// until the next may when none can}.
const redis::script& peek_script();

}  // namespace headroom::tasks::detail
