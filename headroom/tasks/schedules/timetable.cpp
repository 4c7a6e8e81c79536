#include "headroom/tasks/schedules/timetable.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks {

using std::chrono::sys_seconds;

const timetable::item* timetable::find(const std::string& id) const {
    const auto found = items_.find(id);
    return found != items_.end() ? &found->second : nullptr;
}

void timetable::put(std::string id, std::string list, std::string bytes, planned_schedule plan,
                    sys_seconds last) {
    plan.count_from(last);
    const auto next = plan.due.next_after(last);
    items_.insert_or_assign(std::move(id), item{std::move(list), std::move(bytes),
                                                std::move(plan), last, next});
}

void timetable::put_faulty(std::string id, std::string list, std::string bytes) {
    items_.insert_or_assign(std::move(id), item{std::move(list), std::move(bytes)});
}

void timetable::passed(const std::string& id, sys_seconds last) {
    const auto found = items_.find(id);
    if (found == items_.end() || !found->second.plan || last < found->second.last) return;
    auto& of = found->second;
    of.last = last;
    of.plan->count_from(last);
    of.next = of.plan->due.next_after(last);
}

void timetable::hold(const std::string& id, sys_seconds until) {
    const auto found = items_.find(id);
    if (found != items_.end() && found->second.next) found->second.next = until;
}

std::optional<sys_seconds> timetable::next() const {
    std::optional<sys_seconds> first;
    for (const auto& [id, of] : items_)
        if (of.next && (!first || *of.next < *first)) first = of.next;
    return first;
}

std::vector<due_slot> timetable::due(sys_seconds now, std::size_t most) const {
    std::vector<due_slot> made;
    for (const auto& [id, of] : items_) {
        if (made.size() >= most) break;
        if (!of.next || *of.next > now) continue;
        BOOST_ASSERT(of.plan.has_value());
        const auto slots = tasks::due(of.plan->due, of.last, now, misfires_);
        if (!slots.fire.empty())
            made.push_back({id, slots.fire.front(), true});
        else if (slots.newest)
            made.push_back({id, *slots.newest, false});
    }
    return made;
}

}  // namespace headroom::tasks
