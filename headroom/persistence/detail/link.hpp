// persistence/detail/link.hpp: a signed-in connection at work: sends, receives, tells who waits.
//
// Owns libpq's connection from sign-in to loss. pipeline.hpp decides whose an answer is; this acts.
// Callers are resumed one after the other from the reactor's turn, never from within a call of
// theirs. Shared with its own armed handlers, so that a caller may destroy the connection at once.
#pragma once
#include <memory>
#include <span>

#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/detail/borrowed_descriptor.hpp"
#include "headroom/persistence/detail/byte_meter.hpp"
#include "headroom/persistence/detail/operation.hpp"
#include "headroom/persistence/detail/pipeline.hpp"
#include "headroom/persistence/detail/statement_cache.hpp"

namespace headroom::persistence::detail {

class link : public std::enable_shared_from_this<link> {
public:
    using clock = deadline::clock;
    static constexpr unsigned batch_max = 32;  ///< reads under one Sync

    link(reactor& home, const connection_options& options);
    ~link();

    /// Takes over a connection that dial() has opened.
    void begin(pg_handle open);
    /// Ends what is in flight and hands libpq's connection out, for the closing room.
    pg_handle end();

    /// Sends one unit of work for `by` and arms its deadline. Throws connection_lost and
    /// budget::refused; `by` is in flight only when it returned.
    void send(operation& by, std::span<const step> steps, deadline until);
    void send_one(operation& by, const statement& text, const parameters& values, deadline until);

    void expire(operation& which, operation::ending how);
    void abandon(operation& which) noexcept;
    /// A prepared statement the server does not accept any more.
    void forget(std::uint32_t cached, bool stands) { cache_.forget(cached, stands); }

    bool alive() const noexcept { return alive_; }
    bool in_transaction() const noexcept { return transaction_ != PQTRANS_IDLE; }
    const pipeline& order() const noexcept { return order_; }
    std::size_t result_bytes_max() const noexcept { return result_bytes_max_; }
    PGconn* raw() const noexcept { return pg_.get(); }
    clock::time_point last_used() const noexcept { return last_used_; }
    /// Since when an answer is due and nothing at all has been heard; now when none is due.
    clock::time_point silent_since(clock::time_point now) const noexcept;
    /// libpq had seen the server's end of file, or its reset, when the connection was lost.
    bool saw_end() const noexcept { return saw_end_; }

    std::move_only_function<void(const notification&)> on_notification;
    std::move_only_function<void(const std::string& why)> on_lost;
    std::move_only_function<void()> on_idle;  ///< nothing is in flight any more

private:
    struct read_handler;

    void begin_sending(operation& by, std::size_t statements, deadline until);
    void require_room(std::size_t statements) const;
    void send_step(operation& by, const statement& text, const parameters& values);
    void send_execute(const statement& text, statement_cache::found known);
    void send_prepare(operation& by, const statement& text, const statement_cache::prepared& as);
    void deallocate_doomed();
    void entered(operation& by, pipeline::item what);
    void sync(operation* by);
    void join_batch();
    void close_batch() noexcept;
    void flush();
    [[noreturn]] void broken_send();

    void arm_read();
    void on_readable();
    void let_go() noexcept;
    bool still_connected();
    void receive();
    void weigh();
    void refuse_result();
    void act(const pipeline::event& said, result_handle result);
    void collect_notifications();
    void deliver();
    void notify();
    void deliver_soon();
    void look_for_silence();
    void lose(std::string why, bool tell);

    reactor& home_;
    const std::size_t pending_max_;
    const std::size_t result_bytes_max_;
    const std::chrono::milliseconds abandon_grace_;
    pg_handle pg_;
    borrowed_descriptor socket_;
    pipeline order_;
    statement_cache cache_;
    parameters::arrays arrays_;
    ready_list ready_;
    std::vector<notification> notifications_;
    std::string lost_why_;
    alarm silence_;
    byte_meter meter_;
    std::uint64_t last_abandoned_ = 0;
    std::uint64_t growing_ = 0;  // position of the result that was not through at the last look
    clock::time_point last_used_{}, last_heard_{}, busy_since_{}, overdue_since_{};
    unsigned batch_ = 0;  // reads sent whose Sync is not
    PGTransactionStatusType transaction_ = PQTRANS_IDLE;
    bool alive_ = false, saw_end_ = false;
    bool writing_ = false, delivering_ = false, delivery_posted_ = false;
};

}  // namespace headroom::persistence::detail
