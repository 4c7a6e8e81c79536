#include "headroom/runtime/worker_pool.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace headroom {
namespace asio = boost::asio;
namespace {

thread_local const worker_pool* current_pool = nullptr;

}  // namespace

worker_pool::worker_pool(std::string name, std::vector<budget::lease> threads)
    : name_(std::move(name)) {
    BOOST_ASSERT(!threads.empty());
    threads_.reserve(threads.size());
    try {
        for (auto& unit : threads)
            threads_.emplace_back(std::move(unit), name_, [this] { work(); });
    } catch (...) {
        stop();  // those that did start would wait for ever
        throw;
    }
}

worker_pool::~worker_pool() { stop(); }

std::size_t worker_pool::waiting() const {
    std::scoped_lock lock(mutex_);
    return jobs_.size();
}

budget::result<void> worker_pool::post(std::move_only_function<void()> job) {
    {
        std::scoped_lock lock(mutex_);
        if (auto why = refused()) return std::unexpected(std::move(*why));
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
    return {};
}

std::optional<budget::refusal> worker_pool::refused() const {
    if (stopping_) return refuse(budget::refusal_reason::closing);
    if (jobs_.size() >= queue_max) return refuse(budget::refusal_reason::queue_full);
    return {};
}

budget::refusal worker_pool::refuse(budget::refusal_reason why) const {
    budget::refusal answer;
    answer.reason = why;
    answer.resource = "threads";
    answer.consumer = name_;
    answer.held = answer.limit = size();
    answer.waiting = static_cast<unsigned>(jobs_.size());
    return answer;
}

void worker_pool::work() {
    current_pool = this;
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty()) return;
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();
        job();
        job = nullptr;  // what it captured ends before the next job starts
        lock.lock();
    }
}

void worker_pool::stop() {
    BOOST_ASSERT_MSG(current_pool != this, "a pool is stopped from outside");
    {
        std::scoped_lock lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& each : threads_) each.join();
}

const worker_pool* worker_pool::current() noexcept { return current_pool; }

// The handler owns the suspended task, so the job and what it refers to live until it has run. The
// guard travels with it: once the task goes on, its reactor may end at any moment.
// A refusal, too, must reach the task through its handler: thrown from here it would destroy it.
task<void> worker_pool::run_erased(std::move_only_function<void()> job) {
    std::optional<budget::refusal> why;
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, void()>(
        [this, &why](auto handler, std::move_only_function<void()> body) {
            auto home = asio::get_associated_executor(handler);
            std::unique_lock lock(mutex_);
            why = refused();
            if (why) return asio::post(home, std::move(handler));
            jobs_.push_back([body = std::move(body), work = asio::make_work_guard(home),
                             handler = std::move(handler)]() mutable {
                body();
                const auto to = work.get_executor();
                asio::post(to, [work = std::move(work), handler = std::move(handler)]() mutable {
                    std::move(handler)();
                });
            });
            lock.unlock();
            wake_.notify_one();
        },
        use_task, std::move(job));
    if (why) throw budget::refused(std::move(*why));
}

}  // namespace headroom
