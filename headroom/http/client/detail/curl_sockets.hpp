// http/client/detail/curl_sockets.hpp: libcurl's multi interface, driven by a reactor.
//
// libcurl asks for each socket and mostly says when it closes one (forget_closed() finds the
// others); so each is made from a lease, and the lease goes back after the close (design law 1). It
// never resolves a name: transfers bring the addresses along. On one reactor, and held by a
// shared_ptr, because waits may outlast it.
#pragma once
#include <curl/curl.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <unordered_map>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::http::detail {

struct socket_caps {
    unsigned total = 1, per_host = 1;
};

class curl_sockets : public std::enable_shared_from_this<curl_sockets> {
public:
    /// Called on the reactor when a transfer has ended; it may not begin or end others.
    using ended = std::function<void(CURL*, CURLcode)>;

    /// `share` and `home` outlive it.
    curl_sockets(reactor& home, budget::grant& share, socket_caps within, ended tell);
    ~curl_sockets();
    curl_sockets(const curl_sockets&) = delete;
    curl_sockets& operator=(const curl_sockets&) = delete;

    /// What a transfer's sockets are asked for by; outlives the transfer.
    struct asker {
        curl_sockets* all = nullptr;
        bool refused = false;  ///< a socket, as no unit was free
    };

    /// Begins a transfer; the handle's options for sockets are set here.
    void add(CURL* transfer, asker& by);
    /// Ends it, unheard. Harmless for one that has ended.
    void remove(CURL* transfer, const asker& by);

    /// Open sockets, idle connections among them.
    std::size_t open() const noexcept { return links_.size(); }

private:
    using clock = deadline::clock;
    struct link {
        link(const executor& on, budget::lease held, const asker& by)
            : unit(std::move(held)), io(on), connecting(&by) {}
        budget::lease unit;  // outlives the socket it pays for
        boost::asio::posix::basic_stream_descriptor<executor> io;
        std::uint64_t cookie = 0;  // the kernel's, of this socket and no other
        const asker* connecting;  // none once its transfer has ended
        int wanted = 0;  // CURL_POLL_*
        bool reading = false, writing = false;
    };

    static curl_socket_t open_socket(void* by, curlsocktype, curl_sockaddr* at);
    static int close_socket(void* self, curl_socket_t which);
    static int watch_socket(CURL*, curl_socket_t which, int what, void* self, void*);
    static int set_timer(CURLM*, long ms, void* self);

    curl_socket_t open_leased(const curl_sockaddr& at, asker& by);
    void forget_closed();
    void watch(curl_socket_t which, const std::shared_ptr<link>& on);
    void wait(curl_socket_t which, const std::shared_ptr<link>& on, bool to_read);
    void act(curl_socket_t which, int events);
    void arm(long ms);

    reactor& home_;
    budget::grant& share_;
    const ended tell_;
    CURLM* const multi_;
    std::unordered_map<curl_socket_t, std::shared_ptr<link>> links_;
    boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor> timer_;
};

}  // namespace headroom::http::detail
