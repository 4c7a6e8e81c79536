// persistence/redis/detail/stream.hpp: one socket to a Redis, plain or TLS, and when it is ready.
//
// Opened once, from inside a connection that holds a lease. It does not retry, resolves nothing and
// closes nothing of its own accord but in its destructor; a socket that was connected leaves by
// take_out(), for the closing room.
#pragma once
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/persistence/redis/tls.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::redis::detail {

class stream {
public:
    using descriptor = boost::asio::posix::basic_stream_descriptor<executor>;
    using ready = boost::asio::posix::descriptor_base::wait_type;

    explicit stream(reactor& home) : home_(home), socket_(home.get_executor()) {}

    /// Connects and shakes hands. Throws connection_lost and deadline_passed.
    task<void> open(const connect_info& to, deadline until);

    /// One step; none blocks. Each throws connection_lost.
    progress receive(std::span<char> into);
    progress send(std::string_view bytes);

    /// Calls `then` once the socket is ready, or with operation_aborted.
    template <class Handler>
    void on_ready(ready what, Handler then) {
        socket_.async_wait(what, std::move(then));
    }
    /// Ends every wait.
    void cancel() noexcept;

    bool is_open() const noexcept { return socket_.is_open(); }
    /// The other side has accepted: a server may count it. Settled by take_out() at the latest.
    bool reached() const noexcept { return reached_; }
    bool is_tls() const noexcept { return tls_ != nullptr; }
    /// "127.0.0.1:40312" of our own side; empty for a unix socket.
    std::string own_address() const;

    /// Says goodbye within TLS and hands the socket on, which nobody here knows any more; -1 when
    /// there is none.
    int take_out() noexcept;

private:
    task<void> connect(const connect_info& to, deadline until);
    task<void> shake_hands(const connect_info& to, deadline until);
    task<void> wait_until(ready what, deadline until);

    reactor& home_;
    descriptor socket_;
    std::unique_ptr<tls_session> tls_;
    bool reached_ = false;
};

}  // namespace headroom::redis::detail
