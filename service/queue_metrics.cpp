#include "service/queue_metrics.hpp"

#include <algorithm>

namespace headroom::service {
namespace {

using tasks::relay_figures;
using tasks::worker_figures;

template <class Figures, class Number>
struct shown {
    const char *name, *help;
    Number Figures::*of;
};

constexpr std::array<shown<worker_figures, std::size_t>, 2> worker_gauges{{
    {"headroom_task_in_hand", "Tasks delivered to this worker and not ended.",
     &worker_figures::in_hand},
    {"headroom_task_running", "Of these, those that run or wait for a place.",
     &worker_figures::running},
}};

constexpr std::array<shown<worker_figures, std::uint64_t>, 4> worker_totals{{
    {"headroom_task_reclaimed_total", "Tasks taken over from workers that had gone.",
     &worker_figures::reclaimed},
    {"headroom_task_renewals_total", "Leases renewed.", &worker_figures::renewals},
    {"headroom_task_promoted_total", "Delayed tasks that became due.", &worker_figures::promoted},
    {"headroom_task_batches_total", "Batches of ends told the server.", &worker_figures::batches},
}};

constexpr std::array<shown<relay_figures, std::uint64_t>, 4> relay_totals{{
    {"headroom_outbox_sent_total", "Rows of the outbox that became tasks.", &relay_figures::sent},
    {"headroom_outbox_known_total", "Rows that had been sent before.", &relay_figures::known},
    {"headroom_outbox_dead_total", "Rows that became dead letters.", &relay_figures::dead},
    {"headroom_outbox_failures_total", "Rows or looks that failed.", &relay_figures::failed},
}};

constexpr char outbox_waiting[] = "headroom_outbox_waiting";

}  // namespace

queue_metrics::queue_metrics(reactor& home, redis::mux& over, observability::metrics& to,
                             const working& of)
    : over_(over), to_(to), of_(of), looks_(home, period_ms, [this] { return look(); }) {
    for (const auto& each : of.queues()) declare_queue(each);
    for (const auto& each : of.limits())
        if (limits_.size() < limits_max) declare_limit(each);
    declare_totals();
}

void queue_metrics::declare_queue(const std::string& name) {
    const auto tasks = [&](const char* state) {
        return to_.measure("headroom_queue_tasks", "Tasks of a queue, as last looked at.",
                           {{"queue", name}, {"state", state}});
    };
    const observability::labels which{{"queue", name}};
    queues_.emplace(name, of_queue{tasks::queue_control(over_, name), tasks("waiting"),
                                   tasks("in_hand"), tasks("delayed"), tasks("dead"),
                                   to_.measure("headroom_queue_oldest_seconds",
                                               "Age of a queue's first task.", which),
                                   to_.measure("headroom_queue_paused",
                                               "1 while nobody may fetch from it.", which)});
}

void queue_metrics::declare_limit(const tasks::limit_figures& of) {
    const observability::labels which{{"queue", of.queue}, {"task", of.task}};
    const auto tasks = [&](const char* state) {
        auto with = which;
        with.emplace("state", state);
        return to_.measure("headroom_task_limit_tasks",
                           "Tasks under a limit, over all workers; of a queue where task is empty.",
                           with);
    };
    limits_.push_back({of.queue, of.task, tasks("running"), tasks("waiting"),
                       to_.count("headroom_task_limit_refusals_total",
                                 "How often a limit put a task of this worker off.", which)});
}

void queue_metrics::declare_totals() {
    for (const auto& each : worker_gauges) gauges_.push_back(to_.measure(each.name, each.help));
    gauges_.push_back(to_.measure(outbox_waiting, "Rows of the outbox, as last counted."));
    for (const auto& each : worker_totals) counts_.push_back(to_.count(each.name, each.help));
    for (const auto& each : relay_totals) counts_.push_back(to_.count(each.name, each.help));
}

/// What cannot be asked keeps its last value; health tells that the server is away.
task<void> queue_metrics::look() {
    show_own();
    for (auto& [name, into] : queues_) {
        try {
            co_await look_at(name, into);
        } catch (const std::exception&) {
            break;
        }
    }
}

task<void> queue_metrics::look_at(const std::string& name, of_queue& into) {
    const auto now = co_await into.facts.facts(deadline::after(look_ms_max));
    into.waiting.set(static_cast<double>(now.length - std::min(now.length, now.in_hand)));
    into.in_hand.set(static_cast<double>(now.in_hand));
    into.delayed.set(static_cast<double>(now.delayed));
    into.dead.set(static_cast<double>(now.dead));
    into.oldest.set(std::chrono::duration<double>(now.oldest).count());
    into.paused.set(now.paused ? 1 : 0);
    for (auto& each : limits_) {
        if (each.queue != name) continue;
        const auto at = std::ranges::find(now.limits, each.task, &tasks::limit_facts::task);
        if (at == now.limits.end()) continue;
        each.running.set(static_cast<double>(at->running));
        each.waiting.set(static_cast<double>(at->waiting));
    }
}

void queue_metrics::show_own() {
    const auto worker = of_.worker_figures();
    const auto relay = of_.relay_figures();
    auto gauge = gauges_.begin();
    for (const auto& each : worker_gauges)
        (gauge++)->set(static_cast<double>(worker.*each.of));
    gauge->set(static_cast<double>(relay.waiting));
    auto count = counts_.begin();
    for (const auto& each : worker_totals)
        (count++)->grow_to(static_cast<double>(worker.*each.of));
    for (const auto& each : relay_totals)
        (count++)->grow_to(static_cast<double>(relay.*each.of));
    const auto limits = of_.limits();
    for (std::size_t i = 0; i < limits_.size(); ++i)
        limits_[i].put_off.grow_to(static_cast<double>(limits[i].put_off));
}

}  // namespace headroom::service
