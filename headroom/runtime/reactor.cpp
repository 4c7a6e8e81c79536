#include "headroom/runtime/reactor.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <atomic>
#include <future>
#include <utility>

namespace headroom {
namespace asio = boost::asio;
namespace {

thread_local reactor* current_reactor = nullptr;

}  // namespace

// The wheel's driver: ticks only while something is armed.
struct reactor::ticker {
    explicit ticker(asio::io_context& on) : timer(on) {}
    asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>, executor> timer;
    std::atomic<bool> running = false;  // written by the reactor's thread
    unsigned idle_ticks = 0;
};

reactor::reactor(std::string name)
    : name_(std::move(name)), work_(asio::make_work_guard(context_)),
      wheel_(deadline::clock::now()), ticker_(std::make_unique<ticker>(context_)) {}

reactor::~reactor() { stop(); }

void reactor::start(budget::lease thread) {
    BOOST_ASSERT(!thread_ && !stopped_);
    thread_.emplace(std::move(thread), name_, [this] {
        current_reactor = this;
        context_.run();
        current_reactor = nullptr;
    });
}

void reactor::stop() {
    BOOST_ASSERT_MSG(!is_current(), "a reactor is stopped from outside");
    {
        std::scoped_lock lock(mutex_);
        stopped_ = true;
    }
    work_.reset();
    context_.stop();
    thread_.reset();
    // Nobody else runs it now: destructors of coroutines may believe to be on its thread.
    auto* const outer = std::exchange(current_reactor, this);
    context_.shutdown();
    current_reactor = outer;
}

bool reactor::is_current() const noexcept { return current_reactor == this; }

reactor* reactor::current() noexcept { return current_reactor; }

void reactor::arm(alarm& what, deadline due) {
    BOOST_ASSERT_MSG(is_current(), "a reactor's deadlines are armed on its own thread");
    // catch up before the slot is chosen
    if (!ticker_->running) wheel_.advance(deadline::clock::now());
    wheel_.arm(what, due);
    if (!ticker_->running) {
        ticker_->running = true;
        tick();
    }
}

bool reactor::ticking() const noexcept { return ticker_->running; }

void reactor::tick() {
    ticker_->timer.expires_after(deadline_wheel::tick_ms);
    ticker_->timer.async_wait([this](boost::system::error_code failed) {
        if (failed) return;
        wheel_.advance(deadline::clock::now());
        if (++ticker_->idle_ticks % 64 == 0 && wheel_.empty()) {
            ticker_->running = false;
            return;
        }
        tick();
    });
}

// Under the lock, so that stop() finds whatever was started and nothing is started after it. The
// body begins with a turn of the reactor of its own: it may start others.
void reactor::start_coroutine(std::move_only_function<task<void>()> body,
                              std::move_only_function<void(std::exception_ptr)> done) {
    std::scoped_lock lock(mutex_);
    if (stopped_) return;
    asio::co_spawn(
        get_executor(),
        [run = std::move(body)]() mutable -> task<void> {
            co_await yield_now();
            co_await run();
        },
        std::move(done));
}

void reactor::spawn(std::move_only_function<task<void>()> body) {
    start_coroutine(std::move(body), [](std::exception_ptr failure) {
        if (failure) std::rethrow_exception(failure);
    });
}

void reactor::run_blocking(std::move_only_function<task<void>()> body) {
    BOOST_ASSERT_MSG(current_reactor == nullptr, "a reactor never blocks");
    std::promise<void> done;
    auto answer = done.get_future();
    start_coroutine(std::move(body), [done = std::move(done)](std::exception_ptr failure) mutable {
        if (failure) return done.set_exception(failure);
        done.set_value();
    });
    answer.get();
}

task<void> sleep_until(deadline due) {
    asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>, executor> timer(
        co_await asio::this_coro::executor, due.at());
    co_await timer.async_wait(use_task);
}

task<void> yield_now() { co_await asio::post(use_task); }

}  // namespace headroom
