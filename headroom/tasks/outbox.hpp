// tasks/outbox.hpp: tasks sent by the PostgreSQL transaction of what they follow from.
//
// The transaction inserts a row; a relay, in any process that has both servers, brings rows to
// Redis and deletes them. What was rolled back is never sent. A relay that dies in between, or a
// second one, brings a row twice: it is one task all the same, because the row's id is the task's
// and its dedup key. A row that no queue takes, because it cannot be read or is too large, becomes
// a dead letter of its queue, likewise once.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "headroom/persistence/control.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/tasks/producer.hpp"

namespace headroom::tasks {

/// $1 the task's id, $2 the queue, $3 the message. A second row of an id changes nothing, so a
/// transaction whose outcome is unknown may be repeated.
inline constexpr persistence::statement insert_outbox(
    "insert into headroom_task_outbox (task_id, queue, message) values ($1, $2, $3) "
    "on conflict (task_id) do nothing");

/// The values of insert_outbox. Throws std::invalid_argument for a message JSON cannot carry.
persistence::parameters outbox_row(const std::string& queue, const task_message& of);

struct relay_terms {
    std::chrono::milliseconds look_ms{1'000};     ///< between two looks when nobody wakes it
    std::chrono::milliseconds count_ms{10'000};   ///< between two counts of what waits
    std::chrono::milliseconds call_ms_max{5'000};  ///< one statement, or one send
    /// A row's dedup key stands so long: a relay that dies and comes back later than this may send
    /// a row twice.
    std::chrono::milliseconds window_ms{3'600'000};
};

/// Rows of one queue, and who sends them.
struct relay_route {
    std::string queue;  ///< as the rows name it
    producer* to = nullptr;  ///< outlives the relay
};

struct relay_figures {
    std::uint64_t sent = 0, known = 0, failed = 0;
    std::uint64_t dead = 0;     ///< rows that became dead letters
    std::uint64_t waiting = 0;  ///< rows of its queues, as last counted; at most waiting_max each
    std::string last_error;
};

/// A part. Rows ride on lanes, so it needs no connection of its own.
class outbox_relay final : public part {
public:
    static constexpr std::int64_t page_max = 500;  ///< rows of one look
    static constexpr std::int64_t waiting_max = 10'000;  ///< that are counted, a queue
    /// No letter holds a larger message: its row stays in the table, and counts as waiting.
    static constexpr std::int64_t letter_bytes_max = 16 << 20;

    /// All of it outlives the relay.
    outbox_relay(reactor& home, persistence::lanes& over, std::vector<relay_route> routes,
                 relay_terms with = {});
    ~outbox_relay() override;
    outbox_relay(const outbox_relay&) = delete;
    outbox_relay& operator=(const outbox_relay&) = delete;

    std::string_view name() const noexcept override { return "tasks.outbox"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// On `home`: there may be rows now.
    void poke();
    /// On `home`.
    relay_figures figures() const;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::tasks
