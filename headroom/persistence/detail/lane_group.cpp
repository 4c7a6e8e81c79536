#include "headroom/persistence/detail/lane_group.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/detail/lane_statement.hpp"

namespace headroom::persistence::detail {
namespace asio = boost::asio;
using namespace std::chrono_literals;

// A wait that others can end: it stands in a list as long as it lasts.
struct lane_group::bell {
    bell(lane_group& group, std::list<timer*>& list, deadline until)
        : rings(group.home_.get_executor(), until.at()), in(list),
          at(in.insert(in.end(), &rings)) {}
    ~bell() { in.erase(at); }
    bell(const bell&) = delete;

    task<void> wait() {
        boost::system::error_code ignored;
        co_await rings.async_wait(asio::redirect_error(use_task, ignored));
    }
    timer rings;
    std::list<timer*>& in;
    const std::list<timer*>::iterator at;
};

// One more while it lives.
template <class Number>
struct counted {
    explicit counted(std::atomic<Number>& number) : of(number) { ++of; }
    ~counted() { --of; }
    counted(const counted&) = delete;
    std::atomic<Number>& of;
};

lane_group::lane_group(reactor& home, budget::grant& share, lane_opener& opener,
                       const lane_settings& with, unsigned floor)
    : home_(home), share_(share), opener_(opener), with_(with), floor_(floor),
      alive_(std::make_shared<lane_group*>(this)) {}

lane_group::~lane_group() {
    BOOST_ASSERT_MSG(running_ == 0, "lanes are stopped before they are destroyed");
}

connection_options lane_group::options() const {
    const auto& bounds = with_.bounds;
    return {.application_name = with_.application_name,
            .statement_cache_max = with_.pooled ? 0 : bounds.statement_cache_max,
            .pending_max = bounds.pending_max,
            .statement_timeout = with_.pooled ? 0ms : bounds.statement_ms_max,
            .abandon_grace_ms = bounds.abandon_grace_ms,
            .ends_with_host = !with_.pooled,
            .echo = with_.echo};
}

// Counts our coroutines; destroyed with the reactor they are counted out as well.
void lane_group::spawn(std::move_only_function<task<void>()> body) {
    struct present {
        explicit present(unsigned& number) : of(&number) { ++*of; }
        present(present&& from) noexcept : of(std::exchange(from.of, nullptr)) {}
        ~present() {
            if (of != nullptr) --*of;
        }
        unsigned* of;
    };
    home_.spawn([mark = present(running_), run = std::move(body)]() mutable { return run(); });
}

task<void> lane_group::start(deadline until) {
    BOOST_ASSERT_MSG(!started_, "lanes are started once");
    started_ = true;
    for (unsigned i = 0; i < floor_; ++i) spawn([this] { return keep_floor(); });
    spawn([this] { return look_after(); });
    while (seen_.lanes < floor_) {
        if (until.passed() || cannot_recover_) {
            if (failure_) std::rethrow_exception(failure_);
            throw deadline_passed("the lanes did not open in time");
        }
        bell until_one_is_up(*this, waiting_, until);
        co_await until_one_is_up.wait();
    }
}

task<void> lane_group::stop(deadline until) {
    stopping_ = true;
    for (auto* each : sleeping_) each->cancel();
    for (auto& each : lanes_) retire(each);
    wake_waiting();
    while (running_ > 0 && !until.passed())
        co_await sleep_until(until.at_most(with_.bounds.retry_ms));
    for (auto& each : fading_) each.reset();
    while (running_ > 0) co_await sleep_until(deadline::after(with_.bounds.retry_ms));
    const auto farewell = until.at_most(with_.bounds.silent_ms_max);
    co_await closing_room::of(home_).settle(share_.agreed().consumer, farewell);
}

// ---- keepers ----

task<void> lane_group::keep_floor() {
    while (!stopping_) {
        if (auto unit = share_.take()) co_await serve(std::move(*unit), false);
        else note(std::make_exception_ptr(budget::refused(std::move(unit.error()))));
        if (stopping_) co_return;
        bell pause(*this, sleeping_, deadline::after(with_.bounds.retry_ms));
        co_await pause.wait();
    }
}

// One connection from its opening to the moment it carries nothing new.
task<void> lane_group::serve(budget::lease unit, bool borrowed) {
    struct place {
        explicit place(lane_list& list) : in(list), at(in.emplace(in.end())) {}
        ~place() { in.erase(at); }
        lane_list& in;
        const lane_list::iterator at;
    } const own(lanes_);
    lane& self = *own.at;
    self.borrowed = borrowed;
    if (!co_await open(self, std::move(unit)) || stopping_) co_return;
    {
        const counted<unsigned> up(seen_.lanes), loan(borrowed ? seen_.borrowed : unused_);
        self.ready = true;
        self.opened = clock::now();
        wake_waiting();
        co_await needed(self);
        self.ready = false;
    }
    if (self.on->is() == connection::state::ready) fade(std::move(self.on));
    else ++seen_.lost;
}

task<bool> lane_group::open(lane& which, budget::lease unit) {
    const counted<unsigned> opening(seen_.opening);
    which.on = std::make_unique<connection>(home_, std::move(unit), options());
    try {
        co_await opener_(*which.on, deadline::after(with_.bounds.connect_ms_max));
    } catch (const std::exception&) {
        ++seen_.failed;
        note(std::current_exception());
        co_return false;
    }
    ++seen_.opened;
    failure_ = nullptr;
    co_return true;
}

// Waits until the lane is lost, suspect, called back or stopped.
task<void> lane_group::needed(lane& which) {
    timer rings(home_.get_executor(), clock::time_point::max());
    which.keeper = &rings;
    which.on->on_lost([this, &which](const std::string&) { retire(which); });
    boost::system::error_code ignored;
    if (which.on->is() == connection::state::ready && !which.outdated)
        co_await rings.async_wait(asio::redirect_error(use_task, ignored));
    which.keeper = nullptr;
    which.on->on_lost(nullptr);
}

void lane_group::retire(lane& which) {
    which.ready = false;
    if (which.keeper != nullptr) which.keeper->cancel();
}

void lane_group::retire_all() {
    asio::post(home_.get_executor(), [alive = std::weak_ptr(alive_)] {
        const auto self = alive.lock();
        if (!self || (*self)->stopping_) return;
        for (auto& each : (*self)->lanes_) each.outdated = true;
        (*self)->spawn([group = *self] { return group->replace_outdated(); });
    });
}

// Callers would wait while the floor is opened anew, so a loan carries them if there is one.
task<void> lane_group::replace_outdated() {
    if (auto unit = share_.take()) co_await bridge(std::move(*unit));
    for (auto& each : lanes_)
        if (each.outdated) retire(each);
}

// Returns when the loan is up, or cannot be opened; it goes back as every loan does.
task<void> lane_group::bridge(budget::lease unit) {
    const auto opened = seen_.opened.load();
    const auto ended = std::make_shared<bool>(false);
    spawn([this, ended, held = std::move(unit)]() mutable -> task<void> {
        co_await serve(std::move(held), true);
        *ended = true;
    });
    while (!stopping_ && !*ended && seen_.opened == opened) {
        bell pause(*this, sleeping_, deadline::after(with_.bounds.retry_ms));
        co_await pause.wait();
    }
}

// Its last answers come in, then it closes; who does not answer goes to the closing room.
void lane_group::fade(std::unique_ptr<connection> on) {
    spawn([this, held = std::move(on)]() mutable -> task<void> {
        const auto at = fading_.insert(fading_.end(), std::move(held));
        const counted<unsigned> one(seen_.fading);
        struct leave {
            ~leave() { in.erase(at); }
            fading_list& in;
            const fading_list::iterator at;
        } const own{fading_, at};
        const auto& bounds = with_.bounds;
        const auto until = deadline::after(bounds.statement_ms_max + bounds.silent_ms_max);
        if (*at) co_await (*at)->drain(until);
        if (*at) co_await (*at)->close(until);
    });
}

void lane_group::note(std::exception_ptr why) {
    failure_ = why;
    try {
        std::rethrow_exception(why);
    } catch (const server_error& said) {
        cannot_recover_ = !said.is(sqlstate::too_many_connections) &&
                          !said.is(sqlstate::cannot_connect_now) &&
                          !said.is(sqlstate::admin_shutdown);
        last_failure_ = said.what();
    } catch (const std::exception& other) {
        cannot_recover_ = false;
        last_failure_ = other.what();
    }
    if (cannot_recover_) wake_waiting();
}

// ---- looking after ----

task<void> lane_group::look_after() {
    while (!stopping_) {
        bell pause(*this, sleeping_, deadline::after(with_.bounds.tick_ms));
        co_await pause.wait();
        look(clock::now());
    }
}

void lane_group::look(clock::time_point now) {
    take_views(now);
    std::size_t pending = 0;
    for (const auto& each : views_) pending += each.pending;
    seen_.pending = pending;
    if (wants_another(views_, with_.bounds) || has_queue()) last_deep_ = now;
    serve_queue();
    const bool recalled = share_.recalled();
    std::size_t at = 0;
    for (auto& each : lanes_) {
        const auto& view = views_[at++];
        if (is_suspect(view, with_.bounds)) {
            ++seen_.suspected;
            retire(each);
        } else if (goes_back(view, recalled, with_.bounds)) {
            retire(each);
        }
    }
    borrow_when_deep(now);
}

// Never queues for the reserve: a deep lane is slow, not stuck.
void lane_group::borrow_when_deep(clock::time_point now) {
    if (stopping_ || last_deep_ != now || lanes_.size() < floor_) return;
    if (auto unit = share_.take())
        spawn([this, held = std::move(*unit)]() mutable { return serve(std::move(held), true); });
}

void lane_group::take_views(clock::time_point now) {
    using std::chrono::duration_cast, std::chrono::milliseconds;
    views_.clear();
    for (const auto& each : lanes_) {
        lane_view view{.ready = each.ready && each.on->is() == connection::state::ready,
                       .borrowed = each.borrowed};
        if (view.ready) {
            view.pending = each.on->pending();
            view.silent = each.on->silent_for(now);
            view.age = duration_cast<milliseconds>(now - each.opened);
            view.unneeded = duration_cast<milliseconds>(now - std::max(last_deep_, each.opened));
        }
        views_.push_back(view);
    }
}

// ---- statements ----

task<rows> lane_group::send(std::optional<tenant_id> tenant, statement text, parameters values,
                            bool read, deadline until) {
    BOOST_ASSERT_MSG(fits_a_lane(text.text()), "this statement needs a session, not a lane");
    connection* on = has_queue() ? nullptr : choose();
    if (on == nullptr) on = co_await up(until);
    struct turn {
        ~turn() { of.serve_queue(); }
        lane_group& of;
    } const mine{*this};
    seen_.statements.fetch_add(1, std::memory_order_relaxed);
    const auto answered = [this] { seen_.answered.fetch_add(1, std::memory_order_relaxed); };
    rows answer;
    try {
        if (tenant) {
            const step scoped[] = {{&scope_to_tenant, parameters::of(tenant->text())},
                                   {&text, std::move(values)}};
            answer = std::move((co_await on->run_unit(scoped, until))[1]);
        } else if (read) {
            answer = co_await on->run_read(text, std::move(values), until);
        } else {
            answer = co_await on->run(text, std::move(values), until);
        }
    } catch (const server_error&) {
        answered();
        throw;
    }
    answered();
    co_return answer;
}

connection* lane_group::choose() {
    if (stopping_) return nullptr;
    pending_.clear();
    for (const auto& each : lanes_) {
        const bool ready = each.ready && each.on->is() == connection::state::ready &&
                           !(with_.pooled && each.on->pending() > 0);
        pending_.push_back(ready ? each.on->pending() : not_ready);
    }
    const auto best = choose_lane(pending_, last_chosen_);
    if (!best) return nullptr;
    last_chosen_ = *best;
    return std::next(lanes_.begin(), static_cast<std::ptrdiff_t>(*best))->on.get();
}

/// Behind a pooler a lane that is free takes the first who waits.
void lane_group::serve_queue() {
    if (has_queue() && choose() != nullptr) waiting_.front()->cancel();
}

task<connection*> lane_group::up(deadline until) {
    const counted<std::size_t> one(seen_.waiting);
    for (bool new_here = has_queue();; new_here = false) {
        if (stopping_ || !started_)
            throw refusal(budget::refusal_reason::closing);
        if (auto* on = new_here ? nullptr : choose()) co_return on;
        if (waiting_.size() >= with_.bounds.waiting_max)
            throw refusal(budget::refusal_reason::queue_full);
        if (until.passed()) throw late();
        bell wait(*this, waiting_, until);
        co_await wait.wait();
    }
}

budget::refused lane_group::refusal(budget::refusal_reason why) const {
    auto answer = share_.refuse(why);
    answer.waiting += static_cast<unsigned>(waiting_.size());
    if (with_.more) answer.more.add(with_.more());
    return budget::refused(std::move(answer));
}

deadline_passed lane_group::late() const {
    budget::fact all{last_failure_.empty() ? "connecting" : last_failure_, {}};
    all.add({fmt::format("{} of {} lanes up, {} waiting", seen_.lanes.load(), floor_,
                         waiting_.size()), {}});
    if (with_.more) all.add(with_.more());
    return deadline_passed("no lane was up in time: " + all.line);
}

void lane_group::wake_waiting() {
    for (auto* each : waiting_) each->cancel();
}

void lane_group::add_to(lane_figures& sum) const {
    sum.lanes += seen_.lanes;
    sum.borrowed += seen_.borrowed;
    sum.fading += seen_.fading;
    sum.opening += seen_.opening;
    sum.pending += seen_.pending;
    sum.waiting += seen_.waiting;
    sum.statements += seen_.statements;
    sum.answered += seen_.answered;
    sum.opened += seen_.opened;
    sum.failed += seen_.failed;
    sum.lost += seen_.lost;
    sum.suspected += seen_.suspected;
}

}  // namespace headroom::persistence::detail
