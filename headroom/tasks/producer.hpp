// tasks/producer.hpp: puts tasks into queues, in taskiq's format, over a connection others share.
//
//     producer send(mux, {.queue = "taskiq"});
//     const auto sent = co_await send.enqueue("demo:add", std::tuple(1, 2), {}, until);
//     if (!sent) co_return refuse(sent.error().message());   // the queue is full
//
// A queue has a cap: one more task is refused, and none that waits is ever dropped for it. The
// stream is never trimmed. Any thread may ask.
#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/tasks/entry_id.hpp"
#include "headroom/tasks/queue_keys.hpp"
#include "headroom/tasks/wire/argument.hpp"
#include "headroom/tasks/wire/task_message.hpp"

namespace headroom::tasks {

struct producer_terms {
    std::string queue = "taskiq";
    std::size_t cap = 1'000'000;       ///< tasks that wait or run; delayed ones count by themselves
    std::size_t payload_bytes_max = 64 << 10;  ///< of one encoded message
};

/// How one task is sent.
struct sending_terms {
    std::chrono::milliseconds delay{0};  ///< before anybody may run it, by the server's clock

    std::string dedup_key{};  ///< while it stands, a second task under it is not sent
    std::chrono::milliseconds dedup_window{0};  ///< how long it stands; required with a key
    bool dedup_until_done = false;              ///< it goes earlier, when the task is done

    /// Where whoever awaits the result listens (result_waiter::channel()); empty: nobody does.
    std::string wake_channel{};
};

inline constexpr std::chrono::hours delay_max{24 * 365};
inline constexpr std::size_t wake_channel_bytes_max = 64;

struct sent_task {
    enum class state {
        queued,
        delayed,
        known,  ///< another one stands under the dedup key
    };
    std::string task_id;  ///< of the other one, when it was known
    state is = state::queued;
    std::optional<entry_id> entry{};  ///< of a queued one
};

/// Nothing was sent.
struct not_sent {
    enum class reason {
        queue_full,
        too_large,    ///< the encoded message
        not_written,  ///< JSON cannot carry it
    };
    reason why = reason::queue_full;
    std::string queue;
    std::size_t length = 0;  ///< tasks in the queue, or bytes of the message
    std::size_t limit = 0;
    std::string note{};

    /// "queue taskiq is full: 1000000 tasks, at most 1000000".
    std::string message() const;
};

/// A message that cannot be sent, for the dead letters of its queue.
struct unsendable {
    std::string task_id;       ///< as far as it is known; its letter is written once
    std::string_view reason;   ///< a word of dead_letter::reason
    std::string note{};
    std::string data{};        ///< the message as it came
    std::chrono::milliseconds window{3'600'000};  ///< for so long a second letter is the first one
};

class producer {
public:
    using answer = std::expected<sent_task, not_sent>;
    static constexpr unsigned length_every = 64;  ///< sends between two looks at the length

    /// Asserts a sound queue name and a cap of at least 1. The connection outlives it.
    producer(redis::mux& through, producer_terms with);
    ~producer();

    /// Throws as mux::run does. connection_lost: unknown whether it was sent; under a dedup key it
    /// is repeated until the deadline instead, and sent once. Asserts the bounds of `how`.
    task<answer> enqueue(task_message what, sending_terms how, deadline until);
    /// By a name and positional arguments; a fresh task id.
    template <class... Arguments>
    task<answer> enqueue(std::string name, const std::tuple<Arguments...>& arguments,
                         sending_terms how, deadline until) {
        array given;
        std::apply([&](const auto&... each) { (given.push_back(to_value(each)), ...); },
                   arguments);
        return enqueue(task_message{new_task_id(), std::move(name), {}, std::move(given), {}},
                       std::move(how), until);
    }

    /// Many in one write, in their order, without delay or dedup; the whole of them when they fit
    /// under the cap, else none. Throws as above.
    task<std::expected<std::vector<entry_id>, not_sent>> enqueue_all(
        std::vector<task_message> what, std::string wake_channel, deadline until);

    /// Makes it a dead letter; a repetition within its window changes nothing. Throws as above, but
    /// for connection_lost: it is repeated until the deadline.
    task<void> bury(unsendable what, deadline until);

    const producer_terms& terms() const noexcept;

    /// 32 hexadecimal digits, as Python's uuid4().hex.
    static std::string new_task_id();

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::tasks
