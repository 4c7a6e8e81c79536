#include "headroom/persistence/redis/shared_server.hpp"

#include <boost/assert.hpp>

#include "headroom/persistence/redis/server_limits.hpp"

namespace headroom::redis {
namespace {

constexpr std::chrono::milliseconds stop_ms_max{2'000};

budget::grant taken(budget::book& from, std::string_view consumer) {
    auto share = from.take(consumer);
    if (!share) throw budget::refused(std::move(share.error()));
    return std::move(*share);
}

template <class Terms>
Terms terms_of(const settings& with, persistence::application_name name, const char* consumer) {
    name.consumer = consumer;
    Terms made;
    made.options.name = name.text();
    made.options.needs_primary = with.server->is_sentinel();
    made.connect_ms_max = with.connect_timeout;
    made.ping_idle_ms = with.silence;
    return made;
}

}  // namespace

shared_server::shared_server(runtime& on, budget::book& from, const settings& with,
                             persistence::application_name name)
    : on_(on),
      from_(from),
      with_(with),
      name_(std::move(name)),
      sockets_(taken(from, sockets_consumer)),
      door_(*with.server, &on.system_pool()),
      shared_(on.home(), taken(from, shared_consumer), door_,
              terms_of<mux_terms>(with_, name_, shared_consumer)) {
    while (held_.size() < sockets_.agreed().floor) held_.push_back(sockets_.take().value());
}

shared_server::~shared_server() { stop(deadline::after(stop_ms_max)); }

subscriptions& shared_server::make_push() {
    BOOST_ASSERT(!push_ && !listens_);
    return push_.emplace(on_.home(), taken(from_, push_consumer), door_,
                         terms_of<push_terms>(with_, name_, push_consumer));
}

void shared_server::begin() {
    if (!std::exchange(begun_, true)) shared_.start();
}

void shared_server::start(deadline by) {
    on_.home().run_blocking([this, by]() -> task<void> {
        begin();
        co_await shared_.up(by);
        if (!push_) co_return;
        listens_ = true;
        push_->start();
        co_await push_->up(by);
    });
}

task<void> shared_server::stop_both(deadline until) {
    if (listens_) co_await push_->stop(until);
    co_await shared_.stop(until);
}

void shared_server::stop(deadline drain_until) noexcept {
    if (!begun_ || std::exchange(stopped_, true)) return;
    try {
        on_.home().run_blocking(
            [this, drain_until] { return stop_both(drain_until.at_most(stop_ms_max)); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
}

task<std::vector<persistence::start_limit>> shared_server::limits(deadline until) {
    begin();
    co_await shared_.up(until);
    const budget::figure stated = with_.clients_max;
    const auto found = co_await read_server_limits(shared_, stated, until);
    co_return std::vector{as_start_limit(found, 1)};
}

}  // namespace headroom::redis
