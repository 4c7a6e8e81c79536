#include "headroom/eventsourcing/event_store.hpp"

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/detail/append_checks.hpp"
#include "headroom/eventsourcing/detail/append_driver.hpp"
#include "headroom/eventsourcing/detail/position_sequence.hpp"
#include "headroom/eventsourcing/detail/stream_reads.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::eventsourcing {
namespace {

/// The batch of every transaction has another size, and for each of the first few PostgreSQL would
/// weigh a plan of its own; ours is the same for all.
const std::vector<std::string> one_plan{"plan_cache_mode=force_generic_plan"};

constexpr std::chrono::milliseconds ending_ms_max{10'000};  ///< for sessions to be given back

unsigned floor_of(const budget::book& from) {
    const auto* mine = from.planned().find_consumer(store_consumer);
    BOOST_ASSERT_MSG(mine != nullptr, "the event store's consumer is declared");
    return static_cast<unsigned>(std::max<std::uint64_t>(1, mine->pool.value_or(1)));
}

}  // namespace

struct event_store::body {
    body(persistence::database& with, budget::book& from, const store_bounds& bounds)
        : on(with),
          within(bounds),
          pool(with.make_pool(store_consumer, {.with_queries = true, .settings = one_plan})),
          driver(home(), *pool, terms(floor_of(from))) {}

    reactor& home() { return on.on().home(); }
    detail::driver_terms terms(unsigned floor) {
        return {within, floor, std::max(floor, pool->figures().max), [this](log_position last) {
                    if (listener) listener(last);
                }};
    }
    task<void> start(deadline by);
    task<void> check_order(deadline by);
    task<void> stop(deadline drain_until);
    task<void> save(stream_id stream, snapshot what, deadline until);

    persistence::database& on;
    const store_bounds within;
    const std::unique_ptr<persistence::sessions> pool;
    std::function<void(log_position)> listener;
    detail::append_driver driver;
    bool started = false;
};

// Where the server is full or restarting for now, the pool goes on trying.
task<void> event_store::body::start(deadline by) {
    driver.open();
    co_await persistence::started_or_trying(pool->start(by));
    co_await persistence::started_or_trying(check_order(by));
}

task<void> event_store::body::check_order(deadline by) {
    budget::holder who(store_consumer);
    auto lent = co_await pool->take(who, by);
    if (!lent) throw budget::refused(std::move(lent.error()));
    co_await detail::check_sequence(*lent, by);
}

task<void> event_store::body::stop(deadline drain_until) {
    co_await driver.drain(drain_until);
    co_await pool->stop(drain_until);
    co_await driver.finish(deadline::after(ending_ms_max));
}

task<void> event_store::body::save(stream_id stream, snapshot what, deadline until) {
    budget::holder by(store_consumer);
    auto lent = co_await pool->take(by, until);
    if (!lent) throw budget::refused(std::move(lent.error()));
    co_await lent->run_unit(detail::replace_snapshot(stream, what), until);
}

// ---- event_store ----

event_store::event_store(persistence::database& on, budget::book& from, const store_bounds& bounds)
    : body_(std::make_shared<body>(on, from, bounds)) {}

event_store::~event_store() { stop(deadline::after(std::chrono::milliseconds(0))); }

void event_store::start(deadline by) {
    body_->started = true;
    try {
        body_->home().run_blocking([this, by] { return body_->start(by); });
    } catch (...) {
        stop(deadline::after(std::chrono::milliseconds(0)));
        throw;
    }
}

void event_store::stop(deadline drain_until) noexcept {
    if (!std::exchange(body_->started, false)) return;
    try {
        body_->home().run_blocking([this, drain_until] { return body_->stop(drain_until); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
}

task<std::expected<appended, append_refusal>> event_store::append(append_request what,
                                                                  deadline until) {
    auto metadata = detail::metadata_of(what.context);
    detail::check(what, metadata, body_->within);
    const auto keep = body_;
    co_return co_await on_reactor(
        keep->home(), keep->driver.append(std::move(what), std::move(metadata), until));
}

task<history> event_store::read(stream_id stream, stream_version after, deadline until) {
    return detail::read_stream(body_->on.lanes(), stream, after, until);
}

task<std::optional<snapshot>> event_store::latest_snapshot(stream_id stream, deadline until) {
    return detail::read_snapshot(body_->on.lanes(), stream, until);
}

task<void> event_store::save_snapshot(stream_id stream, snapshot what, deadline until) {
    detail::check(what);
    const auto keep = body_;
    co_await keep->save(stream, std::move(what), until);
}

void event_store::on_appended(std::function<void(log_position)> listener) {
    body_->listener = std::move(listener);
}

store_figures event_store::figures() const { return body_->driver.figures(); }

}  // namespace headroom::eventsourcing
