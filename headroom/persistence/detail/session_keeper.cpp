#include "headroom/persistence/detail/session_keeper.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <random>

#include "headroom/persistence/closing_room.hpp"

namespace headroom::persistence::detail {
namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

// Between two attempts that failed; the server's gate, which the opener passes, paces them further.
constexpr std::chrono::milliseconds retry_ms{20};

double any_phase() {
    std::random_device source;
    return std::uniform_real_distribution<double>(0, 0.999)(source);
}

}  // namespace

// One coroutine of the keeper; whoever waits for quiet hears of its end.
struct session_keeper::job {
    explicit job(session_keeper& keeper) : of(&keeper) { ++of->jobs_; }
    job(job&& from) noexcept : of(std::exchange(from.of, nullptr)) {}
    ~job() {
        if (of == nullptr) return;
        --of->jobs_;
        of->bell_.cancel();
    }
    session_keeper* of;
};

void session_keeper::spawn(std::move_only_function<task<void>()> body) {
    home_.spawn([held = job(*this), body = std::move(body)]() mutable { return body(); });
}

session_keeper::session_keeper(reactor& home, budget::grant share, session_opener opener,
                               connection_options options, const session_bounds& with)
    : bounds(with), home_(home), share_(std::move(share)), opener_(std::move(opener)),
      options_(std::move(options)),
      queue_(bounds, share_.agreed().floor,
             std::max(1U, share_.agreed().floor + share_.agreed().burst), deadline::clock::now,
             any_phase()),
      alive_(std::make_shared<session_keeper*>(this)), bell_(home.get_executor()),
      beat_(home.get_executor()) {
    BOOST_ASSERT_MSG(bounds.faults().empty(), "bounds are checked where settings are read");
    BOOST_ASSERT_MSG(options_.cancels != nullptr, "sessions cancel what passes its deadline");
    const auto count = std::max(1U, share_.agreed().floor + share_.agreed().burst);
    places_ = std::make_unique<place[]>(count);
    for (unsigned i = 0; i < count; ++i) queue_.add(places_[i]);
}

session_keeper::~session_keeper() {
    BOOST_ASSERT_MSG(jobs_ == 0, "a session pool is stopped before it ends");
}

// ---- start and stop ----

task<void> session_keeper::start(deadline until) {
    BOOST_ASSERT(!started_ && home_.is_current());
    started_ = true;
    share_.on_recall([home = &home_, alive = std::weak_ptr(alive_)] {
        asio::post(home->get_executor(), [alive] {
            if (const auto self = alive.lock()) (*self)->house_keeping();
        });
    });
    spawn([this] { return watch(); });
    pump();
    for (;;) {
        const auto now = queue_.figures();
        if (now.idle + now.used + now.kept >= share_.agreed().floor) co_return;
        if (const auto why = failure()) std::rethrow_exception(why);
        if (until.passed()) throw deadline_passed("the sessions did not open in time");
        co_await changed(until);
    }
}

task<void> session_keeper::stop(deadline until) {
    if (std::exchange(stopping_, true)) co_return;
    chores todo;
    queue_.close(todo);
    do_chores(todo);
    share_.forget();
    beat_.cancel();
    while (queue_.figures().used > 0 && !until.passed()) co_await changed(until);
    todo.clear();
    queue_.call_back_all(todo);
    do_chores(todo);
    const auto last = deadline::after(bounds.connect_ms_max + 2 * bounds.recover_ms_max);
    while (jobs_ > 0 && !last.passed()) co_await changed(last);
    auto& room = closing_room::of(home_);
    co_await room.settle(share_.agreed().consumer, deadline::after(bounds.recover_ms_max));
}

task<void> session_keeper::changed(deadline until) {
    bell_.expires_at(until.at());
    boost::system::error_code ignored;
    co_await bell_.async_wait(asio::redirect_error(use_task, ignored));
}

task<void> session_keeper::watch() {
    while (!stopping_) {
        beat_.expires_after(bounds.tick_ms);
        boost::system::error_code ended;
        co_await beat_.async_wait(asio::redirect_error(use_task, ended));
        if (!stopping_) house_keeping();
    }
}

// ---- what is to be opened, checked and closed ----

void session_keeper::house_keeping() {
    if (stopping_) return;
    chores todo;
    queue_.tick(share_.recalled(), todo);
    do_chores(todo);
    if (report_)
        for (const auto& each : todo.leaks) report_(each);
    if (wishing_ && queue_.openings_wanted() == 0) {
        share_.forget();
        wishing_ = false;
    }
    pump();
}

void session_keeper::do_chores(const chores& todo) {
    for (auto* slot : todo.close) spawn([this, slot] { return part_with(of(slot), true); });
    for (auto* slot : todo.revoke) spawn([this, slot] { return tidy(of(slot)); });
}

void session_keeper::pump() {
    if (stopping_) return;
    if (wishing_) share_.awaits(queue_.callers_waiting());
    while (auto* slot = queue_.next_to_check()) spawn([this, slot] { return check(of(slot)); });
    while (!wishing_ && queue_.openings_wanted() > 0) {
        const bool down = failures_ > 0;
        if (down && (deadline::clock::now() < retry_at_ || queue_.figures().opening > 0)) return;
        auto unit = share_.take();
        if (!unit) return wish();
        if (!open_with(*unit)) return;
    }
}

// Queues at the ledger for those who wait here; none of them holds a unit.
void session_keeper::wish() {
    wishing_ = true;
    share_.awaits(queue_.callers_waiting());
    share_.want([home = &home_, alive = std::weak_ptr(alive_)](budget::lease unit) {
        asio::post(home->get_executor(), [alive, unit = std::move(unit)]() mutable {
            if (const auto self = alive.lock()) (*self)->granted(std::move(unit));
        });
    });
}

void session_keeper::granted(budget::lease unit) {
    wishing_ = false;
    if (!stopping_ && queue_.openings_wanted() > 0) open_with(unit);
    unit = {};
    pump();
}

bool session_keeper::open_with(budget::lease& unit) {
    auto* slot = queue_.begin_opening();
    if (slot == nullptr) return false;
    post([this, slot, unit = std::move(unit)]() mutable {
        spawn([this, slot, unit = std::move(unit)]() mutable {
            return open(of(slot), std::move(unit));
        });
    });
    return true;
}

void session_keeper::look_after() {
    post([this] { pump(); });
}

void session_keeper::post(std::move_only_function<void()> what) {
    if (home_.is_current()) return what();
    auto guarded = [alive = std::weak_ptr(alive_), what = std::move(what)]() mutable {
        if (alive.lock()) what();
    };
    asio::post(home_.get_executor(), std::move(guarded));
}

// ---- one connection at a time ----

task<void> session_keeper::open(place& at, budget::lease unit) {
    std::exception_ptr why;
    try {
        at.link = std::make_unique<connection>(home_, std::move(unit), options_);
        co_await opener_(*at.link, deadline::after(bounds.connect_ms_max));
        at.link->on_lost([this, &at](const std::string&) { lost(at); });
        at.altered = at.suspect = false;
    } catch (const std::exception&) {
        why = std::current_exception();
    }
    failed(why);
    if (why == nullptr) {
        co_await circulate(at, true);
        co_return;
    }
    at.link.reset();
    queue_.open_failed(at);
}

void session_keeper::failed(std::exception_ptr why) {
    failures_ = why != nullptr ? failures_ + 1 : 0;
    if (why != nullptr)
        retry_at_ = deadline::clock::now() + retry_ms;
    std::scoped_lock lock(failure_mutex_);
    failure_ = std::move(why);
}

std::exception_ptr session_keeper::failure() const {
    std::scoped_lock lock(failure_mutex_);
    return failure_;
}

std::string session_keeper::last_failure() const {
    const auto why = failure();
    if (why == nullptr) return {};
    try {
        std::rethrow_exception(why);
    } catch (const std::exception& failure) {
        return failure.what();
    }
}

task<void> session_keeper::check(place& at) {
    static constexpr statement nothing("");
    bool alive = false;
    try {
        co_await at.link->run(nothing, {}, deadline::after(bounds.check_ms_max));
        alive = at.link->idle();
    } catch (const std::exception&) {
        alive = false;
    }
    co_await circulate(at, alive);
}

task<void> session_keeper::circulate(place& at, bool usable) {
    if (!usable) queue_.lost(at);
    if (queue_.ready(at) == given::close_it) co_await part_with(at, usable);
    pump();
}

task<void> session_keeper::part_with(place& at, bool politely) {
    const auto link = std::move(at.link);
    queue_.vacate(at);
    pump();
    if (!politely || link == nullptr) co_return;
    try {
        co_await link->close(deadline::after(bounds.recover_ms_max));
    } catch (const std::exception&) {
        co_return;  // its end is the closing room's business now
    }
}

// Called from within the connection, so it must not end here.
void session_keeper::lost(place& at) {
    if (!queue_.lost(at)) return;
    asio::post(home_.get_executor(), [this, &at, held = job(*this)] {
        spawn([this, &at] { return part_with(at, false); });
    });
}

void session_keeper::retire_all() {
    queue_.retire_all();
    look_after();
}

std::function<void()> session_keeper::retirer() const {
    return [alive = std::weak_ptr(alive_)] {
        if (const auto there = alive.lock()) (*there)->retire_all();
    };
}

}  // namespace headroom::persistence::detail
