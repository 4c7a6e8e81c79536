// tasks/detail/scripts.hpp: what the server does in one step, because half of it would be wrong.
//
// Whatever ends a delivery asks first whether it is still the caller's: `gone` then means that the
// entry is pending for nobody (it was ended before, perhaps by this very call whose answer got
// lost), `taken` that another consumer has it.
#pragma once
#include <cstdint>

#include "headroom/persistence/redis/script.hpp"

namespace headroom::tasks::detail {

enum class ending_answer : std::int64_t { taken = 0, done = 1, gone = 2 };

/// KEYS: stream, delayed, payloads, dedup key. ARGV: cap, task id, ms of dedup (0: none), ms of
/// delay (0: none), whether the dedup key is freed by completion, channel, wake channel, data.
/// Answers {"sent", entry id}, {"delayed", when due}, {"known", id of the first}, {"full", length}.
const redis::script& place_script();

/// KEYS: stream. ARGV: group, consumer, entry ids. Answers for each 1 (renewed) or 0 (lost).
const redis::script& heartbeat_script();

/// KEYS: stream, result, dedup key (the stream again: none). ARGV: group, consumer, id, deliveries,
/// task id, wake channel or "", result or "", its ms to live.
const redis::script& finish_script();

/// The same task again: KEYS: stream, delayed, payloads. ARGV: group, consumer, id, deliveries,
/// task id, ms of delay (0: at once), channel, wake channel or "", dedup key or "", data.
const redis::script& again_script();

/// As finish_script(); besides, KEYS: dead letters. ARGV: the most of them, then names and values
/// of the letter's fields, the message last: an empty one is taken from the entry.
const redis::script& dead_script();

/// KEYS: dead letters, key that remembers it. ARGV: ms of that memory, the most letters, then names
/// and values of the letter's fields, the message last. 1, or 0 when the same message was written
/// under that key before.
const redis::script& bury_script();

/// KEYS: stream. ARGV: group, consumer, who takes them, ms of idle time, channel or "", then pairs
/// of id and delivery count to go on with. Answers how many.
const redis::script& hand_back_script();

/// KEYS: stream. ARGV: group, consumer. Removes the consumer unless it holds something: 1 or 0.
const redis::script& leave_script();

/// KEYS: stream. ARGV: group, what their names begin with, ms of idle time. Removes consumers that
/// hold nothing and were not heard for so long: of workers that ended without a goodbye. One that
/// lives comes back with its next delivery. Answers how many.
const redis::script& forget_script();

/// KEYS: stream, delayed, payloads. ARGV: at most so many. Answers {promoted, ms until the next is
/// due or -1}.
const redis::script& promote_script();

/// KEYS: cancelled, version, delayed. ARGV: task id, channel, ms a mark is kept, most marks. 1, or
/// 0 when there are too many.
const redis::script& cancel_script();

/// KEYS: dead letters, stream. ARGV: letter, wake channel or "", data (empty: the letter's own).
/// 1, or 0 when it is gone or has no message.
const redis::script& requeue_script();

}  // namespace headroom::tasks::detail
