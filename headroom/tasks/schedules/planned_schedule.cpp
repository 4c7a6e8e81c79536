#include "headroom/tasks/schedules/planned_schedule.hpp"

#include <fmt/format.h>

#include "headroom/tasks/queue_keys.hpp"
#include "headroom/tasks/wire/iso_duration.hpp"
#include "headroom/tasks/wire/label_words.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr std::size_t fresh_id_bytes = 32;

std::string clock_text(const cron_clock& clock) {
    if (const auto* zone = std::get_if<std::string>(&clock)) return *zone;
    if (const auto* ahead = std::get_if<std::chrono::microseconds>(&clock))
        return iso_duration(*ahead);
    return "UTC";
}

sys_seconds second_of(const date_time& time) {
    return std::chrono::ceil<seconds>(time.instant());
}

}  // namespace

std::string when_text(const schedule& of) {
    if (of.cron) return fmt::format("cron {} {}", *of.cron, clock_text(of.clock));
    if (of.time) return "time " + iso_date_time(*of.time);
    return fmt::format("interval {}", of.interval->every.count());
}

seconds planned_schedule::look_back() const {
    return of.cron ? seen_late_max : of.interval ? of.interval->every : seconds(0);
}

seconds planned_schedule::kept_after(sys_seconds slot) const {
    const auto next = due.next_after(slot);
    return (next ? *next - slot : seconds(0)) + slot_kept;
}

void planned_schedule::count_from(sys_seconds last) {
    if (!of.cron && !of.time) due = trigger::interval(last, of.interval->every);
}

sys_seconds planned_schedule::before_first() const { return second_of(*of.time) - seconds(1); }

std::expected<std::string, std::string> planned_schedule::message(sys_seconds slot,
                                                                  std::string task_id) const {
    auto made = message_of(of, of.task_id ? *of.task_id : std::move(task_id));
    made.labels.set(label_name::schedule_slot, label_of(iso_date_time(in_utc(slot))));
    auto written = write_message(made);
    if (!written) return std::unexpected(written.error().message());
    return std::move(*written);
}

std::expected<planned_schedule, std::string> plan_schedule(schedule of,
                                                           const planning_terms& with) {
    auto due = trigger::of(of, with.dialect, {});
    if (!due) return std::unexpected(std::move(due.error().what));
    auto when = when_text(of);
    planned_schedule made{std::move(of), with.queue, std::move(when), std::move(*due)};
    if (const auto* queue = made.of.labels.find(label_name::queue_name)) {
        const auto* name = queue->get<std::string>();
        if (name == nullptr) return std::unexpected("label queue_name is no text");
        if (!name->empty()) made.stream = *name;
    }
    if (const auto wrong = queue_name_fault(made.stream))
        return std::unexpected("label queue_name must " + *wrong);
    const auto sent = made.message({}, std::string(fresh_id_bytes, '0'));
    if (!sent) return std::unexpected(sent.error());
    if (sent->size() > with.payload_bytes_max)
        return std::unexpected(fmt::format("its message has {} bytes, at most {}", sent->size(),
                                           with.payload_bytes_max));
    return made;
}

std::expected<planned_schedule, std::string> plan_schedule(std::string_view id,
                                                           std::string_view bytes,
                                                           const planning_terms& with) {
    auto read = read_schedule(bytes);
    if (!read) return std::unexpected(read.error().message());
    if (read->schedule_id != id) return std::unexpected("its schedule_id is another's");
    return plan_schedule(std::move(*read), with);
}

}  // namespace headroom::tasks
