// The half of a connection that answers: from a request's head to bytes in the socket.
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "headroom/http/caller.hpp"
#include "headroom/http/conditional.hpp"
#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"
#include "headroom/http/detail/request_origin.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
using boost::system::error_code;

task<void> connection::answer() {
    complete_ = deadline::clock::now();
    auto& shared = home_->shared();
    choose_id();
    auto& at = exchange_.emplace(deadline(complete_ + shared.sealed.times.request_max),
                                 shared.bodies);
    fill(at.of);
    at.reply = answer_unhandled(at.of);
    if (!at.reply && !enters_at_once(at)) co_await queue_up(at);
    if (!at.reply) {
        begin_handling(at.of.until);
        try {
            at.reply = co_await shared.routes.handle(at.of);
        } catch (...) {
            at.reply = tell_of(std::current_exception(), at.error);
        }
        due_.clear();
        // So that what follows may wait again after a handler was cancelled.
        if (overdue_ || abandoned_) co_await asio::this_coro::reset_cancellation_state();
        phase_ = phase::writing;
    }
    if (at.reply->goes_on()) admit_stream(at);
    const auto as = finish(*at.reply, at.of);
    if (as != coding::identity) co_await home_->compression().work(as, *at.reply);
    quiet_since_ = deadline::clock::now();
    at.bytes_out = append(*at.reply, at.of);
    if (at.reply->goes_on() && at.of.method != method::head && !abandoned_) {
        co_await go_on(at);
        quiet_since_ = deadline::clock::now();
    }
    report(at);
    exchange_.reset();
}

// What needs no handler, or may have none.
std::optional<response> connection::answer_unhandled(request& of) {
    auto& shared = home_->shared();
    if (refused_) return problem{refused_->status, std::string(refused_->detail)};
    // Before everything else: a browser asks without credentials, and before each request.
    if (shared.origins.is_preflight(of)) return shared.origins.preflight(of);
    if (const auto patience = timeout_of(of.headers)) {
        if (*patience <= std::chrono::milliseconds(0))
            return problem{400, "Request-Timeout must be seconds: 2, or 0.25."};
        of.until = of.until.at_most(*patience);
    }
    return sheds(of);
}

// What every answer gets, whoever made it: a body, what other origins may read, its coding.
coding connection::finish(response& reply, const request& of) {
    if (abandoned_) return coding::identity;
    reply.render(of.raw_path, of.id, of.trace.trace_id());
    home_->shared().origins.mark(of.headers, reply);
    if (is_known_to_client(of, reply)) reply.leave_out_known();
    return home_->compression().choose(of.headers, reply);
}

void connection::choose_id() {
    const auto wished = fields(reader_.head().header_fields).find("x-request-id");
    home_->ids().choose(wished.value_or(std::string_view()), request_id_);
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
    if (reader_.at() == request_reader::state::body) of.unread = this;
    else of.body = std::move(reader_.body());
    if (tls_ && tls_->client) of.left.put(*tls_->client);
    fill_origin(of);
}

void connection::fill_origin(request& of) {
    of.trace = position_of(home_->traces(), of.headers);
    of.client = address_in(peer_);
    if (tls_) of.scheme = "https";
    const auto& proxies = home_->shared().proxies;
    if (!proxies.any()) return;
    error_code none;
    const auto address = asio::ip::make_address(std::string(of.client), none);
    if (none) return;
    const auto told = proxies.told(address, of.headers);
    client_ = told.client.to_string();
    of.client = client_;
    if (!told.scheme.empty()) of.scheme = told.scheme;
}

// What does not lean on it is answered however full it is.
std::optional<response> connection::sheds(const request& of) {
    auto& shared = home_->shared();
    if (shared.behind == nullptr || !shared.behind->stands()) return std::nullopt;
    if (shared.routes.admission_of(of.method, of.raw_path) != admission::sheddable)
        return std::nullopt;
    auto why = shared.behind->refuse(of, complete_);
    if (!why) return std::nullopt;
    shared.shed_behind.fetch_add(1, std::memory_order_relaxed);
    return *std::move(why);
}

void connection::begin_handling(deadline until) {
    overdue_ = false;
    enter(phase::handling, until);
    await_turn();
}

// `error` is for the log; what the client is told holds nothing of an exception's text.
response connection::tell_of(const std::exception_ptr& thrown, std::string& error) const {
    try {
        std::rethrow_exception(thrown);
    } catch (const budget::refused& refused) {
        error = refused.what();
        return to_problem(refused.why());
    } catch (const failed& told) {
        error = told.for_log();
        return told.why();
    } catch (const std::exception& broken) {
        error = broken.what();
    } catch (...) {
        error = "an exception of no known type";
    }
    if (overdue_) return problem{504, "The answer was not ready in time."};
    return problem{500, "The request could not be answered."};
}

// Answers how many bytes it added.
std::size_t connection::append(const response& reply, const request& of) {
    auto& shared = home_->shared();
    const bool first_version = reader_.head().minor == 0;
    closing_ = leaves_unread() || refused_ || shared.draining || !reader_.head().frame.keep_alive ||
               (first_version && reply.streamed() != nullptr);
    if (abandoned_) return 0;
    const auto before = unsent();
    append_answer(out_.text(), reply,
                  {.date = home_->date().now(quiet_since_),
                   .request_id = of.id,
                   .retry_after_s = shared.sealed.retry_after_s,
                   .body = of.method != method::head,
                   .close = closing_,
                   .say_keep_alive = first_version,
                   .chunked = !first_version});
    ++coalesced_;
    return unsent() - before;
}

void connection::report(const exchange& of) {
    auto& shared = home_->shared();
    shared.requests.fetch_add(1, std::memory_order_relaxed);
    if (!shared.access) return;
    const auto& asked = of.of;
    const auto* by = asked.left.find<caller>();
    const bool left = abandoned_ && !of.lasting;
    shared.access({.method = to_string(asked.method),
                   .route = asked.route,
                   .status = left ? 499 : of.reply->status(),
                   .bytes_in = reader_.bytes() + of.bytes_in,
                   .bytes_out = of.bytes_out,
                   .took = quiet_since_ - complete_,
                   .waited = of.who.waited(),
                   .request_id = asked.id,
                   .trace_id = asked.trace.trace_id(),
                   .span_id = asked.trace.span_id(),
                   .trace_flags = asked.trace.flags(),
                   .peer = peer_,
                   .client = asked.client,
                   .caller_kind = by == nullptr ? std::string_view() : by->kind,
                   .caller_id = by == nullptr ? std::string_view() : by->id,
                   .error = of.error,
                   .lasting = of.lasting.has_value()});
}

std::optional<under_way> connection::show() const {
    if (!exchange_) return std::nullopt;
    const auto& of = exchange_->of;
    return under_way{
        .method = std::string(to_string(of.method)),
        .route = std::string(of.route),
        .phase = lasting_ || session_         ? "streaming"
                 : phase_ == phase::writing   ? "writing"
                 : phase_ == phase::queueing  ? "queued"
                 : phase_ == phase::receiving ? "receiving"
                                              : "handling",
        .request_id = std::string(of.id),
        .trace_id = std::string(of.trace.trace_id()),
        .age = std::chrono::duration_cast<std::chrono::milliseconds>(deadline::clock::now() -
                                                                     complete_)};
}

// ---- writing

std::size_t connection::write_some(std::string_view bytes, error_code& failed) {
    if (tls_) return write_tls(bytes, failed);
    return socket_.write_some(asio::buffer(bytes), failed);
}

// False when some of it has to wait, or nothing can be written any more.
bool connection::flushes_at_once() {
    error_code failed;
    while (!out_.empty() && !failed) out_.take(write_some(out_.unsent(), failed));
    if (!out_.empty()) {
        broken_ = failed != asio::error::would_block;
        return false;
    }
    coalesced_ = 0;
    return true;
}

task<bool> connection::flush_rest() {
    return flush_rest(deadline::after(home_->shared().sealed.times.write_max));
}

// False when the client does not take it in time, or has gone.
task<bool> connection::flush_rest(deadline due) {
    enter(phase::writing, due);
    error_code failed;
    while (!broken_ && !failed) {
        co_await socket_.async_wait(asio::socket_base::wait_write,
                                    asio::redirect_error(use_task, failed));
        if (!failed && flushes_at_once()) {
            quiet_since_ = deadline::clock::now();
            due_.clear();
            co_return true;
        }
    }
    broken_ = true;
    co_return false;
}

}  // namespace headroom::http::detail
