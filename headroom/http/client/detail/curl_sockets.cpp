#include "headroom/http/client/detail/curl_sockets.hpp"

#include <sys/socket.h>

#include <new>

namespace headroom::http::detail {
namespace asio = boost::asio;

curl_sockets::curl_sockets(reactor& home, budget::grant& share, socket_caps within, ended tell)
    : home_(home), share_(share), tell_(std::move(tell)), multi_(curl_multi_init()),
      timer_(home.get_executor()) {
    if (multi_ == nullptr) throw std::bad_alloc();
    curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &curl_sockets::watch_socket);
    curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &curl_sockets::set_timer);
    curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
    curl_multi_setopt(multi_, CURLMOPT_MAX_TOTAL_CONNECTIONS, static_cast<long>(within.total));
    curl_multi_setopt(multi_, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(within.per_host));
    curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(within.total));
}

curl_sockets::~curl_sockets() {
    curl_multi_cleanup(multi_);  // closes what is open, by close_socket
    forget_closed();
}

void curl_sockets::add(CURL* transfer, asker& by) {
    by.all = this;
    curl_easy_setopt(transfer, CURLOPT_OPENSOCKETFUNCTION, &curl_sockets::open_socket);
    curl_easy_setopt(transfer, CURLOPT_OPENSOCKETDATA, &by);
    curl_easy_setopt(transfer, CURLOPT_CLOSESOCKETFUNCTION, &curl_sockets::close_socket);
    curl_easy_setopt(transfer, CURLOPT_CLOSESOCKETDATA, this);
    curl_multi_add_handle(multi_, transfer);
    forget_closed();
}

void curl_sockets::remove(CURL* transfer, const asker& by) {
    curl_multi_remove_handle(multi_, transfer);
    forget_closed();
    for (auto& [which, on] : links_)
        if (on->connecting == &by) on->connecting = nullptr;
}

// ---- sockets ----

namespace {

// 0 when it is no socket.
std::uint64_t cookie_of(curl_socket_t which) {
    std::uint64_t cookie = 0;
    socklen_t size = sizeof cookie;
    return ::getsockopt(which, SOL_SOCKET, SO_COOKIE, &cookie, &size) == 0 ? cookie : 0;
}

}  // namespace

// libcurl 7.88 closes a socket that did not connect, for want of time or because another address
// was faster, without a word. Its number may be another's already; on this reactor nobody has had
// the time to take it, as every call into libcurl ends here.
void curl_sockets::forget_closed() {
    std::erase_if(links_, [](const auto& each) {
        const auto& [which, on] = each;
        if (on->connecting == nullptr || cookie_of(which) == on->cookie) return false;
        on->io.release();
        on->unit = {};
        return true;
    });
}

curl_socket_t curl_sockets::open_socket(void* by, curlsocktype, curl_sockaddr* at) {
    auto& asks = *static_cast<asker*>(by);
    return asks.all->open_leased(*at, asks);
}

curl_socket_t curl_sockets::open_leased(const curl_sockaddr& at, asker& by) {
    forget_closed();
    auto unit = share_.take();
    if (!unit) {
        by.refused = true;
        return CURL_SOCKET_BAD;
    }
    const int made = ::socket(at.family, at.socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at.protocol);
    if (made < 0) return CURL_SOCKET_BAD;
    auto fresh = std::make_shared<link>(home_.get_executor(), *std::move(unit), by);
    fresh->cookie = cookie_of(made);
    fresh->io.assign(made);
    links_.emplace(made, std::move(fresh));
    return made;
}

int curl_sockets::close_socket(void* self, curl_socket_t which) {
    auto& links = static_cast<curl_sockets*>(self)->links_;
    const auto found = links.find(which);
    if (found == links.end()) return 0;
    const auto old = std::move(found->second);
    links.erase(found);
    boost::system::error_code ignored;
    old->io.close(ignored);
    old->unit = {};  // a wait that is cancelled now may hold the link a moment longer
    return 0;
}

int curl_sockets::watch_socket(CURL*, curl_socket_t which, int what, void* self, void*) {
    auto& all = *static_cast<curl_sockets*>(self);
    const auto found = all.links_.find(which);
    if (found == all.links_.end()) return 0;
    found->second->wanted = what == CURL_POLL_REMOVE ? 0 : what;
    all.watch(which, found->second);
    return 0;
}

void curl_sockets::watch(curl_socket_t which, const std::shared_ptr<link>& on) {
    if ((on->wanted & CURL_POLL_IN) != 0 && !on->reading) wait(which, on, true);
    if ((on->wanted & CURL_POLL_OUT) != 0 && !on->writing) wait(which, on, false);
}

void curl_sockets::wait(curl_socket_t which, const std::shared_ptr<link>& on, bool to_read) {
    (to_read ? on->reading : on->writing) = true;
    using waits = asio::posix::descriptor_base;
    on->io.async_wait(
        to_read ? waits::wait_read : waits::wait_write,
        [self = weak_from_this(), which, on, to_read](const boost::system::error_code& failed) {
            (to_read ? on->reading : on->writing) = false;
            const auto alive = self.lock();
            if (failed || !alive || !on->io.is_open()) return;
            if ((on->wanted & (to_read ? CURL_POLL_IN : CURL_POLL_OUT)) == 0) return;
            alive->act(which, to_read ? CURL_CSELECT_IN : CURL_CSELECT_OUT);
            if (on->io.is_open()) alive->watch(which, on);
        });
}

// ---- progress ----

int curl_sockets::set_timer(CURLM*, long ms, void* self) {
    static_cast<curl_sockets*>(self)->arm(ms);
    return 0;
}

void curl_sockets::arm(long ms) {
    if (ms < 0) {
        timer_.cancel();
        return;
    }
    // Also for "at once": libcurl must not be entered from its own call.
    timer_.expires_after(std::chrono::milliseconds(ms));
    timer_.async_wait([self = weak_from_this()](const boost::system::error_code& failed) {
        if (const auto alive = self.lock(); alive && !failed)
            alive->act(CURL_SOCKET_TIMEOUT, 0);
    });
}

void curl_sockets::act(curl_socket_t which, int events) {
    int running = 0, left = 0;
    curl_multi_socket_action(multi_, which, events, &running);
    while (const auto* const message = curl_multi_info_read(multi_, &left))
        if (message->msg == CURLMSG_DONE) tell_(message->easy_handle, message->data.result);
    forget_closed();
}

}  // namespace headroom::http::detail
