// persistence/detail/pipeline.hpp: which answer belongs to whom, decided without a socket.
//
// PostgreSQL answers in the order in which it was asked. Everything sent is entered here in that
// order, and every result libpq hands out is reported here; the event says what to do with it.
// A waiter that has gone stays in the order as nobody: its answer is due all the same.
#pragma once
#include <cstdint>
#include <deque>

namespace headroom::persistence::detail {

struct operation;

/// What libpq handed out next.
enum class result_kind {
    ok,       ///< rows, or a command's completion
    error,    ///< the server's error, for the first that failed under a Sync
    aborted,  ///< not run, because an earlier one under the same Sync failed
    sync,     ///< the end of a unit of work
    end,      ///< PQgetResult returned null: nothing more for this one
};

class pipeline {
public:
    enum class expects : std::uint8_t { prepare, execute, housekeeping, sync };

    /// One message to the server that will be answered.
    struct item {
        expects what = expects::execute;
        bool completes = false;       ///< the waiter is served when this one is through
        bool answered = false;
        std::uint32_t cached = 0;     ///< the prepared statement it is about
        operation* to = nullptr;      ///< whose; null: nobody's any more
    };

    /// What to do with a result. `fate` first, then `finished`.
    struct event {
        enum class fate : std::uint8_t {
            drop,            ///< nobody wants it
            keep,            ///< rows for `to`
            fail,            ///< an error for `to`
            prepared,        ///< the statement `cached` stands
            prepare_failed,  ///< it does not; also an error for `to`
            housekeeping_failed,
            confused,        ///< neither libpq nor the server can mean this: end the connection
        } what = fate::drop;
        bool finished = false;  ///< `to` is served
        std::uint32_t cached = 0;
        operation* to = nullptr;
    };

    /// Enters what was just sent. Returns its position, which only ever grows.
    std::uint64_t sent(item next);
    /// The positions [first, last] are nobody's any more.
    void abandon(std::uint64_t first, std::uint64_t last);
    event on(result_kind result);

    /// Forgets everything; `each` is called for every waiter still due, once for each item.
    template <class Each>
    void clear(Each each);

    std::size_t size() const noexcept { return items_.size(); }
    bool empty() const noexcept { return items_.empty(); }
    /// Statements whose answer is due.
    std::size_t pending() const noexcept { return pending_; }
    /// Position of the oldest item that is not through, and whose it is. Requires one.
    std::uint64_t head() const noexcept { return head_; }
    operation* next() const noexcept { return items_.front().to; }

private:
    event on_sync_due(result_kind result);
    event answer(item& front, result_kind result);
    event pop(event with);

    std::deque<item> items_;
    std::uint64_t head_ = 0;  // position of items_.front()
    std::size_t pending_ = 0;
};

template <class Each>
void pipeline::clear(Each each) {
    head_ += items_.size();
    pending_ = 0;
    for (auto items = std::move(items_); const auto& one : items)
        if (one.to != nullptr) each(*one.to);
    items_.clear();
}

}  // namespace headroom::persistence::detail
