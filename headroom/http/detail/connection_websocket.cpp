// The part of a connection that has become a WebSocket.
//
// Bytes are read, answered and written from callbacks, so that pings are answered and the client's
// end is seen whatever the handler waits for; the handler's coroutine waits on the same waiter as
// all others of a connection.
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
using boost::system::error_code;

class connection::conversation final : public websocket {
public:
    conversation(connection& over, const websocket_upgrade& as) : over_(over), as_(as) {}

    task<std::optional<websocket_message>> receive() override {
        while (session().open() && !session().has_message()) co_await over_.landed();
        auto came = session().message();
        if (came) over_.listen();
        co_return came;
    }

    task<bool> send(websocket_message what) override {
        if (!over_.say(what)) co_return false;
        while (session().open() && over_.unsent() > coalesced_bytes_max) co_await over_.landed();
        co_return session().open();
    }

    bool post(websocket_message what) override {
        const bool fits = over_.unsent() + what.data.size() <= as_.terms.queue_max;
        return fits && over_.say(what);
    }

    void close(close_code why, std::string_view reason) override { over_.end_session(why, reason); }

    std::string_view protocol() const noexcept override { return as_.agreed.protocol; }

private:
    websocket_session& session() const noexcept { return *over_.session_; }

    connection& over_;
    const websocket_upgrade& as_;
};

task<void> connection::converse(websocket_upgrade& as, exchange& of) {
    const auto& times = home_->shared().sealed.times;
    const pulse_terms pulse{times.heartbeat, as.terms.idle_max, times.write_max, times.linger_max};
    session_ = std::make_unique<websocket_session>(out_.text(), as.terms, as.agreed.deflate,
                                                   pulse, deadline::clock::now());
    phase_ = phase::conversing;
    listen();  // what came with the handshake, and 101 goes out
    if (draining_) end_session(close_code::going_away, "");
    auto why = close_code::normal;
    conversation with(*this, as);
    try {
        co_await as.run(with);
    } catch (...) {
        if (!abandoned_) std::ignore = tell_of(std::current_exception(), of.error);
        why = close_code::broken;
    }
    if (abandoned_) co_await asio::this_coro::reset_cancellation_state();
    co_await end_conversation(why);
    of.bytes_in = session_->bytes_in();
    of.bytes_out += session_->bytes_out();
    of.bytes_out -= std::min<std::uint64_t>(of.bytes_out, unsent());
    session_.reset();
}

// Both sides have closed, or the client has no more time to.
task<void> connection::end_conversation(close_code why) {
    end_session(why, "");
    while (!gone_ && !broken_ && !(session_->over() && unsent() == 0)) co_await landed();
    due_.clear();
    phase_ = phase::writing;
    closing_ = true;
}

void connection::hear() {
    session_->pulse().hear(deadline::clock::now());
    listen();
}

// Takes what has landed, answers what has to be, and goes on reading: what the handler is not ready
// for stays in the landing buffer, and a client that is slow to take answers gets no more of them.
// May end the session's coroutine, as its last act.
void connection::listen() {
    const auto now = deadline::clock::now();
    while (session_->listens() && taken_ < landed_ && unsent() <= coalesced_bytes_max)
        taken_ += session_->take({landing_.data() + taken_, landed_ - taken_}, now);
    pump_out();
    start_read();
    if (session_->has_message() || !session_->open()) wake();
}

bool connection::say(const websocket_message& what) {
    if (!session_->open()) return false;
    session_->say(what, deadline::clock::now());
    pump_out();
    return session_->open();
}

void connection::end_session(close_code why, std::string_view reason) {
    session_->close(static_cast<unsigned>(why), reason, deadline::clock::now());
    listen();  // for the client's own: a message nobody has read may have kept it waiting
}

// Writes what can be written now, and comes back for the rest.
void connection::pump_out() {
    auto& pulse = session_->pulse();
    const auto now = deadline::clock::now();
    const auto before = unsent();
    const bool all = gone_ || flushes_at_once();
    if (all || unsent() < before) pulse.wait_for_client(false, now);
    if (!all) pulse.wait_for_client(true, now);
    due_.set(pulse.due());
    if (broken_) return lose_soon();
    if (all || std::exchange(pumping_, true)) return;
    socket_.async_wait(asio::socket_base::wait_write,
                       [self = shared_from_this()](error_code failed) {
                           self->pumping_ = false;
                           if (failed || self->phase_ != phase::conversing) return;
                           self->pump_out();
                           self->listen();  // reading may have waited for this,
                           self->wake();    // and so may the handler
                       });
}

// Not at once: it may be the handler's own sending that has failed.
void connection::lose_soon() {
    session_->lose();
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ == phase::conversing) self->lose();
    });
}

void connection::beat() {
    if (!session_->beat(deadline::clock::now())) {
        close();
        return lose();
    }
    pump_out();
    if (!session_->open()) wake();
}

// The client is gone. A handler that waits for it is told so, one that waits for something else
// cancelled.
void connection::lose() {
    gone_ = true;
    due_.clear();
    session_->lose();
    waiter_ ? wake() : abandon();
}

}  // namespace headroom::http::detail
