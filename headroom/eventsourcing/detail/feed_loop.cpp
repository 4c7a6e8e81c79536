#include "headroom/eventsourcing/detail/feed_loop.hpp"

#include <algorithm>
#include <random>

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/detail/position_sequence.hpp"
#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds look_ms_max = 5s;       // one turn of looks
constexpr std::chrono::milliseconds hole_pause_most = 20ms;
constexpr std::chrono::milliseconds hole_is_a_stall = 100ms;
constexpr std::chrono::milliseconds explain_again = 500ms;
constexpr std::chrono::milliseconds listen_again = 50ms;
constexpr backoff_bounds retries{10ms, 50ms, 500ms};
constexpr log_position everything = INT64_MAX;

}  // namespace

feed::body::body(persistence::database& on, persistence::control& control, budget::book& from,
                 const feed_bounds& bounds)
    : on_(on), control_(control), within_(bounds), own_(on.make_pool(feed_consumer)),
      catch_up_(on.make_pool(catch_up_consumer)), pages_(bounds.memory_bytes_max),
      failures_(retries, std::minstd_rand(std::random_device{}())) {
    BOOST_ASSERT(from.planned().find_consumer(feed_consumer) != nullptr);
}

// Where the server is full or restarting for now, the pool and the loop go on trying.
task<void> feed::body::start(deadline by) {
    looping_ = registering_ = true;
    const std::weak_ptr<body> self = weak_from_this();
    control_.on_restored([self] {
        if (const auto alive = self.lock()) alive->wake();
    });
    home().spawn([me = shared_from_this()] { return me->loop(); });
    home().spawn([me = shared_from_this()] { return me->keep_listening(); });
    co_await persistence::started_or_trying(own_->start(by));
    co_await persistence::started_or_trying(catch_up_->start(by));
    while (!(fence_ && fence_->knows_head()) && !unsound_ && !by.passed()) co_await moved_.wait(by);
    if (unsound_) std::rethrow_exception(unsound_);
}

task<void> feed::body::stop(deadline drain_until) {
    stopping_ = true;
    channel_ = {};
    news_.wake_all();
    moved_.wake_all();
    past_free_.wake_all();
    co_await own_->stop(drain_until);
    co_await catch_up_->stop(drain_until);
    while (looping_ || registering_ || nexts_ > 0) {
        news_.wake_all();
        moved_.wake_all();
        past_free_.wake_all();
        co_await sleep_until(deadline::after(1ms));
    }
    channel_ = {};
}

void feed::body::wake() {
    awake_ = true;
    idle_ = 0ms;
    news_.wake_all();
}

void feed::body::count(const std::function<void(feed_figures&)>& change) {
    std::scoped_lock lock(mutex_);
    change(figures_);
    figures_.head = head;
    figures_.memory_bytes = pages_.bytes();
    if (fence_) {
        figures_.holes = fence_->counted().holes;
        figures_.dead = fence_->counted().dead;
    }
}

feed_figures feed::body::figures() const {
    std::scoped_lock lock(mutex_);
    return figures_;
}

// ---- the head ----

task<void> feed::body::loop() {
    while (!stopping_) {
        bool failed = false;
        try {
            co_await turn();
            failures_.reset();
        } catch (const detail::unsound_sequence&) {
            failed = true;
            unsound_ = std::current_exception();
            moved_.wake_all();
        } catch (const std::exception&) {
            failed = true;  // the server does not answer, or refuses: the next turn tries again
        }
        if (!stopping_) co_await rest(failed);
    }
    looping_ = false;
}

// Beside the looks, which must not wait for a control connection that does not answer. A look
// follows: it sees what was appended before, and what is appended after is told.
task<void> feed::body::keep_listening() {
    const std::weak_ptr<body> self = weak_from_this();
    for (bool listens = false; !listens && !stopping_;) {
        try {
            channel_ = co_await control_.listen(
                persistence::identifier::parse(events_channel).value(),
                [self](const persistence::notification&) {
                    if (const auto alive = self.lock()) alive->wake();
                },
                deadline::after(look_ms_max));
            listens = true;
        } catch (const std::exception&) {
            listens = false;  // control was lost meanwhile; until it is back we poll
        }
        if (!listens && !stopping_) co_await sleep_until(deadline::after(listen_again));
    }
    registering_ = false;
    wake();
}

task<void> feed::body::turn() {
    budget::holder by(feed_consumer);
    auto lent = co_await own_->take(by, deadline::after(look_ms_max));
    if (!lent) throw budget::refused(std::move(lent.error()));
    if (backend_ != lent->backend_pid()) co_await meet_server(*lent);
    awake_ = false;
    co_await look(*lent);
}

// A fence is about the transactions of one server's life. Another history may have other events
// under the same numbers, so all that is known of it is forgotten.
task<void> feed::body::meet_server(persistence::session& with) {
    const auto until = deadline::after(look_ms_max);
    auto found = co_await detail::read_history(with, until);
    co_await detail::check_sequence(with, until);
    unsound_ = nullptr;
    const bool same = !history_ || (*history_ == found &&
                                    co_await detail::still_there(with, newest_, until));
    if (!same) start_anew();
    history_ = std::move(found);
    if (!fence_) {
        newest_ = co_await detail::read_newest(with, until);
        const auto so_far = figures();
        fence_.emplace(newest_.position, detail::gap_fence::counts{so_far.holes, so_far.dead});
        if (fence_->knows_head()) moved_.wake_all();
    }
    fence_->lost_sight();
    backend_ = with.backend_pid();
}

void feed::body::start_anew() {
    ++era_;
    fence_.reset();
    newest_ = {};
    pages_.restart(0);
    head = 0;
    hole_since_.reset();
    count([](feed_figures& to) {
        ++to.restarts;
        to.stall.reset();
    });
}

task<void> feed::body::look(persistence::session& with) {
    if (fence_->next() == detail::gap_fence::ask::holders) co_await look_at_hole(with);
    if (!fence_->knows_head()) co_return;
    if (!fence_->waiting()) {
        co_await read_tail(with);
        awake_ = awake_ || fence_->next() == detail::gap_fence::ask::holders;
        hole_pause_ = 0ms;
    }
}

// While the holders run on, one of them may have filled the hole already.
task<void> feed::body::look_at_hole(persistence::session& with) {
    const auto until = deadline::after(look_ms_max);
    const bool knew = fence_->knows_head();
    fence_->saw_holders(co_await detail::read_holders(with, until));
    if (!knew && fence_->knows_head()) {
        pages_.restart(fence_->head());
        head = fence_->head();
        moved_.wake_all();
        co_return;
    }
    if (!fence_->waiting()) co_return;
    const auto hole = fence_->hole();
    if (hole && co_await detail::is_visible(with, *hole, until)) co_await read_tail(with);
    if (fence_->waiting()) co_await explain_hole(with);
}

task<void> feed::body::read_tail(persistence::session& with) {
    const auto from = fence_->head();
    auto found = co_await detail::read_page(
        with, {from, everything, within_.page_events_max, within_.memory_bytes_max / 8},
        deadline::after(look_ms_max));
    std::vector<log_position> numbers;
    numbers.reserve(found->events.size());
    for (const auto& each : found->events) numbers.push_back(each.position);
    const auto taken = fence_->saw_events(numbers);
    const bool more = found->cut && taken == numbers.size();
    found->events.resize(taken);
    found->through = fence_->head();
    count([&](feed_figures& to) {
        ++to.reads;
        to.events += taken;
        if (!fence_->waiting()) to.stall.reset();
    });
    if (taken == 0) co_return;
    hole_since_.reset();
    idle_ = 0ms;
    newest_ = {found->events.back().position, found->events.back().id};
    pages_.append(std::move(found));
    head = pages_.head();
    awake_ = awake_ || more;
    moved_.wake_all();
}

task<void> feed::body::explain_hole(persistence::session& with) {
    const auto now = deadline::clock::now();
    if (!hole_since_) hole_since_ = now;
    if (now - *hole_since_ < hole_is_a_stall) co_return;
    hole_since_ = now - hole_is_a_stall + explain_again;
    const auto stall = co_await detail::read_stall(
        with, fence_->hole().value_or(fence_->head()), fence_->suspects(),
        deadline::after(look_ms_max));
    count([&](feed_figures& to) { to.stall = stall; });
}

// Between two turns: a little before the next look at a hole, however many wake us; else until
// somebody does, longer and longer when nobody comes.
task<void> feed::body::rest(bool failed) {
    if (failed) co_return co_await news_.wait(deadline::after(failures_.next()));
    if (fence_->waiting()) {
        hole_pause_ = std::clamp(hole_pause_ * 2, within_.fence_pause_ms, hole_pause_most);
        co_return co_await sleep_until(deadline::after(hole_pause_));
    }
    if (awake_) co_return;
    idle_ = std::clamp(idle_ * 2, within_.poll_least_ms, within_.poll_most_ms);
    const auto until = deadline::after(idle_);
    co_await news_.wait(until);
    count([&](feed_figures& to) { ++(until.passed() ? to.polls : to.wakes); });
}

}  // namespace headroom::eventsourcing
