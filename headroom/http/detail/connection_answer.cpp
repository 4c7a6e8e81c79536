// The half of a connection that answers: from a complete request to bytes in the socket.
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
using boost::system::error_code;

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

}  // namespace headroom::http::detail
