// persistence/redis/detail/link.hpp: a connected socket at work: sends, receives, tells who waits.
//
// Answers come in the order of the commands; order_ keeps whose each is. What is sent in one turn
// of the reactor goes out in one write at its end. Callers are resumed one after the other from the
// reactor's turn, never from within a call of theirs. Shared with its own armed handlers, so that a
// caller may destroy the connection at once.
#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "headroom/persistence/redis/command.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/detail/operation.hpp"
#include "headroom/persistence/redis/detail/stream.hpp"
#include "headroom/persistence/redis/parser.hpp"

namespace headroom::redis::detail {

class link : public std::enable_shared_from_this<link> {
public:
    using clock = deadline::clock;

    link(reactor& home, const connection_options& options, std::string consumer);
    ~link();

    /// Opens the socket; begin() starts to receive.
    task<void> open(const connect_info& to, deadline until) { return stream_.open(to, until); }
    void begin();
    /// Ends what is in flight; the socket is then out of use and goes to the closing room.
    stream& end();

    /// Sends commands for `by` in one piece and arms its deadline. Throws connection_lost and
    /// budget::refused; `by` is in flight only when it returned.
    void send(operation& by, std::span<const command> what, deadline until);

    void expire(operation& which, operation::ending how);
    void abandon(operation& which) noexcept;
    /// Everybody in flight is told.
    void lose(std::string why, bool tell);

    bool alive() const noexcept { return alive_; }
    bool idle() const noexcept { return order_.empty(); }
    std::size_t pending() const noexcept { return pending_; }
    std::size_t unsent() const noexcept { return out_.size() - out_begin_; }
    clock::time_point last_used() const noexcept { return last_used_; }
    clock::time_point last_heard() const noexcept { return last_heard_; }
    /// Since when an answer is due and nothing at all has been heard; now when none is due.
    clock::time_point silent_since(clock::time_point now) const noexcept;
    /// The server's end of file, or its reset, was seen.
    bool saw_end() const noexcept { return saw_end_; }
    stream& socket() noexcept { return stream_; }

    std::move_only_function<void(const value&)> on_push;
    std::move_only_function<void(const std::string& why)> on_lost;
    std::move_only_function<void()> on_idle;  ///< nothing is in flight any more

private:
    struct item {
        operation* to = nullptr;   // null: nobody waits any more
        std::uint64_t end = 0;     // of its bytes, in all that was ever queued
        std::uint32_t left = 0;    // answers to come
        bool by_push = false;      // pushes stand for its answers
    };
    struct read_handler;
    struct write_handler;

    void require_room(std::size_t commands, std::size_t bytes) const;
    void flush_soon();
    void flush();
    void lose_after_reading(const std::string& why);
    void drop_sent();
    void arm_read();
    void arm_write();
    void on_readable();
    bool receive_once();
    void parse();
    void act(value said);
    void answered(item& head, value said);
    void finish_head();
    void deliver();
    void deliver_soon();
    void tell_pushes();
    void look_for_silence();
    void let_go() noexcept;

    reactor& home_;
    const std::size_t pending_max_, unsent_bytes_max_;
    const std::chrono::milliseconds abandon_grace_;
    const std::string consumer_;
    stream stream_;
    parser parser_;
    std::deque<item> order_;
    std::uint64_t head_ = 0;       // position of order_'s first
    std::size_t pending_ = 0;      // answers to come
    std::string out_;              // what is to be sent
    std::size_t out_begin_ = 0;    // of which so much has been
    std::uint64_t queued_ = 0, given_ = 0;  // bytes ever put into out_, and ever handed over
    ready_list ready_;
    std::vector<value> pushes_;
    std::string lost_why_;
    alarm silence_;
    std::uint64_t last_abandoned_ = 0;
    clock::time_point last_used_{}, last_heard_{}, busy_since_{}, overdue_since_{};
    bool alive_ = false, saw_end_ = false;
    bool flush_posted_ = false, writing_ = false, delivering_ = false, delivery_posted_ = false;
};

}  // namespace headroom::redis::detail
