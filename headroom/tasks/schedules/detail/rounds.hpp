// tasks/schedules/detail/rounds.hpp: a scheduler's work: look, learn, fire, wait. On one reactor.
#pragma once
#include <memory>
#include <random>
#include <set>

#include "headroom/tasks/detail/bell.hpp"
#include "headroom/tasks/schedules/detail/shelf.hpp"
#include "headroom/tasks/schedules/scheduler.hpp"
#include "headroom/tasks/schedules/timetable.hpp"

namespace headroom::tasks::detail {

class rounds : public std::enable_shared_from_this<rounds> {
public:
    using clock = deadline::clock;
    static constexpr std::chrono::milliseconds call_ms_max{2'000};
    static constexpr std::size_t fired_at_once = 128;       ///< slots of one write
    static constexpr std::chrono::minutes minutes_back{1};  ///< whose lists are looked at again
    static constexpr std::chrono::minutes gap_max{10};      ///< beyond it all keys are gone over

    rounds(scheduler_ground on, scheduler_terms with);

    task<void> open(deadline by);
    task<void> close(deadline drain_until);
    scheduler_figures figures() const;

private:
    using microseconds = std::chrono::microseconds;
    using server_time = std::chrono::sys_time<microseconds>;

    deadline soon() const { return deadline::after(call_ms_max); }
    task<void> loop();
    task<void> round();
    clock::time_point next_round() const;
    void note(const std::exception& failure);

    // ---- the server's clock ----
    void heard(server_time now);
    std::chrono::sys_seconds now() const;
    clock::time_point steady_of(std::chrono::sys_seconds server) const;

    // ---- what is there ----
    task<void> look();
    task<void> look_at_minutes();
    task<void> sweep();
    task<void> refresh();
    task<void> read(std::set<placed_id> which);
    task<void> learn(std::vector<shelved_schedule> found);
    bool is_settled(const shelved_schedule& one);
    std::optional<planned_schedule> judged(const shelved_schedule& one);
    void doubt(const shelved_schedule& one, const planned_schedule& plan) const;

    // ---- what is due: rounds_fire.cpp ----
    task<void> fire();
    std::optional<redis::command> asking(const due_slot& slot);
    task<redis::value> asked_again(const due_slot& slot);
    template <class Answer>
    void settle(const due_slot& slot, const Answer& said);
    void put_off(const due_slot& slot, std::string_view why);

    reactor& io_;
    redis::mux& mux_;
    const observability::logger log_;
    const scheduler_terms terms_;
    const shelf shelf_;
    timetable known_;
    tasks::detail::bell bell_, still_;
    std::minstd_rand random_{std::random_device{}()};

    server_time server_now_{};
    clock::time_point heard_at_{}, look_at_{}, refresh_at_{}, sweep_at_{};
    std::chrono::sys_time<std::chrono::minutes> seen_until_{};
    std::string state_, cursor_;  // of the lists when last looked at; of a sweep under way
    std::set<std::string> put_off_;  // said so already
    bool refresh_asked_ = true, stopping_ = false, running_ = false, over_full_ = false;
    scheduler_figures counts_;
};

}  // namespace headroom::tasks::detail
