// The part of a connection that sends a body while it is made.
#include <boost/asio/this_coro.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"
#include "headroom/http/detail/websocket_handshake.hpp"

namespace headroom::http::detail {
namespace {

// A source that waits until it is due and then has nothing must not be cut off for that.
constexpr std::chrono::milliseconds piece_grace{1'000};
constexpr std::size_t piece_cost = 64;  // in bytes, so that empty pieces count too

}  // namespace

// A lasting stream is one of few; it would otherwise hold its place among those in flight for ever.
void connection::admit_stream(exchange& of) {
    auto& reply = *of.reply;
    if (reply.upgraded() != nullptr && reader_.head().minor == 0)
        reply = upgrade_required({426, "A WebSocket needs HTTP/1.1."});
    if (reply.upgraded() != nullptr && of.of.unread != nullptr)
        reply = problem{400, "A WebSocket's handshake has no body."};
    if (reply.upgraded() == nullptr && (reply.streamed() == nullptr || !reply.streamed()->lasting))
        return;
    auto& shared = home_->shared();
    of.inside.release();
    of.lasting.emplace(shared.streams);
    if (of.lasting->now <= shared.sealed.streams_max) return;
    of.lasting.reset();
    shared.shed.fetch_add(1, std::memory_order_relaxed);
    problem full{503, "Too many streams are open."};
    reply = std::move(full.with("limit", std::int64_t{shared.sealed.streams_max}));
}

task<void> connection::go_on(exchange& of) {
    if (of.reply->upgraded() != nullptr) {
        co_await converse(*of.reply->upgraded(), of);
    } else {
        of.bytes_out += co_await stream(*of.reply->streamed(), of.error);
    }
}

// Answers how many bytes the client was sent.
task<std::uint64_t> connection::stream(body_stream& from, std::string& error) {
    const bool chunked = reader_.head().minor > 0;
    lasting_ = from.lasting;
    client_patience with(home_->shared().sealed.times.write_max, coalesced_bytes_max);
    std::uint64_t bytes = 0;
    std::size_t since_yield = 0;
    for (bool more = true; more && !cut_ && !abandoned_;) {
        std::string piece;
        more = co_await pull(from, piece, error);
        if (cut_ || abandoned_) break;
        const auto before = unsent();
        if (chunked && !piece.empty()) append_chunk(out_.text(), piece);
        if (!chunked) out_.text() += piece;
        if (chunked && !more) out_.text() += last_chunk;
        bytes += unsent() - before;
        since_yield += piece.size() + piece_cost;
        if (!flushes_at_once()) {
            cut_ = !co_await flush_rest_of_piece(with);
            since_yield = 0;
        } else if (since_yield >= coalesced_bytes_max) {
            // A source that never waits would keep the reactor to itself and a fast client.
            co_await yield_now();
            since_yield = 0;
        }
    }
    lasting_ = dismissed_ = false;
    co_return bytes - std::min<std::uint64_t>(bytes, unsent());
}

// Of a stream without an end each piece has a wait of its own: it holds no handler's place.
task<bool> connection::flush_rest_of_piece(client_patience& with) {
    if (lasting_) co_return co_await flush_rest();
    const auto bytes = unsent();
    const auto begun = deadline::clock::now();
    const bool taken = co_await flush_rest(with.due(begun, bytes));
    with.took(bytes, deadline::clock::now() - begun);
    co_return taken;
}

// False when nothing comes after this piece. It is empty where there is none yet.
task<bool> connection::pull(body_stream& from, std::string& piece, std::string& error) {
    if (from.lasting && draining_) co_return ended_well(from, piece, error);
    const auto& times = home_->shared().sealed.times;
    const auto due = deadline::after(from.lasting ? times.heartbeat : times.request_max);
    begin_handling(deadline(due.at() + piece_grace));
    bool threw = false, more = true;
    try {
        auto next = co_await from.next(due);
        more = next.has_value();
        if (more) piece = std::move(*next);
    } catch (...) {
        threw = true;
        std::ignore = tell_of(std::current_exception(), error);
    }
    due_.clear();
    if (overdue_ || abandoned_ || dismissed_)
        co_await boost::asio::this_coro::reset_cancellation_state();
    phase_ = phase::writing;
    if (!threw) co_return more;
    if (dismissed_) co_return ended_well(from, piece, error);
    if (overdue_) error = "a piece of the body was not ready in time";
    cut_ = true;
    co_return false;
}

bool connection::ended_well(body_stream& from, std::string& piece, std::string& error) {
    piece = std::move(from.farewell);
    error.clear();
    return false;
}

}  // namespace headroom::http::detail
