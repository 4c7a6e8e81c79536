// The part of a connection that speaks TLS; one without TLS never comes here.
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"
#include "headroom/http/detail/tls_context.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
using boost::system::error_code;
using need = socket_progress::need;
namespace {

asio::socket_base::wait_type what_for(need wants) {
    return wants == need::readable ? asio::socket_base::wait_read : asio::socket_base::wait_write;
}

}  // namespace

// False when the client is none of ours, or too slow. It is told why, as far as TLS can.
task<bool> connection::shake_hands() {
    auto& shared = home_->shared();
    tls_ = std::make_unique<secured>(shared.shown->current(), socket_.native_handle());
    // In this phase a deadline that passes closes the connection.
    enter(phase::writing, deadline::after(shared.sealed.tls.handshake_max));
    error_code failed;
    auto step = tls_->stream.handshake();
    while (step.wants != need::nothing && !failed) {
        co_await socket_.async_wait(what_for(step.wants), asio::redirect_error(use_task, failed));
        if (gone_) break;  // closed meanwhile: too slow, or the server is stopping
        if (!failed) step = tls_->stream.handshake();
    }
    due_.clear();
    if (!gone_ && !failed && !step.failed && !step.ended) {
        tls_->client = proved_by(*tls_->stream.handle());
        co_return true;
    }
    shared.unshaken.fetch_add(1, std::memory_order_relaxed);
    tls_.reset();
    if (!gone_ && !failed) co_await farewell();  // so that the alert arrives
    co_return false;
}

// OpenSSL may hold bytes that no socket will ever tell of, so it is asked before the socket is.
void connection::read_tls() {
    const auto got =
        tls_->stream.receive({landing_.data() + landed_, landing_.size() - landed_});
    if (got.wants == need::nothing)
        return asio::post(socket_.get_executor(), [self = shared_from_this(), got] {
            error_code failed;
            if (got.ended) failed = asio::error::eof;
            if (got.failed) failed = asio::error::connection_reset;
            self->on_read(failed, got.bytes);
        });
    socket_.async_wait(what_for(got.wants), [self = shared_from_this()](error_code failed) {
        if (failed || self->gone_) return self->on_read(asio::error::operation_aborted, 0);
        self->read_tls();
    });
}

std::size_t connection::write_tls(std::string_view bytes, error_code& failed) {
    if (bytes.empty()) return 0;
    const auto step = tls_->stream.send(bytes);
    if (step.wants == need::writable) {
        failed = asio::error::would_block;
    } else if (step.bytes == 0) {
        failed = asio::error::connection_reset;
    }
    return step.bytes;
}

}  // namespace headroom::http::detail
