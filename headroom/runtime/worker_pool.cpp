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
    for (auto& unit : threads) threads_.emplace_back(std::move(unit), name_, [this] { work(); });
}

worker_pool::~worker_pool() { stop(); }

std::size_t worker_pool::waiting() const {
    std::scoped_lock lock(mutex_);
    return jobs_.size();
}

budget::result<void> worker_pool::post(std::move_only_function<void()> job) {
    {
        std::scoped_lock lock(mutex_);
        if (stopping_) return std::unexpected(refuse(budget::refusal_reason::closing));
        if (jobs_.size() >= queue_max)
            return std::unexpected(refuse(budget::refusal_reason::queue_full));
        jobs_.push_back(std::move(job));
    }
    wake_.notify_one();
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

task<void> worker_pool::run_erased(std::move_only_function<void()> job) {
    using signature = void();
    co_await asio::async_initiate<const asio::use_awaitable_t<executor>, signature>(
        [this](auto handler, std::move_only_function<void()> body) {
            auto home = asio::get_associated_executor(handler);
            auto work = asio::make_work_guard(home);
            auto posted = post([body = std::move(body), home, work = std::move(work),
                                handler = std::move(handler)]() mutable {
                body();
                asio::post(home, std::move(handler));
            });
            if (!posted) throw budget::refused(std::move(posted.error()));
        },
        use_task, std::move(job));
}

}  // namespace headroom
