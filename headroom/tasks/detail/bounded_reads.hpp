// tasks/detail/bounded_reads.hpp: entries read by a script that leaves out what is too large.
//
// XCLAIM and XRANGE count entries, not bytes. An answer beyond a connection's bounds costs the
// connection, and asking again costs the next one: so whatever is read over the shared connection
// is weighed on the server. Answers are lists of {entry id, fields, bytes}: a field beyond the
// bound is missing and counted in `bytes`.
#pragma once
#include "headroom/persistence/redis/script.hpp"

namespace headroom::tasks::detail {

/// Of the texts of one answer; its last entry may pass it.
inline constexpr std::size_t bounded_read_bytes_max = 16 << 20;

/// KEYS: stream. ARGV: bytes of a field, bytes of all, group, consumer, ms of idle time, entry ids.
/// Claims them in their order until the bytes are spent; the others stay whose they are.
const redis::script& claim_script();

/// KEYS: stream. ARGV: bytes of a field, bytes of all, from, most entries.
const redis::script& range_script();

}  // namespace headroom::tasks::detail
