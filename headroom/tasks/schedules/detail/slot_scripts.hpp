// tasks/schedules/detail/slot_scripts.hpp: what the server does with schedules in one step.
//
// A schedule's slot key holds "<last slot> <when>": the newest slot that fired or was passed over,
// in Unix seconds, and what made it due, so that a changed schedule counts anew. It expires long
// after the next slot. Every clock here is the server's.
#pragma once
#include "headroom/persistence/redis/script.hpp"

namespace headroom::tasks::detail {

/// KEYS: lists. ARGV: most ids of each, most bytes of one. Answers the ids of each list.
const redis::script& ids_script();

/// KEYS: pairs of data and slot key. ARGV: most bytes of data. Answers {size, data, slot} for each;
/// size -1: there is none, -2: it is no text. Data beyond the bound is left out.
const redis::script& read_script();

/// KEYS: slot keys. ARGV, for each: when, seconds to look back, seconds to keep. A schedule that is
/// new or changed counts from so long before now. Answers the last slots.
const redis::script& adopt_script();

/// KEYS: data, slot, list, stream. ARGV: data as it was read, id, slot, when, seconds to keep (0:
/// it fires once and is gone then), cap, message ("": the slot is passed over). Answers {"sent"},
/// {"passed"}, {"changed"}, {"gone"}, {"lost"} (no slot key), {"known", last slot},
/// {"early", now in us}, {"full", length}.
const redis::script& fire_script();

/// KEYS: data, slot, list. ARGV: data as it was read ("": there was none), id. If that is still
/// so, the id leaves the list, and without data the slot key goes.
const redis::script& tidy_script();

/// KEYS: data, slot, cron, interval, former list, list, version. ARGV: id, data, when, seconds to
/// look back, seconds to keep (0: it fires once).
const redis::script& add_script();

/// KEYS: data, slot, cron, interval, list, version. ARGV: id. 1, or 0 when there was none.
const redis::script& remove_script();

}  // namespace headroom::tasks::detail
