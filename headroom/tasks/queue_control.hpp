// tasks/queue_control.hpp: what an operator does with a queue, from anywhere.
//
// All of it stands in Redis, so no worker has to be alive and it survives any restart. Workers hear
// of it at once where they listen, else within a second. Any thread may ask.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/tasks/entry_id.hpp"
#include "headroom/tasks/queue_keys.hpp"

namespace headroom::tasks {

inline constexpr std::size_t cancels_max = 10'000;  ///< that wait for their task, a queue
inline constexpr std::chrono::hours cancel_kept{24};
inline constexpr std::size_t letters_page_max = 1'000;
inline constexpr std::size_t letter_message_max = 1 << 20;  ///< bytes of one that are shown

/// A task that no worker will run again, and why.
struct dead_letter {
    entry_id id;           ///< of the letter
    std::string reason;    ///< "over_delivered", "no_data", "too_large", "unparsable",
                           ///< "unknown_task", "bad_label", "failed"
    std::string note;
    std::string task_id, task_name;  ///< as far as they could be read
    std::string entry;     ///< it was in the queue
    unsigned deliveries = 0;
    unsigned failures = 0;
    std::string consumer;  ///< who gave it up
    std::string wake;
    std::string data;      ///< the message as it came; empty beyond letter_message_max
};

/// Of a limit, over all workers.
struct limit_facts {
    std::string task;            ///< empty: the queue's own
    std::uint64_t running = 0;   ///< slots in use; 0 where only the rate is limited
    std::uint64_t waiting = 0;   ///< put off, until their turn comes
    std::uint64_t refused = 0;   ///< how often it put a task off, since its first worker
};

struct queue_facts {
    bool paused = false;
    std::uint64_t length = 0;     ///< that wait or run
    std::uint64_t in_hand = 0;    ///< of these, delivered to a worker
    std::uint64_t delayed = 0;
    std::uint64_t dead = 0;
    std::uint64_t cancelled = 0;  ///< marks that wait for their task
    std::uint64_t consumers = 0;
    std::chrono::milliseconds oldest{0};  ///< age of the first task in the queue
    std::vector<limit_facts> limits;      ///< that its workers know, or knew a week ago
};

class queue_control {
public:
    /// Asserts a sound name. The connection outlives it.
    queue_control(redis::mux& through, std::string queue,
                  std::string group = std::string(group_default));

    /// A task that waits or is delayed will never run; one that runs is told to stop.
    /// Its result is a TaskCancelledError. False when cancels_max tasks are marked already. A task
    /// that is not in this queue leaves a mark for cancel_kept.
    task<bool> cancel(std::string task_id, deadline until);

    /// Nothing more is fetched from the queue, by anybody, until resume(). What runs goes on.
    task<void> pause(deadline until);
    task<void> resume(deadline until);

    task<queue_facts> facts(deadline until);

    /// In the order in which they were given up; at most `most`, letters_page_max, and what makes
    /// 16 MiB. None only when there is none.
    task<std::vector<dead_letter>> dead_letters(std::optional<entry_id> after, std::size_t most,
                                                deadline until);
    /// Sends a letter's task again, its failures forgotten. False when there is no such letter, or
    /// it has no message.
    task<bool> requeue(entry_id letter, deadline until);
    /// False when there is no such letter.
    task<bool> drop(entry_id letter, deadline until);
    /// All letters; answers how many there were.
    task<std::uint64_t> drop_all(deadline until);

private:
    task<void> set_paused(bool paused, deadline until);
    task<std::vector<limit_facts>> limits(const redis::value& refused, std::int64_t now_ms,
                                          deadline until);
    task<std::vector<dead_letter>> letters_from(std::string from, std::size_t most, deadline until);

    redis::mux& through_;
    const queue_keys keys_;
    const std::string group_;
};

}  // namespace headroom::tasks
