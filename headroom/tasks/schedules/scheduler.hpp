// tasks/schedules/scheduler.hpp: sends what is due. Any number of them run side by side.
//
//     scheduler every({.io = reactor, .mux = mux, .log = log}, {.queue = "taskiq"});
//
// One connection, the shared one. Each slot fires once, whoever of them is first: one script on the
// server claims it and puts the task into its queue, so that a scheduler that is killed neither
// loses nor doubles one. Only the server's clock counts. Schedules are found by looking once a
// second; what is asked to fire is compared with what lies in Redis at that moment, so a schedule
// that was removed or changed never fires as it was.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "headroom/observability/logger.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/tasks/cron/misfire.hpp"
#include "headroom/tasks/schedules/schedule_source.hpp"

namespace headroom::tasks {

namespace detail {
class rounds;
}  // namespace detail

struct scheduler_terms {
    std::string prefix = "schedule";
    planning_terms planning{};
    misfire_policy misfires{};
    std::size_t queue_cap = 1'000'000;  ///< tasks in a queue; a slot of a full one waits
    std::chrono::milliseconds look_ms{1'000};     ///< between two looks for new ones
    std::chrono::milliseconds refresh_ms{15'000};  ///< until all are read again
    /// Until all keys of the server are gone over for times that were missed or are late.
    std::chrono::milliseconds sweep_ms{600'000};
};

struct scheduler_figures {
    std::size_t schedules = 0;  ///< known; of these
    std::size_t faulty = 0;     ///< cannot be read, and are reported once each
    std::size_t never_due = 0;  ///< can be read and mean no moment; likewise
    std::uint64_t fired = 0;    ///< by this one
    std::uint64_t beaten = 0;   ///< another was first
    std::uint64_t passed = 0;   ///< missed, and not fired
    std::uint64_t full = 0;     ///< refusals of full queues
    std::uint64_t refreshes = 0, failures = 0;
    std::string last_error;
};

/// What a scheduler stands on; all of it outlives the scheduler.
struct scheduler_ground {
    reactor& io;  ///< where the shared connection lives
    redis::mux& mux;
    observability::logger log{};
};

class scheduler final : public part {
public:
    /// Asserts the bounds of `with`.
    scheduler(scheduler_ground on, scheduler_terms with);
    ~scheduler() override;
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;

    std::string_view name() const noexcept override { return "tasks.scheduler"; }
    /// Throws what the server answered to a first look.
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// For tests and embedders on `io` itself.
    task<void> open(deadline by);
    task<void> close(deadline drain_until);

    /// On `io`'s thread.
    scheduler_figures figures() const;

private:
    reactor& io_;
    const std::shared_ptr<detail::rounds> rounds_;
};

}  // namespace headroom::tasks
