#include "headroom/http/detail/connection.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <tuple>

#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
using boost::system::error_code;

connection::connection(std::shared_ptr<listener> home, presence here, budget::lease unit,
                       tcp_socket socket, std::string peer)
    : here_(std::move(here)),
      home_(std::move(home)),
      unit_(std::move(unit)),
      socket_(std::move(socket)),
      peer_(std::move(peer)),
      due_(home_->on(), [this] { ring(); }),
      reader_(home_->shared().sealed.bounds) {
    BOOST_ASSERT_MSG(unit_, "a connection is constructed from a lease");
    home_->shared().connections.fetch_add(1, std::memory_order_relaxed);
    error_code ignored;  // a client that has gone already is noticed by the first read
    std::ignore = socket_.non_blocking(true, ignored);
    std::ignore = socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
}

connection::~connection() { home_->shared().connections.fetch_sub(1, std::memory_order_relaxed); }

void connection::start() {
    auto ended = [self = shared_from_this()](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    };
    asio::co_spawn(socket_.get_executor(), run(),
                   asio::bind_cancellation_slot(cancel_.slot(), std::move(ended)));
}

task<void> connection::run() {
    if (home_->shared().shown != nullptr && !co_await shake_hands()) co_return close();
    quiet_since_ = deadline::clock::now();
    for (;;) {
        begin_request();
        auto next = look();
        if (next == step::wait) next = co_await wait_for_request();
        if (next == step::end) break;
        co_await answer();
        if (abandoned_ || cut_) break;
        if (!may_read_on() && !may_flush_later() && !flushes_at_once() && !co_await flush_rest())
            break;
        if (closing_) break;
        reader_.reset();
        first_ = false;
    }
    if (owes_answers() && !flushes_at_once()) co_await flush_rest();
    if (closing_ && !broken_ && !cut_) co_await farewell();
    close();
}

// More of the client's bytes are here already, and the answers so far may wait for theirs.
bool connection::may_read_on() const noexcept {
    return !closing_ && taken_ < landed_ && unsent() < coalesced_bytes_max &&
           coalesced_ < home_->shared().sealed.pipeline_max;
}

// Among several clients that are answered at a time the answers wait for each other, a turn long:
// whoever reads them is woken once for many, and what is written next finds him awake.
bool connection::may_flush_later() const noexcept {
    return home_->crowded() && !closing_ && !gone_ && !stuck_ && taken_ == landed_ &&
           unsent() < coalesced_bytes_max;
}

// To a client that sends nothing more, and came to its end before the turn in which they go out.
bool connection::owes_answers() const noexcept {
    return gone_ && !out_.empty() && !broken_ && !cut_ && !abandoned_;
}

// ---- receiving

void connection::begin_request() {
    phase_ = phase::receiving;
    timed_out_ = invited_ = wanted_ = false;
    head_began_ = body_began_ = {};
}

connection::step connection::look() {
    if (wanted_ && !makes_room()) return step::answer;
    taken_ += reader_.read({landing_.data() + taken_, landed_ - taken_});
    if (reader_.at() == request_reader::state::complete) return step::answer;
    // Its head decides whether anybody wants the rest of it.
    if (reader_.at() == request_reader::state::body && !wanted_) return step::answer;
    if (reader_.at() != request_reader::state::failed) return step::wait;
    refused_ = reader_.failed();
    return step::answer;
}

connection::step connection::look_after_waking() {
    if (timed_out_ && reader_.begun()) {
        refused_ = fault{408, "The request did not arrive in time."};
        return step::answer;
    }
    if (stuck_) return step::wait;
    if (taken_ == landed_) return step::end;  // gone, idle for too long, or drained
    timed_out_ = false;
    return look();
}

task<connection::step> connection::wait_for_request() {
    auto next = step::wait;
    while (next == step::wait) {
        invite_body();
        const bool later = !reader_.begun() && may_flush_later();
        stuck_ = false;
        if (!later && !flushes_at_once() && !co_await flush_rest()) co_return step::end;
        if (gone_) co_return step::end;
        enter(phase::receiving, receive_due());
        if (first_ || reader_.begun()) start_read();
        else await_turn();
        if (taken_ == landed_ && !gone_) co_await landed();
        next = look_after_waking();
    }
    co_return next;
}

void connection::invite_body() {
    if (reader_.at() != request_reader::state::body || !reader_.head().frame.expects_continue)
        return;
    if (!std::exchange(invited_, true) && reader_.body_bytes() == 0)
        out_.text() += "HTTP/1.1 100 Continue\r\n\r\n";
}

deadline connection::receive_due() {
    const auto& times = home_->shared().sealed.times;
    if (!reader_.begun()) {
        const auto idle = first_ ? times.head_max : times.idle_max;
        return draining_ ? deadline::after(std::min(times.arrival_max, idle))
                         : deadline(quiet_since_ + idle);
    }
    const auto now = deadline::clock::now();
    if (reader_.at() == request_reader::state::head) {
        if (head_began_ == deadline::clock::time_point{}) head_began_ = now;
        return deadline(head_began_ + times.head_max);
    }
    if (body_began_ == deadline::clock::time_point{}) body_began_ = now;
    const std::chrono::milliseconds earned(reader_.body_bytes() * 1000 / times.body_rate_min);
    return deadline(body_began_ + std::min(times.body_max, times.body_grace + earned));
}

// ---- ending

// Closing with bytes unread would reset the connection and with it the answer under way: wait for
// the client's end, briefly.
task<void> connection::farewell() {
    error_code failed;
    if (tls_) tls_->stream.say_goodbye();
    std::ignore = socket_.shutdown(asio::socket_base::shutdown_send, failed);
    if (failed) co_return;
    timed_out_ = false;
    enter(phase::lingering, deadline::after(home_->shared().sealed.times.linger_max));
    std::size_t discarded = 0;
    while (!gone_ && !timed_out_ && discarded <= lingered_bytes_max) {
        discarded += landed_ - taken_;
        taken_ = landed_;
        start_read();
        if (taken_ == landed_ && !gone_) co_await landed();
    }
}

void connection::close() {
    due_.clear();
    if (connection_hook::is_linked()) connection_hook::unlink();
    if (tls_ && !gone_ && !broken_ && !cut_ && !closing_) tls_->stream.say_goodbye();
    tls_.reset();  // before its descriptor can be another connection's
    gone_ = true;
    error_code ignored;
    // Without chunks a close is the body's end: what has none is reset, or it would pass for whole.
    if (cut_ && reader_.head().minor == 0)
        std::ignore = socket_.set_option(asio::socket_base::linger(true, 0), ignored);
    std::ignore = socket_.close(ignored);
}

// ---- the read beside

// Suspends until something has landed, the client has gone, time is up or the server drains.
task<void> connection::landed() {
    return asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        [this](auto handler) {
            BOOST_ASSERT_MSG(!waiter_, "one coroutine waits for a connection");
            waiter_ = std::move(handler);
        },
        use_task);
}

void connection::wake() {
    if (!waiter_) return;
    auto resume = std::exchange(waiter_, nullptr);
    resume();
}

void connection::await_turn() {
    if (!turn_hook::is_linked()) home_->add_turn(*this);
}

// A handler that waits for something keeps neither the answers before its own, nor a place after
// its client has gone.
void connection::take_turn() {
    if (phase_ != phase::receiving && phase_ != phase::handling && phase_ != phase::queueing)
        return;
    const bool all = gone_ || flushes_at_once();
    if (gone_ && phase_ == phase::handling) return abandon();
    if (!all && phase_ == phase::receiving) {
        stuck_ = true;
        return wake();
    }
    start_read();
}

void connection::start_read() {
    if (reading_ || gone_) return;
    if (taken_ == landed_) taken_ = landed_ = 0;
    if (landed_ == landing_.size()) return;
    reading_ = true;
    if (tls_) return read_tls();
    socket_.async_read_some(asio::buffer(landing_.data() + landed_, landing_.size() - landed_),
                            [self = shared_from_this()](error_code failed, std::size_t bytes) {
                                self->on_read(failed, bytes);
                            });
}

void connection::on_read(error_code failed, std::size_t bytes) {
    reading_ = false;
    landed_ += bytes;
    if (phase_ == phase::conversing) return failed ? lose() : hear();
    if (failed) {
        gone_ = true;
        if (phase_ == phase::handling) abandon();
    } else if (phase_ == phase::handling || phase_ == phase::queueing) {
        start_read();  // keep watching
    }
    wake();
}

// Nobody is left to answer: what the handler waits for is cancelled.
void connection::abandon() {
    if (!std::exchange(abandoned_, true)) cancel_.emit(asio::cancellation_type::terminal);
}

// ---- time and stop

void connection::enter(phase next, deadline due) {
    phase_ = next;
    due_.set(due);
}

void connection::ring() {
    switch (phase_) {
        case phase::receiving:
        case phase::queueing:
        case phase::lingering:
            timed_out_ = true;
            return wake();
        case phase::handling:
            overdue_ = true;
            return cancel_.emit(asio::cancellation_type::terminal);
        case phase::writing:
            return close();
        case phase::conversing:
            return beat();
    }
}

void connection::drain() {
    draining_ = true;
    if (phase_ == phase::conversing) return end_session(close_code::going_away, "");
    if (lasting_ && phase_ == phase::handling && !std::exchange(dismissed_, true))
        return cancel_.emit(asio::cancellation_type::terminal);
    // A request may be on its way, of a client that knows nothing yet.
    if (phase_ == phase::receiving && !reader_.begun()) enter(phase::receiving, receive_due());
}

void connection::abort() {
    const auto self = shared_from_this();
    close();
    if (phase_ == phase::conversing) return lose();
    if (phase_ == phase::handling) abandon();
    wake();
}

}  // namespace headroom::http::detail
