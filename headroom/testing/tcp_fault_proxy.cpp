#include "headroom/testing/tcp_fault_proxy.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <deque>
#include <future>
#include <list>
#include <mutex>
#include <optional>
#include <stdexcept>

#include "headroom/testing/detail/flow.hpp"
#include "headroom/testing/server_process.hpp"

namespace headroom::testing {
namespace {

using detail::conduct;
using detail::flow;
using clock = flow::clock;

constexpr int socket_kind = SOCK_STREAM | SOCK_CLOEXEC;

int check(int got, const char* doing) {
    if (got < 0) throw std::system_error(errno, std::generic_category(), doing);
    return got;
}

sockaddr_in loopback(unsigned short port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
}

template <class Address>
const sockaddr* generic(const Address& at) {
    return reinterpret_cast<const sockaddr*>(&at);
}

// An open socket to the upstream, or none.
std::optional<int> connect_to(const std::string& upstream) {
    sockaddr_un path{};
    path.sun_family = AF_UNIX;
    upstream.copy(path.sun_path, sizeof path.sun_path - 1);
    const bool local = upstream.starts_with('/');
    const int to = check(socket(local ? AF_UNIX : AF_INET, socket_kind, 0), "socket");
    const auto port = local ? sockaddr_in{}
                            : loopback(static_cast<unsigned short>(std::stoi(upstream)));
    if (local ? connect(to, generic(path), sizeof path) == 0
              : connect(to, generic(port), sizeof port) == 0) {
        fcntl(to, F_SETFL, O_NONBLOCK);
        return to;
    }
    close(to);
    return {};
}

void reset(int socket) {
    const linger at_once{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(socket);
}

// A client's socket and the one we opened for it upstream.
struct connection {
    connection(unsigned number, int client, int server, conduct how)
        : number(number), client(client), server(server), how(how) {}
    ~connection() {
        broken ? reset(client) : void(close(client));
        close(server);
    }
    connection(const connection&) = delete;

    bool finished() const { return broken || (up.finished() && down.finished()); }
    void move_bytes(const pollfd& at_client, const pollfd& at_server, clock::time_point now) {
        step(up, at_client, at_server, now);
        if (!broken) step(down, at_server, at_client, now);
    }
    void step(flow& one, const pollfd& from, const pollfd& to, clock::time_point now) {
        constexpr short gone = POLLERR | POLLHUP;
        if ((from.revents & (POLLIN | gone)) != 0 && one.wants_to_read(how))
            broken = !one.read(how, now);
        if (!broken && (to.revents & (POLLOUT | gone)) != 0 && one.wants_to_write(how, now))
            broken = !one.write(how, now);
    }
    pollfd interest(int socket, const flow& in, const flow& out, clock::time_point now) const {
        const int events = (in.wants_to_read(how) ? POLLIN : 0) |
                           (out.wants_to_write(how, now) ? POLLOUT : 0);
        // Without interest a hang-up must not wake us again and again.
        return {events != 0 ? socket : -1, static_cast<short>(events), 0};
    }

    const unsigned number;
    const int client, server;
    conduct how;
    flow up{client, server}, down{server, client};
    bool broken = false;
};

}  // namespace

// Owned by the proxy's thread but for the queue of orders.
class tcp_fault_proxy::loop {
public:
    explicit loop(std::string upstream)
        : upstream_(std::move(upstream)), wake_(check(eventfd(0, EFD_CLOEXEC), "eventfd")),
          port(free_port()) {
        listen();
    }
    ~loop() {
        hang_up();
        close(wake_);
    }

    void run() {
        while (!stopping_) {
            const auto now = clock::now();
            auto sockets = interests(now);
            ::poll(sockets.data(), sockets.size(), patience(now));
            follow_orders(sockets[0]);
            move_bytes(sockets);
            if ((sockets[1].revents & POLLIN) != 0) accept();
            connections_.remove_if([](const connection& each) { return each.finished(); });
        }
    }

    // Carries an order out on the proxy's thread and waits for it.
    void order(std::function<void(loop&)> what) {
        std::packaged_task<void(loop&)> next(std::move(what));
        auto done = next.get_future();
        {
            std::scoped_lock lock(mutex_);
            orders_.push_back(std::move(next));
        }
        eventfd_write(wake_, 1);
        done.get();
    }

    void conduct_all(conduct how) {
        default_ = how;
        for (auto& each : connections_) each.how = how;
    }
    void drop_all() {
        for (auto& each : connections_) each.broken = true;
        connections_.clear();
    }
    void with(unsigned number, const std::function<void(connection&)>& what) {
        for (auto& each : connections_)
            if (each.number == number) what(each);
        connections_.remove_if([](const connection& each) { return each.finished(); });
    }
    void listen() {
        if (listener_ >= 0) return;
        listener_ = check(socket(AF_INET, socket_kind | SOCK_NONBLOCK, 0), "socket");
        const int yes = 1;
        setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
        const auto at = loopback(port);
        check(bind(listener_, generic(at), sizeof at), "bind");
        check(::listen(listener_, SOMAXCONN), "listen");
    }
    void hang_up() {
        if (listener_ >= 0) close(std::exchange(listener_, -1));
    }
    void stop() { stopping_ = true; }
    std::vector<unsigned> numbers() const {
        std::vector<unsigned> all;
        for (const auto& each : connections_) all.push_back(each.number);
        return all;
    }
    unsigned accepted() const { return accepted_; }

private:
    // Two sockets of our own, then two for each connection.
    std::vector<pollfd> interests(clock::time_point now) const {
        std::vector<pollfd> all{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
        for (const auto& each : connections_) {
            all.push_back(each.interest(each.client, each.up, each.down, now));
            all.push_back(each.interest(each.server, each.down, each.up, now));
        }
        return all;
    }
    int patience(clock::time_point now) const {
        auto until = now + std::chrono::hours(1);
        for (const auto& each : connections_)
            for (const auto* one : {&each.up, &each.down})
                if (const auto due = one->due(each.how); due && *due > now)
                    until = std::min(until, *due);
        return static_cast<int>(deadline(until).left(now).count());
    }
    void follow_orders(const pollfd& wake) {
        if ((wake.revents & POLLIN) == 0) return;
        eventfd_t ignored;
        eventfd_read(wake_, &ignored);
        std::deque<std::packaged_task<void(loop&)>> orders;
        {
            std::scoped_lock lock(mutex_);
            orders.swap(orders_);
        }
        for (auto& each : orders) each(*this);
    }
    void move_bytes(const std::vector<pollfd>& sockets) {
        const auto now = clock::now();
        for (auto& each : connections_) {
            const auto find = [&](int socket) {
                const auto at = std::ranges::find(sockets, socket, &pollfd::fd);
                return at == sockets.end() ? pollfd{-1, 0, 0} : *at;
            };
            each.move_bytes(find(each.client), find(each.server), now);
        }
    }
    void accept() {
        const int client = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (client < 0) return;
        const auto server = connections_.size() < connections_max ? connect_to(upstream_)
                                                                  : std::nullopt;
        if (!server) return reset(client);
        connections_.emplace_back(++accepted_, client, *server, default_);
    }

    const std::string upstream_;
    const int wake_;
    int listener_ = -1;
    std::list<connection> connections_;
    conduct default_;
    unsigned accepted_ = 0;
    bool stopping_ = false;
    std::mutex mutex_;
    std::deque<std::packaged_task<void(loop&)>> orders_;  // guarded by mutex_

public:
    const unsigned short port;
};

tcp_fault_proxy::tcp_fault_proxy(std::string upstream)
    : loop_(std::make_unique<loop>(std::move(upstream))),
      thread_(threads_.one(), "fault_proxy", [this] { loop_->run(); }) {
    loop_->order([](loop&) {});  // its thread has its name from here on
}

tcp_fault_proxy::~tcp_fault_proxy() { loop_->order(&loop::stop); }

unsigned short tcp_fault_proxy::port() const noexcept { return loop_->port; }

void tcp_fault_proxy::pass() {
    loop_->order([](loop& on) { on.conduct_all({}); });
}

void tcp_fault_proxy::blackhole() {
    loop_->order([](loop& on) { on.conduct_all({.blackhole = true}); });
}

void tcp_fault_proxy::delay(std::chrono::milliseconds each) {
    loop_->order([each](loop& on) { on.conduct_all({.delay = each}); });
}

void tcp_fault_proxy::throttle(std::size_t bytes_per_second) {
    loop_->order([=](loop& on) { on.conduct_all({.bytes_per_second = bytes_per_second}); });
}

void tcp_fault_proxy::drop() { loop_->order(&loop::drop_all); }

void tcp_fault_proxy::refuse_new() { loop_->order(&loop::hang_up); }

void tcp_fault_proxy::accept_new() { loop_->order(&loop::listen); }

void tcp_fault_proxy::blackhole(unsigned number) {
    loop_->order([number](loop& on) {
        on.with(number, [](connection& one) { one.how = {.blackhole = true}; });
    });
}

void tcp_fault_proxy::pass(unsigned number) {
    loop_->order([number](loop& on) { on.with(number, [](connection& one) { one.how = {}; }); });
}

void tcp_fault_proxy::drop(unsigned number) {
    loop_->order([number](loop& on) {
        on.with(number, [](connection& one) { one.broken = true; });
    });
}

std::vector<unsigned> tcp_fault_proxy::open() const {
    std::vector<unsigned> all;
    loop_->order([&](loop& on) { all = on.numbers(); });
    return all;
}

unsigned tcp_fault_proxy::accepted() const {
    unsigned count = 0;
    loop_->order([&](loop& on) { count = on.accepted(); });
    return count;
}

}  // namespace headroom::testing
