#include "service/schedule_metrics.hpp"

#include <array>

namespace headroom::service {
namespace {

using tasks::scheduler_figures;

template <class Number>
struct shown_of_schedules {
    const char *name, *help;
    Number scheduler_figures::*of;
};

constexpr std::array<shown_of_schedules<std::size_t>, 3> known{{
    {"headroom_schedules", "Schedules known.", &scheduler_figures::schedules},
    {"headroom_schedules_faulty", "Schedules that cannot be read.", &scheduler_figures::faulty},
    {"headroom_schedules_never_due", "Schedules that mean no moment.",
     &scheduler_figures::never_due},
}};

constexpr std::array<shown_of_schedules<std::uint64_t>, 5> slots{{
    {"headroom_schedule_fired_total", "Slots sent by this scheduler.", &scheduler_figures::fired},
    {"headroom_schedule_missed_total", "Slots missed, and not sent.", &scheduler_figures::passed},
    {"headroom_schedule_beaten_total", "Slots another scheduler sent first.",
     &scheduler_figures::beaten},
    {"headroom_schedule_full_total", "Slots that wait because their queue is full.",
     &scheduler_figures::full},
    {"headroom_schedule_failures_total", "Rounds that failed.", &scheduler_figures::failures},
}};

}  // namespace

schedule_metrics::schedule_metrics(observability::metrics& to) {
    for (const auto& each : known) gauges_.push_back(to.measure(each.name, each.help));
    for (const auto& each : slots) counts_.push_back(to.count(each.name, each.help));
}

void schedule_metrics::show(const scheduler_figures& now) {
    for (std::size_t i = 0; i < known.size(); ++i)
        gauges_[i].set(static_cast<double>(now.*known[i].of));
    for (std::size_t i = 0; i < slots.size(); ++i)
        counts_[i].grow_to(static_cast<double>(now.*slots[i].of));
}

}  // namespace headroom::service
