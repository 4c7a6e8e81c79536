// http/detail/connection.hpp: one client's connection, from its first byte to its close.
//
// One coroutine reads requests, awaits handlers and writes answers; beside it one read is always
// outstanding, so that the end of the client is seen while a handler runs. What that read brings
// meanwhile waits in the landing buffer, whose size bounds how far a client may run ahead. (Of one
// that fills it and then leaves we learn only when its handler is done, or overdue.)
#pragma once
#include <array>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "headroom/http/detail/core.hpp"
#include "headroom/http/detail/request_reader.hpp"
#include "headroom/http/request.hpp"

namespace headroom::http::detail {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using connection_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class listener;

/// Its reactor's own.
class connection : public connection_hook, public std::enable_shared_from_this<connection> {
public:
    static constexpr std::size_t landing_bytes = 4 * 1024;
    static constexpr std::size_t coalesced_bytes_max = 64 * 1024;  ///< answers kept for one write
    static constexpr std::size_t lingered_bytes_max =
        1024 * 1024;  ///< discarded after the last answer

    /// The lease is taken before the socket is accepted, and goes back after it is closed.
    connection(std::shared_ptr<listener> home, presence here, budget::lease unit, tcp_socket socket,
               std::string peer);
    ~connection();

    void start();
    /// Closes as soon as no answer is owed.
    void drain();
    /// Closes now; a running handler is cancelled.
    void abort();

private:
    enum class phase { receiving, handling, writing, lingering };
    enum class step { answer, wait, end };  // what the bytes so far ask for

    task<void> run();
    void begin_request();
    step look();
    step look_after_waking();
    task<step> wait_for_request();
    void invite_body();
    bool may_read_on() const noexcept;
    deadline receive_due();

    task<void> answer();
    void choose_id();
    void fill(request& of);
    bool sheds(const request& of, unsigned in_flight);
    void begin_handling(const request& of);
    response tell_of(const std::exception_ptr& thrown, std::string& error) const;
    void append(response& reply, const request& of, std::string_view error,
                deadline::clock::time_point began);

    bool flushes_at_once();
    task<bool> flush_rest();
    void look_after_suspension();
    task<void> farewell();
    void close();

    task<void> landed();
    void wake();
    void start_read();
    void on_read(boost::system::error_code failed, std::size_t bytes);
    void enter(phase next, deadline due);
    void ring();
    void abandon();

    presence here_;
    std::shared_ptr<listener> home_;
    budget::lease unit_;
    tcp_socket socket_;
    const std::string peer_;

    std::array<char, landing_bytes> landing_;
    std::size_t taken_ = 0, landed_ = 0;  // of the landing buffer
    bool reading_ = false;                // a read is outstanding
    bool gone_ = false;                   // the client, or our side of the socket
    bool timed_out_ = false, draining_ = false, closing_ = false, overdue_ = false,
         abandoned_ = false;
    bool first_ = true, invited_ = false;
    phase phase_ = phase::receiving;
    deadline::clock::time_point head_began_{}, body_began_{};
    std::move_only_function<void()> waiter_;
    alarm alarm_;
    boost::asio::cancellation_signal cancel_;

    request_reader reader_;
    std::optional<fault> refused_;
    std::string request_id_, out_;
    std::size_t sent_ = 0;  // of out_
    bool broken_ = false;   // nothing can be written any more
    unsigned coalesced_ = 0;
};

}  // namespace headroom::http::detail
