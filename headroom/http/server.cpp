#include "headroom/http/server.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/assert.hpp>
#include <system_error>

#include "headroom/http/detail/core.hpp"
#include "headroom/http/detail/listen_address.hpp"
#include "headroom/http/detail/listener.hpp"

namespace headroom::http {
namespace asio = boost::asio;
namespace {

constexpr std::chrono::milliseconds unwind_ms_max{1'000};  // for cancelled handlers

budget::lease must(budget::result<budget::lease> taken) {
    if (!taken) throw budget::refused(std::move(taken.error()));
    return std::move(*taken);
}

router sealed(router routes) {
    routes.seal();
    return routes;
}

}  // namespace

struct server::parts {
    std::vector<reactor*> reactors;
    std::shared_ptr<detail::core> core;
    std::shared_ptr<detail::stillness> still = std::make_shared<detail::stillness>();
    std::vector<std::shared_ptr<detail::listener>> listeners;
    std::uint16_t port = 0;
    bool stopped = false;

    void tell(void (detail::listener::*what)()) {
        for (const auto& each : listeners)
            asio::post(each->on().get_executor(),
                       [here = detail::presence(core, still), each, what] { ((*each).*what)(); });
    }
};

server::server(std::vector<reactor*> reactors, settings with, router routes, server_grants grants,
               access_log log, certificates* shown)
    : parts_(std::make_unique<parts>()) {
    BOOST_ASSERT_MSG(faults(with).empty(), "a server is constructed from checked settings");
    BOOST_ASSERT_MSG(with.tls.on() == (shown != nullptr), "TLS is what shows certificates");
    BOOST_ASSERT(!reactors.empty());
    BOOST_ASSERT(grants.listener.agreed().floor >= reactors.size());
    BOOST_ASSERT(grants.connections.agreed().floor > reactors.size());
    parts_->reactors = std::move(reactors);
    parts_->core = std::make_shared<detail::core>(std::move(with), sealed(std::move(routes)),
                                                  std::move(grants), std::move(log), shown);
}

server::~server() { stop(deadline::after(std::chrono::milliseconds(0))); }

void server::start(deadline) try {
    BOOST_ASSERT_MSG(parts_->listeners.empty() && !parts_->stopped, "a server starts once");
    auto at = *detail::parse_listen_address(parts_->core->sealed.listen);
    const bool share = parts_->reactors.size() > 1;
    for (auto* each : parts_->reactors) {
        auto& added = *parts_->listeners.emplace_back(std::make_shared<detail::listener>(
            *each, parts_->core, parts_->still, must(parts_->core->grants.listener.take())));
        added.open(at, share);
        at.port(added.local().port());  // the others share what the first was given
    }
    parts_->port = at.port();
    for (auto& each : parts_->listeners) each->start(must(parts_->core->grants.connections.take()));
} catch (const boost::system::system_error& failed) {
    throw std::system_error(failed.code(), "listen on " + parts_->core->sealed.listen);
}

std::string_view server::name() const noexcept { return parts_->core->sealed.name; }

void server::shed_under(pressure& behind, unsigned places) {
    BOOST_ASSERT_MSG(parts_->listeners.empty(), "what is behind is known before the server starts");
    auto& core = *parts_->core;
    BOOST_ASSERT(places >= 1 && places <= core.sealed.in_flight_max);
    core.behind = &behind;
    core.handlers.resize(places);
    core.apart.resize(core.sealed.in_flight_max - places);
}

std::uint16_t server::port() const noexcept { return parts_->port; }

void server::stop(deadline drain_until) noexcept {
    auto& own = *parts_;
    if (std::exchange(own.stopped, true) || own.listeners.empty()) return;
    const auto& times = own.core->sealed.times;
    own.core->draining = true;
    own.still->pause(std::min(times.drain_delay, drain_until.left()));
    own.tell(&detail::listener::drain);
    if (own.still->wait(drain_until.left())) return;
    own.tell(&detail::listener::abort);
    const bool still = own.still->wait_last(times.request_max + unwind_ms_max);
    BOOST_ASSERT_MSG(still, "a handler outlived its cancellation and its deadline");
}

void server::hurry() noexcept { parts_->still->hurry(); }

server_snapshot server::snapshot() const noexcept {
    const auto& from = *parts_->core;
    return {from.accepted,
            from.turned_away,
            from.requests,
            from.shed,
            from.shed_behind,
            from.unshaken,
            from.connections,
            from.handlers.inside() + from.apart.inside(),
            from.handlers.waiting(),
            from.streams,
            from.bodies.held()};
}

// Each reactor lists its own: nothing of a request may be read from another thread.
task<std::vector<under_way>> server::requests_under_way(std::size_t most) {
    std::vector<under_way> all;
    const auto listeners = parts_->listeners;
    for (const auto& each : listeners)
        all = co_await asio::co_spawn(
            each->on().get_executor(),
            [each, most, so_far = std::move(all)]() mutable -> task<std::vector<under_way>> {
                each->list(so_far, most);
                co_return std::move(so_far);
            },
            use_task);
    co_return all;
}

}  // namespace headroom::http
