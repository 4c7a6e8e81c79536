// How what is due becomes tasks in queues.
#include <array>

#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/schedules/detail/rounds.hpp"
#include "headroom/tasks/schedules/detail/slot_scripts.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::sending;
using std::chrono::microseconds;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds put_off_for{1};

/// A fire script's keys and arguments, for as long as a command is made of them.
struct asked_fire {
    std::array<std::string, 4> keys;
    std::array<std::string, 7> with;
};

std::array<std::string_view, 4> key_views(const asked_fire& of) {
    return {of.keys[0], of.keys[1], of.keys[2], of.keys[3]};
}

std::array<std::string_view, 7> argument_views(const asked_fire& of) {
    return {of.with[0], of.with[1], of.with[2], of.with[3], of.with[4], of.with[5], of.with[6]};
}

std::optional<asked_fire> fire_of(const timetable::item& item, const due_slot& slot,
                                  const schedule_keys& keys, std::size_t cap) {
    const auto& plan = *item.plan;
    std::string message;
    if (slot.fires) {
        auto made = plan.message(slot.at, producer::new_task_id());
        if (!made) return std::nullopt;
        message = std::move(*made);
    }
    const auto kept = plan.fires_once() ? seconds(0) : plan.kept_after(slot.at);
    return asked_fire{
        {keys.data(slot.id), keys.slot(slot.id), item.list, plan.stream},
        {item.bytes, slot.id, std::to_string(slot.at.time_since_epoch().count()), plan.when,
         std::to_string(kept.count()), std::to_string(cap), std::move(message)}};
}

}  // namespace

/// One write for many; whose script the server did not know is asked again, with its text.
task<void> rounds::fire() {
    while (!stopping_) {
        std::vector<due_slot> slots;
        std::vector<redis::command> unit;
        for (auto& each : known_.due(now(), fired_at_once)) {
            if (auto asked = asking(each)) {
                unit.push_back(std::move(*asked));
                slots.push_back(std::move(each));
            }
        }
        if (unit.empty()) co_return;
        const auto said = co_await mux_.run_unit(std::move(unit), soon(), sending::repeatable);
        for (std::size_t i = 0; i < slots.size(); ++i) {
            if (said[i].is_error() && said[i].text().starts_with(redis::code::no_script))
                settle(slots[i], co_await asked_again(slots[i]));
            else
                settle(slots[i], said[i]);
        }
        co_await yield_now();
    }
}

std::optional<redis::command> rounds::asking(const due_slot& slot) {
    const auto asked = fire_of(*known_.find(slot.id), slot, shelf_.keys, terms_.queue_cap);
    if (asked) return fire_script().by_name(key_views(*asked), argument_views(*asked));
    put_off(slot, "its message cannot be written");
    return std::nullopt;
}

task<redis::value> rounds::asked_again(const due_slot& slot) {
    const auto asked = fire_of(*known_.find(slot.id), slot, shelf_.keys, terms_.queue_cap);
    const auto keys = key_views(asked.value());
    const auto with = argument_views(*asked);
    co_return co_await fire_script().run(mux_, keys, with, soon(), sending::repeatable);
}

template <class Answer>
void rounds::settle(const due_slot& slot, const Answer& said) {
    if (said.is_error()) return put_off(slot, redis::server_error(said.text(), "EVALSHA").what());
    const auto word = said[0].text();
    if (word == "full") {
        ++counts_.full;
        return put_off(slot, "its queue is full");
    }
    put_off_.erase(slot.id);
    if (word == "early") return heard(server_time(microseconds(said[1].number())));
    if (word == "known") {
        ++counts_.beaten;
        return known_.passed(slot.id, sys_seconds(seconds(said[1].number())));
    }
    if (word == "sent" || word == "passed") {
        ++(word == "sent" ? counts_.fired : counts_.passed);
        if (!known_.find(slot.id)->plan->fires_once()) return known_.passed(slot.id, slot.at);
        return known_.drop(slot.id);
    }
    if (word == "gone") ++counts_.beaten;
    if (word != "gone") refresh_asked_ = true;  // changed, or its slot was forgotten
    known_.drop(slot.id);
}

/// Until a second later; said once, until it goes again.
void rounds::put_off(const due_slot& slot, std::string_view why) {
    known_.hold(slot.id, now() + put_off_for);
    counts_.last_error = why;
    if (put_off_.insert(slot.id).second)
        log_.warn("a slot has to wait", {{"schedule_id", slot.id}, {"why", why}});
}

}  // namespace headroom::tasks::detail
