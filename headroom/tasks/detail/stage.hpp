// tasks/detail/stage.hpp: runs jobs on the handlers' reactor, so many at a time.
#pragma once
#include <boost/asio/cancellation_signal.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "headroom/runtime/worker_pool.hpp"
#include "headroom/tasks/detail/cancel_marks.hpp"
#include "headroom/tasks/detail/job.hpp"
#include "headroom/tasks/detail/mailbox.hpp"
#include "headroom/tasks/handlers.hpp"
#include "headroom/tasks/result_store.hpp"
#include "headroom/tasks/wire/label_words.hpp"

namespace headroom::tasks::detail {

struct stage_terms {
    unsigned concurrency = 100;
    std::size_t payload_bytes_max = 1 << 20;
    unsigned unknown_deliveries_max = 5;
    std::chrono::milliseconds unknown_age_max{60'000};
};

/// What the stage needs of the world around it; all of it outlives the stage.
struct stage_links {
    const handlers* known = nullptr;
    result_store* results = nullptr;    ///< none: results are not stored
    turnstile* limits = nullptr;        ///< none: nothing is limited
    worker_pool* blocking = nullptr;    ///< required where a handler blocks
    std::vector<std::unique_ptr<cancel_marks>>* cancelled = nullptr;  ///< one a queue
    std::function<void(job_ptr)> done;          ///< from the stage's reactor
    std::function<void(job_ptr)> acknowledged;  ///< counts as done, though it runs; any thread
};

class stage : public std::enable_shared_from_this<stage> {
public:
    stage(reactor& home, stage_terms with, stage_links to);
    ~stage();

    reactor& home() noexcept { return home_; }
    /// From any thread.
    void give(std::vector<job_ptr> jobs) { in_.put_all(std::move(jobs)); }
    /// From any thread: the tasks of that queue that are cancelled now are stopped.
    void look_for_cancelled(std::size_t queue);
    /// From any thread: its result will not be wanted any more.
    void interrupt(job_ptr which);

    // ---- on its reactor ----
    /// Starts nothing any more; answers what had not begun.
    std::vector<job_ptr> take_back();
    /// Stops what still runs.
    void interrupt_all();
    std::size_t running() const noexcept { return running_; }

private:
    /// A place in which one job runs after the other.
    struct slot {
        job* at_work = nullptr;
        bool timed_out = false;
        bool waits_for_thread = false;  // a blocking handler has not begun
        bool in_coroutine = false;  // of its handler: a signal ends what that awaits
        bool signalled = false;
        boost::asio::cancellation_signal signal;
    };
    /// How a job is to be run, when it is.
    struct plan {
        const handler* by = nullptr;  // none: the job has its ending already
        ack_moment acknowledged = ack_moment::when_saved;
        std::chrono::milliseconds timeout{0};
    };

    void take(std::vector<job_ptr> jobs);
    void start_slots();
    task<void> work(std::size_t index);
    void stop(slot& on);

    // ---- stage_run.cpp ----
    plan prepare(job& one) const;
    plan read_labels_of(job& one, const handler& by) const;
    task<bool> enter(job& one) const;
    task<void> run(job& one, slot& on);
    task<value> call(const plan& how, task_context& on, job& one, slot& within);
    task_context::links links_of(job& one) const;
    std::optional<std::chrono::milliseconds> pause_after(const job& one, const plan& how,
                                                         const std::string& type,
                                                         const task_failed* own) const;
    void judge(job& one, const plan& how, const std::exception& failure, const slot& on,
               task_result result) const;
    void store(job& one, task_result result) const;
    void bury(job& one, std::string_view reason, std::string note) const;

    reactor& home_;
    const stage_terms terms_;
    const stage_links to_;
    mailbox<job_ptr> in_;
    std::deque<job_ptr> waiting_;
    std::vector<std::unique_ptr<slot>> slots_;
    std::vector<std::size_t> free_;
    std::size_t running_ = 0;
    mutable std::minstd_rand random_{std::random_device{}()};
    bool closed_ = false;
};

}  // namespace headroom::tasks::detail
