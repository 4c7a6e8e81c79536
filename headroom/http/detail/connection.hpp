// http/detail/connection.hpp: one client's connection, from its first byte to its close.
//
// One coroutine reads requests, awaits handlers and writes answers; beside it one read is
// outstanding, so that the end of the client is seen while a handler runs. What that read brings
// meanwhile waits in the landing buffer, whose size bounds how far a client may run ahead. (Of one
// that fills it and then leaves we learn only when its handler is done, or overdue.)
//
// That read begins, and in a crowd the answers are written, in a turn of the listener's behind the
// events at hand.
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

#include "headroom/http/detail/client_patience.hpp"
#include "headroom/http/detail/core.hpp"
#include "headroom/http/detail/exchange.hpp"
#include "headroom/http/detail/moving_deadline.hpp"
#include "headroom/http/detail/request_reader.hpp"
#include "headroom/http/detail/send_buffer.hpp"
#include "headroom/http/detail/websocket_session.hpp"
#include "headroom/http/request.hpp"
#include "headroom/http/under_way.hpp"
#include "headroom/runtime/tls_stream.hpp"

namespace headroom::http::detail {

using tcp_socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, executor>;
using connection_hook =
    boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class listener;

/// Links a connection into its listener's next turn.
struct turn_hook
    : boost::intrusive::list_base_hook<boost::intrusive::tag<turn_hook>,
                                       boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
};

/// TLS over a connection's socket, and who the client has proved to be.
struct secured {
    secured(std::shared_ptr<ssl_ctx_st> with, int socket)
        : terms(std::move(with)), stream(*terms, socket, tls_stream::side::server) {}
    const std::shared_ptr<ssl_ctx_st> terms;
    tls_stream stream;
    std::optional<client_certificate> client;
};

/// Its reactor's own.
class connection final : public connection_hook,
                         public turn_hook,
                         public std::enable_shared_from_this<connection>,
                         private unread_body {
public:
    static constexpr std::size_t landing_bytes = 4 * 1024;
    static constexpr std::size_t coalesced_bytes_max = 64 * 1024;  ///< answers kept for one write
    static constexpr std::size_t lingered_bytes_max =
        1024 * 1024;  ///< discarded after the last answer

    /// The lease is taken before the socket is accepted, and goes back after it is closed.
    connection(std::shared_ptr<listener> home, presence here, budget::lease unit, tcp_socket socket,
               std::string peer);
    ~connection();

    /// Of its client's network; given back with the connection.
    void occupy(peer_counts::place place) noexcept { place_ = std::move(place); }
    void start();
    /// The request under way, if one is.
    std::optional<under_way> show() const;
    /// Closes behind the next answer, or when none is asked for in time.
    void drain();
    /// Closes now; a running handler is cancelled.
    void abort();
    /// Writes what has been answered and reads on: see listener::add_turn.
    void take_turn();

private:
    enum class phase { receiving, queueing, handling, writing, conversing, lingering };
    enum class step { answer, wait, end };  // what the bytes so far ask for

    task<void> run();
    task<bool> shake_hands();
    void begin_request();
    step look();
    step look_after_waking();
    task<step> wait_for_request();
    void invite_body();
    task<std::optional<problem>> receive() override;
    std::optional<problem> take_over(exchange& at, step came);
    problem why_refused() const;
    bool makes_room();
    bool leaves_unread();
    bool may_read_on() const noexcept;
    bool may_flush_later() const noexcept;
    bool owes_answers() const noexcept;
    deadline receive_due();

    task<void> answer();
    void choose_id();
    void fill(request& of);
    void fill_origin(request& of);
    std::optional<response> answer_unhandled(request& of);
    std::optional<response> sheds(const request& of);
    bool enters_at_once(exchange& at);
    task<void> queue_up(exchange& at);
    void begin_handling(deadline until);
    response tell_of(const std::exception_ptr& thrown, std::string& error) const;
    coding finish(response& reply, const request& of);
    std::size_t append(const response& reply, const request& of);
    void report(const exchange& of);

    void admit_stream(exchange& of);
    task<void> go_on(exchange& of);
    task<std::uint64_t> stream(body_stream& from, std::string& error);
    task<bool> pull(body_stream& from, std::string& piece, std::string& error);
    task<bool> flush_rest_of_piece(client_patience& with);
    bool ended_well(body_stream& from, std::string& piece, std::string& error);

    class conversation;  // NOLINT(*-virtual-class-destructor): final, where it is defined
    task<void> converse(websocket_upgrade& as, exchange& of);
    task<void> end_conversation(close_code why);
    void listen();
    bool say(const websocket_message& what);
    void end_session(close_code why, std::string_view reason);
    std::size_t unsent() const noexcept { return out_.unsent().size(); }
    void pump_out();
    void beat();
    void hear();
    void lose();
    void lose_soon();

    bool flushes_at_once();
    task<bool> flush_rest();
    task<bool> flush_rest(deadline due);
    task<void> farewell();
    void close();

    task<void> landed();
    void wake();
    void await_turn();
    void start_read();
    void read_tls();
    std::size_t write_some(std::string_view bytes, boost::system::error_code& failed);
    std::size_t write_tls(std::string_view bytes, boost::system::error_code& failed);
    void on_read(boost::system::error_code failed, std::size_t bytes);
    void enter(phase next, deadline due);
    void ring();
    void abandon();

    presence here_;
    std::shared_ptr<listener> home_;
    peer_counts::place place_;
    budget::lease unit_;
    tcp_socket socket_;
    std::unique_ptr<secured> tls_;  // null without TLS
    const std::string peer_;

    std::array<char, landing_bytes> landing_;
    std::size_t taken_ = 0, landed_ = 0;  // of the landing buffer
    bool reading_ = false;                // a read is outstanding
    bool gone_ = false;                   // the client, or our side of the socket
    bool timed_out_ = false, draining_ = false, closing_ = false, overdue_ = false,
         abandoned_ = false;
    bool lasting_ = false, dismissed_ = false;  // a stream without an end; told to end by a drain
    bool cut_ = false;                          // the answer stays without its end
    bool stuck_ = false;                        // a turn could not write all
    bool pumping_ = false;                      // waits until a session's bytes can be written
    bool first_ = true, invited_ = false;
    bool wanted_ = false;                       // somebody waits for the body
    phase phase_ = phase::receiving;
    deadline::clock::time_point head_began_{}, body_began_{};
    std::move_only_function<void()> waiter_;
    moving_deadline due_;
    boost::asio::cancellation_signal cancel_;

    request_reader reader_;
    std::optional<fault> refused_;
    std::string request_id_, client_;
    send_buffer out_;
    std::optional<exchange> exchange_;  // under way
    deadline::clock::time_point complete_{};     // when it was here, whatever its body took
    deadline::clock::time_point quiet_since_{};  // the last answer, or the connection's beginning
    bool broken_ = false;                        // nothing can be written any more
    unsigned coalesced_ = 0;
    std::unique_ptr<websocket_session> session_;  // while phase::conversing
};

}  // namespace headroom::http::detail
