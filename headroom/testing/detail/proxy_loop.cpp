#include "headroom/testing/detail/proxy_loop.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "headroom/runtime/deadline.hpp"
#include "headroom/testing/detail/loopback.hpp"
#include "headroom/testing/server_process.hpp"

namespace headroom::testing::detail {
namespace {

// A poll lists two sockets of the loop, then two for each connection.
constexpr std::size_t wake_slot = 0, listener_slot = 1, first_connection_slot = 2;

}  // namespace

proxy_loop::proxy_loop(std::string upstream)
    : port(free_port()), upstream_(std::move(upstream)), wake_(eventfd(0, EFD_CLOEXEC)) {
    listen();
}

proxy_loop::~proxy_loop() {
    hang_up();
    close(wake_);
}

void proxy_loop::run() {
    while (!stopping_) {
        const auto now = flow::clock::now();
        auto polled = interests(now);
        ::poll(polled.data(), polled.size(), patience(now));
        move_bytes(polled);
        remove_finished();
        follow_orders(polled[wake_slot]);
        if ((polled[listener_slot].revents & POLLIN) != 0) accept();
    }
}

void proxy_loop::order(std::function<void(proxy_loop&)> what) {
    std::packaged_task<void(proxy_loop&)> next(std::move(what));
    auto done = next.get_future();
    {
        std::scoped_lock lock(mutex_);
        orders_.push_back(std::move(next));
    }
    eventfd_write(wake_, 1);
    done.get();
}

void proxy_loop::follow_orders(const pollfd& wake) {
    if ((wake.revents & POLLIN) == 0) return;
    eventfd_t ignored;
    eventfd_read(wake_, &ignored);
    std::deque<std::packaged_task<void(proxy_loop&)>> orders;
    {
        std::scoped_lock lock(mutex_);
        orders.swap(orders_);
    }
    for (auto& each : orders) each(*this);
}

std::vector<pollfd> proxy_loop::interests(flow::clock::time_point now) const {
    std::vector<pollfd> all{{wake_, POLLIN, 0}, {listener_, POLLIN, 0}};
    for (const auto& each : connections_) {
        const auto [client, server] = each.interests(now);
        all.push_back(client);
        all.push_back(server);
    }
    return all;
}

int proxy_loop::patience(flow::clock::time_point now) const {
    auto until = now + std::chrono::hours(1);
    for (const auto& each : connections_) until = std::min(until, each.due(now).value_or(until));
    return static_cast<int>(deadline(until).left(now).count());
}

void proxy_loop::move_bytes(const std::vector<pollfd>& polled) {
    auto slot = first_connection_slot;
    for (auto& each : connections_) {
        each.move_bytes(polled[slot], polled[slot + 1], flow::clock::now());
        slot += 2;
    }
}

void proxy_loop::accept() {
    const auto client = accept_from(listener_);
    if (!client) return;
    const auto server =
        connections_.size() < connections_max ? connect_to(upstream_) : std::nullopt;
    if (!server) return reset(*client);
    connections_.emplace_back(++accepted_, *client, *server, default_);
}

void proxy_loop::remove_finished() {
    connections_.remove_if([](const proxied& each) { return each.finished(); });
}

void proxy_loop::conduct_all(conduct how) {
    default_ = how;
    for (auto& each : connections_) each.how = how;
}

void proxy_loop::break_all() {
    for (auto& each : connections_) each.break_off();
    remove_finished();
}

void proxy_loop::with(unsigned number, const std::function<void(proxied&)>& what) {
    for (auto& each : connections_)
        if (each.number == number) what(each);
    remove_finished();
}

void proxy_loop::listen() {
    if (listener_ < 0) listener_ = listen_on(port);
}

void proxy_loop::hang_up() {
    if (listener_ >= 0) close(std::exchange(listener_, -1));
}

std::vector<unsigned> proxy_loop::numbers() const {
    std::vector<unsigned> all;
    for (const auto& each : connections_) all.push_back(each.number);
    return all;
}

}  // namespace headroom::testing::detail
