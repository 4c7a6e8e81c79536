// http/detail/listener.hpp: one reactor's door to the server, and the connections behind it.
#pragma once
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/intrusive/list.hpp>
#include <memory>

#include "headroom/http/detail/compressor.hpp"
#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/core.hpp"
#include "headroom/http/detail/response_writer.hpp"
#include "headroom/http/under_way.hpp"

namespace headroom::http::detail {

using tcp_acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, executor>;

/// open() and start() from the server's thread, in this order; all else on the listener's reactor.
class listener : public std::enable_shared_from_this<listener> {
public:
    /// `door`: the lease of the listening socket.
    listener(reactor& on, std::shared_ptr<core> of, std::shared_ptr<stillness> in,
             budget::lease door);

    /// Binds and listens. Throws boost::system::system_error.
    void open(const boost::asio::ip::tcp::endpoint& at, bool share_port);
    boost::asio::ip::tcp::endpoint local() const { return acceptor_.local_endpoint(); }
    /// Starts to accept; `spare` is the lease of the first connection.
    void start(budget::lease spare);
    /// Closes the door, and every connection as soon as it owes no answer.
    void drain();
    /// Closes every connection at once.
    void abort();

    reactor& on() noexcept { return on_; }
    core& shared() noexcept { return *core_; }
    date_text& date() noexcept { return date_; }
    request_ids& ids() noexcept { return ids_; }
    observability::trace_source& traces() noexcept { return traces_; }
    compressor& compression() noexcept { return compressor_; }
    /// Has it take a turn behind the events at hand.
    void add_turn(connection& which);
    /// The last turn was several connections'.
    bool crowded() const noexcept { return crowded_; }
    /// Adds the requests under way, up to `most` in all.
    void list(std::vector<under_way>& into, std::size_t most) const;

private:
    task<void> accept(budget::lease spare);
    /// A client that was told no. Its lease outlives the socket it pays for.
    struct refused {
        budget::lease unit;
        tcp_socket socket;
    };
    void turn_away(tcp_socket socket, problem why);
    void say_no(tcp_socket& socket, problem why);
    task<void> see_off(refused client);
    /// False when the client's network has as many connections as it may.
    bool enter(peer_counts::place& into, const boost::asio::ip::address& from);
    void admit_waiting();
    void take_turns();
    void admit(tcp_socket socket, budget::lease unit, const boost::asio::ip::tcp::endpoint& peer,
               peer_counts::place place);

    reactor& on_;
    std::shared_ptr<core> core_;
    std::shared_ptr<stillness> still_;
    budget::lease door_;  // outlives the socket it paid for
    tcp_acceptor acceptor_;
    boost::intrusive::list<connection, boost::intrusive::base_hook<connection_hook>,
                           boost::intrusive::constant_time_size<false>>
        open_;
    boost::intrusive::list<connection, boost::intrusive::base_hook<turn_hook>,
                           boost::intrusive::constant_time_size<false>>
        turns_;
    bool crowded_ = false, turns_posted_ = false;
    bool closed_ = false;
    date_text date_;
    request_ids ids_;
    observability::trace_source traces_;
    compressor compressor_;
};

}  // namespace headroom::http::detail
