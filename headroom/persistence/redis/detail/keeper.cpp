#include "headroom/persistence/redis/detail/keeper.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>

#include "headroom/persistence/redis/detail/overdue.hpp"

namespace headroom::redis::detail {
namespace asio = boost::asio;
namespace {

using namespace std::chrono_literals;

constexpr auto turn_ms = 1000ms;        // between two looks at an idle connection
constexpr auto unit_look_ms = 20ms;     // while its unit is still closing
constexpr auto goodbye_ms = 1000ms;     // for the end of a connection that is given up
constexpr std::size_t former_max = 8;

}  // namespace

keeper::keeper(reactor& home, budget::grant share, door& through, keeper_terms with)
    : home_(home), share_(std::move(share)), through_(through), with_(std::move(with)) {
    BOOST_ASSERT_MSG(share_.agreed().floor == 1, "a shared connection has a floor of one");
}

void keeper::start() {
    BOOST_ASSERT_MSG(!std::exchange(started_, true), "started once");
    looping_ = true;
    home_.spawn([self = shared_from_this()] { return self->loop(); });
}

task<void> keeper::stop(deadline until) {
    stopping_ = true;
    resume_waiters();
    wake();
    // Also beyond the deadline: an attempt to connect has a unit, and ends by itself.
    while (looping_) co_await sleep_until(deadline::after(1ms));
    if (const auto old = std::exchange(on_, nullptr)) co_await old->close(until);
    co_await persistence::closing_room::of(home_).settle(consumer(), until);
}

std::shared_ptr<connection> keeper::current() const {
    return on_ && !replacing_ && on_->is() == connection::state::ready ? on_ : nullptr;
}

task<void> keeper::wait(deadline until) {
    if (current() || stopping_) co_return;
    timer watch(home_.get_executor(), until.at());
    const auto place = waiters_.insert(waiters_.end(), &watch);
    struct leaving {
        ~leaving() { from.waiters_.erase(at); }
        keeper& from;
        std::list<timer*>::iterator at;
    } const here{*this, place};
    boost::system::error_code ignored;
    const auto self = shared_from_this();
    co_await watch.async_wait(asio::redirect_error(use_task, ignored));
    if (current() || stopping_ || !until.passed()) co_return;
    if (last_failure_) std::rethrow_exception(last_failure_);
    throw deadline_passed("no connection to Redis was there in time");
}

task<void> keeper::connected(deadline until) {
    const auto self = shared_from_this();
    const auto before = failures_;
    while (!current()) {
        if (stopping_) throw budget::refused(refuse(budget::refusal_reason::closing));
        if (failures_ > before && last_failure_) std::rethrow_exception(last_failure_);
        if (until.passed()) throw deadline_passed("no connection to Redis was there in time");
        co_await sleep_until(until.at_most(unit_look_ms));
    }
}

void keeper::resume_waiters() {
    for (auto* each : waiters_) each->cancel();
}

void keeper::wake() {
    woken_ = true;
    if (napping_ != nullptr) napping_->cancel();
}

task<void> keeper::nap(std::chrono::milliseconds most) {
    if (!std::exchange(woken_, false)) {
        timer watch(home_.get_executor(), clock::now() + most);
        napping_ = &watch;
        boost::system::error_code ignored;
        co_await watch.async_wait(asio::redirect_error(use_task, ignored));
        napping_ = nullptr;
        woken_ = false;
    }
}

void keeper::replace(const connection& which) {
    if (on_.get() != &which || replacing_) return;
    replacing_ = true;
    wake();
}

void keeper::drop(const connection& which) {
    if (on_.get() != &which) return;
    on_.reset();
    replacing_ = false;
    wake();
}

task<void> keeper::loop() {
    const auto self = shared_from_this();
    while (!stopping_) {
        if (on_ && (replacing_ || on_->is() != connection::state::ready)) {
            auto old = std::exchange(on_, nullptr);
            co_await retire(std::move(old));
            replacing_ = false;
        } else if (!on_) {
            co_await connect();
        } else {
            co_await look_after();
            if (!stopping_) co_await nap(turn_ms);
        }
    }
    looping_ = false;
}

// Its answers first, and then its end: the unit has to be back before the next one can have it.
task<void> keeper::retire(std::shared_ptr<connection> old) {
    if (old->is() == connection::state::ready)
        co_await old->drain(deadline::after(with_.drain_ms_max));
    co_await old->close(deadline::after(goodbye_ms));
}

/// Between the beginnings of two attempts, jittered as the gate's.
std::chrono::milliseconds keeper::pause() {
    using gate = persistence::connect_gate;
    std::uniform_int_distribution<long> some(gate::pause_ms_min.count(),
                                             gate::pause_ms_max.count());
    return std::chrono::milliseconds(some(random_));
}

task<void> keeper::connect() {
    if (const auto rest = not_before_ - clock::now(); rest > 0ms)
        co_return co_await nap(std::chrono::ceil<std::chrono::milliseconds>(rest));
    auto unit = share_.take();
    if (!unit) co_return co_await nap(unit_look_ms);
    not_before_ = clock::now() + pause();
    const auto fresh = std::make_shared<connection>(home_, std::move(*unit), with_.options);
    std::exception_ptr failure;
    try {
        co_await open(*fresh);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure && !stopping_ && fresh->is() == connection::state::ready) co_return accept(fresh);
    if (failure) note_failure(std::move(failure));
    co_await fresh->close(deadline::after(goodbye_ms));
}

task<void> keeper::open(connection& fresh) {
    fresh.on_push([self = weak_from_this()](const value& said) {
        if (const auto alive = self.lock(); alive && alive->on_push) alive->on_push(said);
    });
    // The gate's pause is no part of the attempt.
    const auto at_most = with_.connect_ms_max + persistence::connect_gate::pause_ms_max;
    co_await through_.open(fresh, deadline::after(at_most), prepare);
}

void keeper::accept(std::shared_ptr<connection> fresh) {
    fresh->on_lost([self = weak_from_this()](const std::string& why) {
        const auto alive = self.lock();
        if (!alive) return;
        alive->last_error_ = why;
        if (alive->on_down) alive->on_down(why);
        alive->wake();
    });
    on_ = std::move(fresh);
    replacing_ = false;
    last_failure_ = nullptr;
    const bool again = ++connects_ > 1;
    forget_former_servers(home_, former_, on_->server());
    if (std::ranges::find(former_, on_->server()) == former_.end()) {
        if (former_.size() == former_max) former_.erase(former_.begin());
        former_.push_back(on_->server());
    }
    resume_waiters();
    if (on_up) on_up(again);
}

void keeper::note_failure(std::exception_ptr why) {
    ++failures_;
    last_failure_ = std::move(why);
    try {
        std::rethrow_exception(last_failure_);
    } catch (const std::exception& failed) {
        last_error_ = failed.what();
    }
}

task<void> keeper::look_after() {
    const auto on = on_;
    const auto now = clock::now();
    try {
        co_await end_overdue_clients(home_, *on, deadline::after(with_.ping_ms_max));
    } catch (const server_error&) {
        // A right we do not have; those clients stay counted.
    } catch (const std::exception&) {
        co_return;  // it is lost, or will be found silent
    }
    if (on->idle() && now - on->last_heard() >= with_.ping_idle_ms) co_await ping(on);
}

task<void> keeper::ping(std::shared_ptr<connection> on) {
    bool silent = false;
    try {
        (void)co_await on->run(command("PING"), deadline::after(with_.ping_ms_max));
    } catch (const server_error& why) {
        if (why.is_of_wrong_server()) replace(*on);
    } catch (const deadline_passed&) {
        silent = true;
    } catch (const std::exception&) {
        // it is lost, and the loop sees it
    }
    if (!silent || on_ != on) co_return;
    last_error_ = "the server has fallen silent";
    if (on_down) on_down(last_error_);
    drop(*on);
}

}  // namespace headroom::redis::detail
