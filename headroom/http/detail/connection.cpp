#include "headroom/http/detail/connection.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

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
      alarm_([this] { ring(); }),
      reader_(home_->shared().sealed.bounds) {
    BOOST_ASSERT_MSG(unit_, "a connection is constructed from a lease");
    home_->shared().connections.fetch_add(1, std::memory_order_relaxed);
    error_code ignored;  // a client that has gone already is noticed by the first read
    socket_.non_blocking(true, ignored);
    socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
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
    while (co_await next_request() == arrival::request) {
        co_await answer();
        if (abandoned_) break;
        if (!may_read_on() && !co_await flush()) break;
        if (closing_) break;
        reader_.reset();
        first_ = false;
    }
    if (closing_) co_await farewell();
    close();
}

// More of the client's bytes are here already, and the answers so far may wait for theirs.
bool connection::may_read_on() const noexcept {
    return !closing_ && taken_ < landed_ && out_.size() < coalesced_bytes_max &&
           coalesced_ < home_->shared().sealed.pipeline_max;
}

// ---- receiving

task<connection::arrival> connection::next_request() {
    phase_ = phase::receiving;
    timed_out_ = invited_ = false;
    head_began_ = body_began_ = {};
    for (;;) {
        take_landed();
        if (reader_.at() == request_reader::state::complete) co_return arrival::request;
        if (reader_.at() == request_reader::state::failed) {
            refused_ = reader_.failed();
            co_return arrival::request;
        }
        if (!co_await wait_for_more()) co_return refused_ ? arrival::request : arrival::nothing;
    }
}

void connection::take_landed() {
    taken_ += reader_.read({landing_.data() + taken_, landed_ - taken_});
}

// False when no more will come, or none in time.
task<bool> connection::wait_for_more() {
    if (reader_.at() == request_reader::state::body && reader_.head().frame.expects_continue &&
        !std::exchange(invited_, true) && reader_.body_bytes() == 0)
        out_ += "HTTP/1.1 100 Continue\r\n\r\n";
    if (!out_.empty() && !co_await flush()) co_return false;
    if (gone_ || (draining_ && !reader_.begun())) co_return false;
    enter(phase::receiving, receive_due());
    start_read();
    if (taken_ == landed_ && !gone_) co_await landed();
    if (timed_out_ && reader_.begun()) {
        refused_ = fault{408, "The request did not arrive in time."};
        co_return false;
    }
    if (taken_ == landed_) co_return false;
    timed_out_ = false;
    co_return true;
}

deadline connection::receive_due() {
    const auto& times = home_->shared().sealed.times;
    const auto now = deadline::clock::now();
    if (!reader_.begun()) return deadline(now + (first_ ? times.head_max : times.idle_max));
    if (reader_.at() == request_reader::state::head) {
        if (head_began_ == deadline::clock::time_point{}) head_began_ = now;
        return deadline(head_began_ + times.head_max);
    }
    if (body_began_ == deadline::clock::time_point{}) body_began_ = now;
    const std::chrono::milliseconds earned(reader_.body_bytes() * 1000 / times.body_rate_min);
    return deadline(body_began_ + std::min(times.body_max, times.body_grace + earned));
}

// ---- answering

task<void> connection::answer() {
    const auto began = deadline::clock::now();
    auto& shared = home_->shared();
    const auto& head = reader_.head();
    const auto wished = fields(head.header_fields).find("x-request-id");
    home_->ids().choose(wished.value_or(std::string_view()), request_id_);
    closing_ = refused_ || !head.frame.keep_alive;

    budget::holder who(request_id_);
    request of(who, deadline(began + shared.sealed.times.request_max));
    fill(of);
    std::string error;
    response reply;
    if (refused_) {
        reply = problem{refused_->status, std::string(refused_->detail)};
    } else {
        reply = co_await respond(of, error);
    }
    append(reply, of, error, began);
}

void connection::fill(request& of) {
    const auto& head = reader_.head();
    of.id = request_id_;
    of.peer = peer_;
    of.method = head.verb;
    of.method_name = head.method_name;
    of.target = head.raw_target;
    of.raw_path = head.where.raw_path;
    of.path = head.where.path;
    of.query = head.where.query;
    of.headers = fields(head.header_fields);
    of.body = std::move(reader_.body());
}

// Counts the request, or sheds it.
task<response> connection::respond(request& of, std::string& error) {
    auto& shared = home_->shared();
    struct counted {
        std::atomic<unsigned>& in;
        unsigned now = in.fetch_add(1, std::memory_order_relaxed) + 1;
        ~counted() { in.fetch_sub(1, std::memory_order_relaxed); }
    } mine{shared.in_flight};
    if (mine.now > shared.sealed.in_flight_max &&
        !shared.routes.always_admits(of.method, of.raw_path)) {
        shared.shed.fetch_add(1, std::memory_order_relaxed);
        co_return response(problem{503, "Too many requests are in flight."});
    }
    overdue_ = false;
    enter(phase::handling, of.until);
    start_read();
    look_after_suspension();
    auto reply = co_await handle(of, error);
    alarm_.disarm();
    // So that what follows may wait again after a handler was cancelled.
    if (overdue_ || abandoned_) co_await asio::this_coro::reset_cancellation_state();
    phase_ = phase::writing;
    co_return reply;
}

task<response> connection::handle(request& of, std::string& error) {
    try {
        co_return co_await home_->shared().routes.handle(of);
    } catch (const budget::refused& refused) {
        error = refused.what();
        co_return response(to_problem(refused.why()));
    } catch (const failed& told) {
        co_return response(told.why());
    } catch (const std::exception& broken) {
        error = broken.what();
    } catch (...) {
        error = "an exception of no known type";
    }
    co_return interrupted();
}

// A handler that ended by an exception: was it us who cancelled it?
response connection::interrupted() const {
    if (overdue_) return problem{504, "The answer was not ready in time."};
    return problem{500, "The request could not be answered."};
}

void connection::append(response& reply, const request& of, std::string_view error,
                        deadline::clock::time_point began) {
    auto& shared = home_->shared();
    closing_ = closing_ || shared.draining;
    const auto before = out_.size();
    if (!abandoned_) {
        reply.render(of.raw_path, of.id);
        append_answer(out_, reply,
                      {.date = home_->date().at(std::chrono::system_clock::now()),
                       .request_id = of.id,
                       .retry_after_s = shared.sealed.retry_after_s,
                       .body = of.method != method::head,
                       .close = closing_,
                       .say_keep_alive = reader_.head().minor == 0});
        ++coalesced_;
    }
    shared.requests.fetch_add(1, std::memory_order_relaxed);
    if (!shared.access) return;
    shared.access({.method = to_string(of.method),
                   .route = of.route,
                   .status = abandoned_ ? 499 : reply.status(),
                   .bytes_in = reader_.bytes(),
                   .bytes_out = out_.size() - before,
                   .took = deadline::clock::now() - began,
                   .request_id = of.id,
                   .peer = peer_,
                   .error = error});
}

// ---- writing

std::size_t connection::write_some(std::size_t from, error_code& failed) {
    return socket_.write_some(asio::buffer(out_.data() + from, out_.size() - from), failed);
}

task<bool> connection::flush() {
    std::size_t sent = 0;
    bool waited = false;
    while (sent < out_.size()) {
        error_code failed;
        sent += write_some(sent, failed);
        if (failed == asio::error::would_block) {
            if (!std::exchange(waited, true))
                enter(phase::writing, deadline::after(home_->shared().sealed.times.write_max));
            co_await socket_.async_wait(asio::socket_base::wait_write,
                                        asio::redirect_error(use_task, failed));
        }
        if (failed) {
            closing_ = false;  // there is nobody to say farewell to
            co_return false;
        }
    }
    if (waited) alarm_.disarm();
    out_.clear();
    if (out_.capacity() > coalesced_bytes_max) out_.shrink_to_fit();
    coalesced_ = 0;
    co_return true;
}

// Runs when the handler first suspends: earlier answers do not wait for it, and it does not wait
// for the answer to a client that had gone before it began.
void connection::look_after_suspension() {
    if (out_.empty() && !gone_) return;
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
        if (self->phase_ != phase::handling) return;
        error_code ignored;  // flush() meets it again
        if (!self->out_.empty()) self->out_.erase(0, self->write_some(0, ignored));
        if (self->gone_) self->abandon();
    });
}

// Closing with bytes unread would reset the connection and with it the answer under way: wait for
// the client's end, briefly.
task<void> connection::farewell() {
    error_code failed;
    socket_.shutdown(asio::socket_base::shutdown_send, failed);
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
    alarm_.disarm();
    if (is_linked()) connection_hook::unlink();
    gone_ = true;
    error_code ignored;
    socket_.close(ignored);
}

// ---- the read beside

// Suspends until something has landed, the client has gone, time is up or the server drains.
task<void> connection::landed() {
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        [this](auto handler) { waiter_ = std::move(handler); }, use_task);
}

void connection::wake() {
    if (!waiter_) return;
    auto resume = std::exchange(waiter_, nullptr);
    resume();
}

void connection::start_read() {
    if (reading_ || gone_) return;
    if (taken_ == landed_) taken_ = landed_ = 0;
    if (landed_ == landing_.size()) return;
    reading_ = true;
    socket_.async_read_some(asio::buffer(landing_.data() + landed_, landing_.size() - landed_),
                            [self = shared_from_this()](error_code failed, std::size_t bytes) {
                                self->on_read(failed, bytes);
                            });
}

void connection::on_read(error_code failed, std::size_t bytes) {
    reading_ = false;
    landed_ += bytes;
    if (failed) {
        gone_ = true;
        if (phase_ == phase::handling) abandon();
    } else if (phase_ == phase::handling) {
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
    home_->on().arm(alarm_, due);
}

void connection::ring() {
    switch (phase_) {
        case phase::receiving:
        case phase::lingering:
            timed_out_ = true;
            return wake();
        case phase::handling:
            overdue_ = true;
            return cancel_.emit(asio::cancellation_type::terminal);
        case phase::writing:
            return close();
    }
}

void connection::drain() {
    draining_ = true;
    if (phase_ == phase::receiving && !reader_.begun() && taken_ == landed_) wake();
}

void connection::abort() {
    const auto self = shared_from_this();
    close();
    if (phase_ == phase::handling) abandon();
    wake();
}

}  // namespace headroom::http::detail
