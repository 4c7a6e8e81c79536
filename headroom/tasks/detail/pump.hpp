// tasks/detail/pump.hpp: the side of a worker that talks to Redis.
//
// Three loops on the I/O reactor: one reads, one renews what is in hand, one tends to everything
// else (abandoned entries, delayed tasks, cancels and pauses). What the stage ended comes back
// through a mailbox and goes out in batches. Everything here runs on that reactor.
#pragma once
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "headroom/tasks/detail/bell.hpp"
#include "headroom/tasks/detail/completion_batch.hpp"
#include "headroom/tasks/detail/fetch_size.hpp"
#include "headroom/tasks/detail/read_quotas.hpp"
#include "headroom/tasks/detail/reclaim.hpp"
#include "headroom/tasks/detail/scripts.hpp"
#include "headroom/tasks/detail/stage.hpp"
#include "headroom/tasks/worker.hpp"

namespace headroom::tasks::detail {

/// One of the worker's queues.
struct pumped_queue {
    explicit pumped_queue(std::string name) : keys(std::move(name)) {}

    queue_keys keys;
    std::string version{"?"};  ///< of what was last looked at
    bool paused = false;
    reclaim_cursor cursor;
    deadline::clock::time_point due{};  ///< when something delayed may be
    std::size_t at_stage = 0;           ///< of its entries
    unsigned permits = no_limit;        ///< entries that its limit lets begin, as last seen;
    deadline::clock::time_point shut_until{};  ///< and when to look again, while it lets none

    static constexpr unsigned no_limit = std::numeric_limits<unsigned>::max();
};

class pump : public std::enable_shared_from_this<pump> {
public:
    using clock = deadline::clock;

    static constexpr std::size_t unconfirmed_max = 8'192;  ///< ended, not yet told the server
    static constexpr std::chrono::milliseconds call_ms_max{2'000};   ///< but for the blocking read
    static constexpr std::chrono::milliseconds read_ms_more{2'000};  ///< beyond its wait
    static constexpr std::chrono::milliseconds unblock_ms_max{500};

    pump(worker_ground on, handlers all, worker_terms with);
    ~pump();

    task<void> open(deadline by);
    task<void> close(deadline drain_until);

    const std::string& consumer() const noexcept { return consumer_; }
    worker_figures figures() const;
    std::vector<limit_figures> limits() const;

private:
    using timer = boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>,
                                                    executor>;
    struct running;  // counts one coroutine of ours

    void spawn(std::function<task<void>()> what);
    void note(const std::exception& failure);
    deadline soon() const;

    // ---- pump_read.cpp ----
    task<void> read_loop();
    task<void> read();
    task<void> learn_reader_id();
    unsigned room() const;
    task<void> look_at_limits();
    std::vector<bool> open_queues() const;
    clock::time_point first_to_open() const;
    task<void> wait_for_limits();
    task<void> read_one(unsigned count);
    task<void> read_several(unsigned count);
    task<void> read_when_any_has(unsigned count);
    redis::command reading(const std::vector<unsigned>& counts, bool blocking) const;
    std::chrono::milliseconds block_ms() const;
    redis::command versions() const;
    task<void> check_versions(const redis::value& now);
    task<void> check_queue(std::size_t queue);
    std::vector<unsigned> accept(const redis::value& streams);
    job_ptr made(std::size_t queue, const redis::element& entry, unsigned deliveries,
                 clock::time_point at);
    void doom_too_large(job& one, std::size_t bytes) const;
    void give(std::vector<job_ptr> jobs);
    bool all_paused() const;
    task<void> unblock_reader();

    // ---- pump_finish.cpp ----
    void ended(std::vector<job_ptr> jobs);
    void acknowledged_early(const job_ptr& which);
    void flush_if_due();
    void arm_linger();
    task<void> finish(std::vector<job_ptr> jobs);
    task<void> finish_now(std::vector<job_ptr>& jobs);
    std::vector<redis::command> completing(const std::vector<job_ptr>& jobs) const;
    task<void> end_singly(job_ptr one);
    task<ending_answer> ask_to_end(const job& one);
    task<ending_answer> run_ending(const redis::script& what, const job& one,
                                   std::vector<std::string> keys, std::vector<std::string> more);
    std::vector<std::string> letter_of(const job& one) const;
    void confirmed(job& one, ending_answer how);
    void count(const job& one, ending_answer how);
    void forget(job& one);
    void forget_cancel(const job& one);
    task<void> pause(unsigned& failures);
    void leave_gates(const job_ptr& which);

    // ---- pump_tend.cpp ----
    task<void> tick_loop();
    task<void> renew();
    void settle_renewal(const std::vector<job_ptr>& jobs, const redis::value& said,
                        clock::time_point sent);
    task<void> tend_loop();
    task<void> tend();
    task<void> look();
    task<void> promote(std::size_t queue);
    task<void> reclaim(std::size_t queue);
    task<std::vector<pending_row>> idle_page(std::size_t queue);
    task<unsigned> room_for_claims();
    task<void> claim(std::size_t queue, const claim_batch& what);
    void give_up_lost(std::size_t queue, const std::vector<pending_row>& rows);
    bool takes_suspect() const;
    void notice(std::size_t queue, std::string_view what);
    void lose(job& one);

    // ---- pump_close.cpp ----
    task<void> make_groups(deadline by);
    task<void> forget_consumers(deadline by);
    task<void> listen(deadline by);
    task<void> stop_reading();
    task<void> return_unstarted();
    task<void> finish_running(deadline drain_until);
    task<void> hand_back(std::size_t queue, std::vector<std::pair<entry_id, unsigned>> entries,
                         std::string tell);
    task<void> hand_back_strays(std::size_t queue);
    task<void> wait_until(std::function<bool()> done, deadline until);
    task<void> leave();

    reactor& io_;
    redis::mux& mux_;
    redis::subscriptions* const push_;
    task_metrics* const metrics_;
    const worker_terms terms_;
    const std::string consumer_;
    const handlers handlers_;
    const unsigned prefetch_;
    const reclaim_rules rules_;
    redis::mux reader_;
    std::optional<result_store> results_;
    std::vector<pumped_queue> queues_;
    std::vector<std::unique_ptr<cancel_marks>> marks_;
    turnstile limits_;
    read_quotas quotas_;
    mailbox<job_ptr> ended_, acknowledged_;
    std::shared_ptr<stage> stage_;
    reactor& handlers_home_;

    flight_table flights_;
    completion_batch<job_ptr> batch_;
    bell room_bell_, tend_bell_, tick_bell_, state_bell_, asked_bell_;
    timer linger_;
    std::vector<redis::subscription> heard_;
    std::minstd_rand random_{std::random_device{}()};
    std::int64_t reader_id_ = 0;
    clock::time_point ticked_{}, ticked_before_{};  // when this reactor was last known to be awake
    clock::time_point look_at_{}, keep_at_{};
    std::weak_ptr<const job> suspect_;  // the last one taken,
    clock::time_point suspect_until_{};  // and for how long no other is, while it runs
    std::size_t at_stage_ = 0, unconfirmed_ = 0, flushes_ = 0, coroutines_ = 0;
    unsigned asked_ = 0;  // by a read under way
    bool reclaiming_ = false, look_asked_ = false, reclaim_asked_ = false, lingering_ = false;
    bool stopping_ = false, reading_ = false, tending_ = false, renewing_ = false;
    bool giving_up_ = false, open_ = false, groups_gone_ = false;
    worker_figures counts_;
};

}  // namespace headroom::tasks::detail
