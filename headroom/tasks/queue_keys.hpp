// tasks/queue_keys.hpp: where a queue stands in Redis.
//
// The stream's key is the queue's name, as taskiq has it. Everything else has the name in braces,
// so that all of it lies in one slot of a cluster.
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace headroom::tasks {

inline constexpr std::size_t queue_name_bytes_max = 200;
inline constexpr std::size_t dedup_key_bytes_max = 600;  ///< a task's id with a word before it fits
inline constexpr std::size_t dead_letters_usual = 10'000;  ///< about so many are kept, a queue
inline constexpr std::string_view group_default = "taskiq";

/// Consumers of ours begin so; others are Python's, which never renew what they hold.
inline constexpr std::string_view own_consumer_prefix = "hr:";
/// Who holds what a stopping worker gave back, until somebody claims it.
inline constexpr std::string_view returned_consumer = "hr:returned";

/// What is wrong with a queue's name, as the end of "must ..."; nothing when it is sound.
std::optional<std::string> queue_name_fault(std::string_view name);

/// Where a limit stands.
struct limit_keys {
    std::string slots;    ///< sorted set: who runs, by when its slot is free if nobody keeps it
    std::string rate;     ///< hash: the token bucket, and when it was looked at
    std::string waiting;  ///< sorted set: task ids put off, by when they first were
};

struct queue_keys {
    /// Requires a sound name.
    explicit queue_keys(std::string name);

    std::string stream;
    std::string delayed;    ///< sorted set: task ids by the moment they are due, ms of the server
    std::string payloads;   ///< hash: what is to be sent then
    std::string dead;       ///< stream of dead letters
    std::string paused;     ///< exists while nobody may fetch
    std::string cancelled;  ///< sorted set: task ids by when they were cancelled
    std::string version;    ///< counts what workers have to look at again: cancels, pauses
    std::string limited;    ///< hash: tasks put off by each limit, by its task; the queue's: ""
    std::string channel;    ///< tells workers to look: detail/pump.hpp, notice()

    /// Of a limit: a task's, or with "" the queue's.
    limit_keys limit(std::string_view task) const;
    /// Of a dedup key; within dedup_key_bytes_max.
    std::string dedup(std::string_view key) const;
};

}  // namespace headroom::tasks
