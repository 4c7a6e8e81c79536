#include "headroom/eventsourcing/projections.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/detail/projections_body.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using detail::runner;

constexpr auto head_wait_ms = 100ms;   // then the loop looks whether it is to end
constexpr auto poll_ms = 20ms;         // for all who wait for other processes' projections
constexpr unsigned ask_every = 5;      // polls
constexpr auto statement_ms = 1'000ms;
constexpr auto release_ms_max = 500ms;
constexpr char projector_role[] = "headroom_projector";

bool named_well(std::string_view name) {
    return !name.empty() && name.size() <= projection_name_max &&
           name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") ==
               std::string_view::npos;
}

std::string entry_of(const detail::checkpoint_key& key) {
    return fmt::format("{} version {}", key.name, key.version);
}

void check(const std::vector<std::unique_ptr<projection>>& all, const projection_bounds& bounds) {
    std::set<std::pair<std::string_view, int>> seen;
    for (const auto& each : all) {
        if (!named_well(each->name()) || each->version() < 1)
            throw projection_refused(fmt::format("\"{}\" version {} is no projection's name",
                                                 each->name(), each->version()));
        if (!seen.emplace(each->name(), each->version()).second)
            throw projection_refused(
                fmt::format("{} version {} is there twice", each->name(), each->version()));
    }
    if (bounds.runners_max == 0 || all.size() <= bounds.runners_max) return;
    throw projection_refused(fmt::format(
        "{} is one projection too many: there are {}, and MAX_PROJECTION_RUNNERS is {}",
        all[bounds.runners_max]->name(), all.size(), bounds.runners_max));
}

}  // namespace

std::string_view to_string(projection_state of) noexcept {
    switch (of) {
        case projection_state::standing_by: return "standing_by";
        case projection_state::starting: return "starting";
        case projection_state::following: return "following";
        case projection_state::catching_up: return "catching_up";
        case projection_state::paused: return "paused";
        case projection_state::retrying: return "retrying";
        case projection_state::stopped: return "stopped";
    }
    return "stopped";
}

// ---- body ----

projections::body::body(persistence::database& database, persistence::door& writers,
                        persistence::control& with, feed& source,
                        std::vector<std::unique_ptr<projection>> all,
                        const projection_bounds& bounds, audience* told)
    : on(database),
      control(with),
      from(source),
      pool(on.make_pool(writers_consumer, {.through = &writers, .role = projector_role})),
      queue(home(), std::max(1U, pool->figures().max)),
      shared{home(), on, control, from, *pool, queue, bounds, told}, changed(home()) {
    if (bounds.runners_max == 0) all.clear();
    for (auto& each : all) {
        runners.push_back(std::make_unique<runner>(shared, std::move(each)));
        names.push_back(runners.back()->key().name);
        versions.push_back(runners.back()->key().version);
    }
}

void projections::body::enter() {
    for (const auto& each : runners) {
        auto name = entry_of(each->key());
        if (!from.enter(name)) {
            leave();
            throw projection_refused(name + " runs in this process already");
        }
        entered.push_back(std::move(name));
    }
}

void projections::body::leave() noexcept {
    for (const auto& each : entered) from.leave(each);
    entered.clear();
}

task<void> projections::body::start(deadline by) {
    if (runners.empty()) co_return;
    co_await persistence::started_or_trying(pool->start(by));
    const std::weak_ptr<body> self = weak_from_this();
    control.on_lost([self](const std::string&) {
        if (const auto alive = self.lock()) alive->lose_all();
    });
    control.on_restored([self] {
        if (const auto alive = self.lock()) alive->changed.ring();
    });
    jobs += 2;
    home().spawn([me = shared_from_this()] { return me->watch_ownership(); });
    home().spawn([me = shared_from_this()] { return me->watch_head(); });
    for (const auto& each : runners)
        home().spawn([me = shared_from_this(), one = each.get()] { return one->run(); });
}

task<void> projections::body::stop(deadline drain_until) {
    stopping = true;
    changed.ring();
    for (const auto& each : runners) each->stop();
    const auto ended = [this] {
        return std::ranges::all_of(runners, [](const auto& each) { return each->ended(); });
    };
    while (!ended() && !drain_until.passed()) co_await sleep_until(deadline::after(1ms));
    try {
        co_await release_all(std::max(drain_until, deadline::after(release_ms_max)));
        for (const auto& each : runners)
            if (const auto id = each->lock_id())
                co_await control.unlock({persistence::lock_class::leader, *id},
                                        deadline::after(release_ms_max));
        if (!runners.empty()) co_await tell("released");
    } catch (const std::exception&) {
        // The locks go with the process, and who comes next is careful.
    }
    channel = {};
    co_await pool->stop(drain_until);
    while (jobs > 0 || !ended()) co_await sleep_until(deadline::after(1ms));
}

// Nobody asks the feed for more than is there; one asks for all whether there is more.
task<void> projections::body::watch_head() {
    while (!stopping) {
        bool failed = false;
        try {
            const auto before = from.head();
            const auto page = co_await from.next(before, 1, deadline::after(head_wait_ms));
            if (page.through() > before)
                for (const auto& each : runners) each->head_moved();
        } catch (const std::exception&) {
            failed = true;  // the feed is stopping, or its server does not answer
        }
        if (failed && !stopping) co_await sleep_until(deadline::after(head_wait_ms));
    }
    --jobs;
}

// ---- waiting ----

std::vector<runner*> projections::body::named(std::string_view projection) const {
    std::vector<runner*> found;
    for (const auto& each : runners)
        if (each->key().name == projection) found.push_back(each.get());
    return found;
}

task<bool> projections::body::wait_for(log_position at, std::vector<runner*> which,
                                       deadline until) {
    const auto keep = shared_from_this();
    for (auto* each : which) {
        if (stopping) co_return false;
        const bool remote = !each->owned();
        if (remote && !std::exchange(polling, true)) {
            ++jobs;
            home().spawn([me = keep] { return me->poll_positions(); });
        }
        if (!co_await each->wait_for(at, until)) co_return false;
    }
    co_return true;
}

bool projections::body::asks_others() const {
    return std::ranges::any_of(
        runners, [](const auto& each) { return !each->owned() && each->waited_for(); });
}

// One statement for all who wait, and now and then a word to the owners: a checkpoint's row may lag
// behind by events its projection does not want.
task<void> projections::body::poll_positions() {
    co_await yield_now();
    for (unsigned polls = 0; !stopping && asks_others(); ++polls) {
        try {
            if (polls % ask_every == 0)
                for (const auto& each : runners)
                    if (!each->owned() && each->waited_for())
                        co_await tell(std::string(detail::ask_prefix) + each->key().name);
            const auto rows = co_await on.lanes().reads().send(
                std::nullopt, detail::read_positions, keys(), deadline::after(statement_ms));
            for (int i = 0; i < rows.size(); ++i)
                for (auto* each : named(rows[i].get<std::string_view>(0)))
                    if (each->key().version == rows[i].get<std::int32_t>(1))
                        each->saw(rows[i].get<std::int64_t>(2));
        } catch (const std::exception&) {
            polls = ask_every - 1;  // asked again once the server answers
        }
        if (!stopping && asks_others()) co_await sleep_until(deadline::after(poll_ms));
    }
    polling = false;
    --jobs;
}

// ---- what others see ----

std::vector<projection_status> projections::body::statuses() const {
    const auto source = from.figures();
    const auto now = std::chrono::time_point_cast<std::chrono::microseconds>(
        std::chrono::system_clock::now());
    std::vector<projection_status> all;
    for (const auto& each : runners) {
        auto one = each->status();
        one.lag_events = std::max<std::int64_t>(0, source.head - one.position);
        if (const auto oldest = each->oldest(); oldest && one.lag_events > 0)
            one.lag = std::max(0ms, std::chrono::duration_cast<std::chrono::milliseconds>(
                                        now - *oldest));
        if (one.trouble.empty() && source.stall)
            one.trouble = fmt::format(
                "event {} is held back by the transaction of pid {} ({}), open for {} ms",
                source.stall->at, source.stall->pid, source.stall->application_name,
                source.stall->age.count());
        all.push_back(std::move(one));
    }
    return all;
}

// ---- projections ----

projections::projections(persistence::database& on, persistence::door& writers,
                         persistence::control& control, feed& from, budget::book& shares,
                         std::vector<std::unique_ptr<projection>> all,
                         const projection_bounds& bounds, audience* told) {
    BOOST_ASSERT(shares.planned().find_consumer(writers_consumer) != nullptr);
    check(all, bounds);
    body_ = std::make_shared<body>(on, writers, control, from, std::move(all), bounds, told);
}

projections::~projections() { stop(deadline::after(0ms)); }

void projections::start(deadline by) {
    body_->enter();
    started_ = true;
    body_->home().run_blocking([this, by] { return body_->start(by); });
}

void projections::stop(deadline drain_until) noexcept {
    if (!std::exchange(started_, false)) return;
    try {
        body_->home().run_blocking([this, drain_until] { return body_->stop(drain_until); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
    body_->leave();
}

task<bool> projections::wait_for(log_position at, std::string_view projection, deadline until) {
    auto which = body_->named(projection);
    if (which.empty())
        throw std::invalid_argument(fmt::format("there is no projection \"{}\"", projection));
    return on_reactor(body_->home(), body_->wait_for(at, std::move(which), until));
}

task<bool> projections::wait_for_all(log_position at, deadline until) {
    std::vector<runner*> all;
    for (const auto& each : body_->runners) all.push_back(each.get());
    return on_reactor(body_->home(), body_->wait_for(at, std::move(all), until));
}

std::vector<projection_status> projections::statuses() const { return body_->statuses(); }

}  // namespace headroom::eventsourcing
