#include "headroom/http/detail/listener.hpp"

#include <sys/socket.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <tuple>

#include "headroom/http/detail/listen_address.hpp"

namespace headroom::http::detail {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds accept_pause_ms{50};    // after an accept the system refused
constexpr std::chrono::milliseconds turn_away_ms_max{250};  // for a client to read its 503

problem too_many_from_one() { return {429, "This client has too many connections open."}; }

using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

}  // namespace

listener::listener(reactor& on, std::shared_ptr<core> of, std::shared_ptr<stillness> in,
                   budget::lease door)
    : on_(on),
      core_(std::move(of)),
      still_(std::move(in)),
      door_(std::move(door)),
      acceptor_(on.get_executor()),
      compressor_(core_->sealed.compression) {
    BOOST_ASSERT_MSG(door_, "a listener opens from a lease");
}

void listener::open(const asio::ip::tcp::endpoint& at, bool share_port) {
    acceptor_.open(at.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    if (share_port) acceptor_.set_option(reuse_port(true));
    acceptor_.bind(at);
    acceptor_.listen(static_cast<int>(core_->sealed.backlog));
}

void listener::start(budget::lease spare) {
    on_.spawn([here = presence(core_, still_), self = shared_from_this(),
               unit = std::move(spare)]() mutable { return self->accept(std::move(unit)); });
}

// The lease of the next connection is in hand before the next accept; when none is left, the one
// in hand pays until the client has been told so.
task<void> listener::accept(budget::lease spare) {
    while (!closed_) {
        asio::ip::tcp::endpoint peer;
        tcp_socket socket(on_.get_executor());
        boost::system::error_code failed;
        co_await acceptor_.async_accept(socket, peer, asio::redirect_error(use_task, failed));
        if (failed) {
            if (closed_) break;
            co_await sleep_until(deadline::after(accept_pause_ms));
            continue;
        }
        core_->accepted.fetch_add(1, std::memory_order_relaxed);
        peer_counts::place place;
        if (!enter(place, peer.address())) {
            turn_away(std::move(socket), too_many_from_one());
        } else if (auto following = core_->grants.connections.take()) {
            admit(std::move(socket), std::exchange(spare, std::move(*following)), peer,
                  std::move(place));
        } else {
            turn_away(std::move(socket), to_problem(following.error()));
        }
    }
}

// A trusted proxy's connections are those of all its clients.
bool listener::enter(peer_counts::place& into, const asio::ip::address& from) {
    const auto most = core_->sealed.connections_per_client_max;
    if (most == 0 || core_->proxies.trusts(from)) return true;
    into = core_->peers.enter(network_of(from.to_string()), most);
    return static_cast<bool>(into);
}

// The client has a moment to take note, beside what is accepted next, as long as there is a lease
// to wait on; without one its socket closes at once.
void listener::turn_away(tcp_socket socket, problem why) {
    core_->turned_away.fetch_add(1, std::memory_order_relaxed);
    if (core_->shown != nullptr) return;  // a handshake is what there is no room for
    say_no(socket, std::move(why));
    auto unit = core_->grants.refusals.take();
    if (!unit) return;
    on_.spawn([here = presence(core_, still_), self = shared_from_this(),
               client = refused{std::move(*unit), std::move(socket)}]() mutable {
        return self->see_off(std::move(client));
    });
}

void listener::say_no(tcp_socket& socket, problem why) {
    response reply = std::move(why);
    reply.render({}, {});
    std::string text;
    append_answer(text, reply,
                  {.date = date_.now(deadline::clock::now()),
                   .request_id = {},
                   .retry_after_s = core_->sealed.retry_after_s,
                   .close = true});
    boost::system::error_code failed;
    std::ignore = socket.non_blocking(true, failed);
    socket.write_some(asio::buffer(text), failed);
    std::ignore = socket.shutdown(asio::socket_base::shutdown_send, failed);
}

// What it sends is read and dropped: a socket closed with bytes unread would reset the connection,
// and the answer with it.
task<void> listener::see_off(refused client) {
    auto& socket = client.socket;
    boost::system::error_code failed;
    alarm enough([&socket] {
        boost::system::error_code ignored;
        std::ignore = socket.close(ignored);
    });
    on_.arm(enough, deadline::after(turn_away_ms_max));
    std::array<char, 1024> ignored;
    while (!failed && !closed_)
        co_await socket.async_read_some(asio::buffer(ignored),
                                        asio::redirect_error(use_task, failed));
    enough.disarm();
    std::ignore = socket.close(failed);
}

void listener::admit(tcp_socket socket, budget::lease unit, const asio::ip::tcp::endpoint& peer,
                     peer_counts::place place) {
    auto added = std::make_shared<connection>(shared_from_this(), presence(core_, still_),
                                              std::move(unit), std::move(socket), to_string(peer));
    added->occupy(std::move(place));
    open_.push_back(*added);
    if (closed_) added->drain();
    added->start();
}

void listener::add_turn(connection& which) {
    turns_.push_back(which);
    if (std::exchange(turns_posted_, true)) return;
    asio::post(on_.get_executor(), [self = shared_from_this()] { self->take_turns(); });
}

void listener::take_turns() {
    turns_posted_ = false;
    crowded_ = !turns_.empty() && &turns_.front() != &turns_.back();
    decltype(turns_) now;
    now.swap(turns_);
    while (!now.empty()) {
        const auto next = now.front().shared_from_this();
        now.pop_front();
        next->take_turn();
    }
}

void listener::list(std::vector<under_way>& into, std::size_t most) const {
    for (const auto& each : open_) {
        if (into.size() >= most) return;
        if (auto found = each.show()) into.push_back(std::move(*found));
    }
}

// Who stands in the kernel's queue has been let in as far as he can tell, and may have asked
// already: a listener that closes would reset him.
void listener::admit_waiting() {
    boost::system::error_code failed;
    std::ignore = acceptor_.non_blocking(true, failed);
    while (!failed) {
        auto unit = core_->grants.connections.take();
        if (!unit) return;
        asio::ip::tcp::endpoint peer;
        tcp_socket socket(on_.get_executor());
        std::ignore = acceptor_.accept(socket, peer, failed);
        if (failed) return;
        core_->accepted.fetch_add(1, std::memory_order_relaxed);
        peer_counts::place place;
        if (enter(place, peer.address()))
            admit(std::move(socket), std::move(*unit), peer, std::move(place));
        else
            turn_away(std::move(socket), too_many_from_one());
    }
}

void listener::drain() {
    if (closed_) return;
    closed_ = true;
    admit_waiting();
    boost::system::error_code ignored;
    std::ignore = acceptor_.close(ignored);
    door_ = {};
    for (auto at = open_.begin(); at != open_.end();) (at++)->drain();
}

void listener::abort() {
    drain();
    for (auto at = open_.begin(); at != open_.end();) (at++)->abort();
}

}  // namespace headroom::http::detail
