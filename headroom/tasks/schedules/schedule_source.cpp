#include "headroom/tasks/schedules/schedule_source.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

#include "headroom/tasks/schedules/detail/shelf.hpp"
#include "headroom/tasks/schedules/detail/slot_scripts.hpp"

namespace headroom::tasks {
namespace {

using redis::sending;

listed_schedule listed(const detail::shelved_schedule& from, const planning_terms& with) {
    if (!from.fault.empty()) return {from.at.id, std::unexpected(from.fault)};
    auto plan = plan_schedule(from.at.id, from.bytes, with);
    if (!plan) return {from.at.id, std::unexpected(plan.error())};
    listed_schedule made{from.at.id, plan->of};
    if (plan->fires_once()) {
        made.next = plan->due.next_after(plan->before_first());
    } else if (from.when == plan->when) {
        made.last = from.last;
        plan->count_from(from.last);
        made.next = plan->due.next_after(from.last);
    }
    return made;
}

}  // namespace

std::optional<std::string> schedule_prefix_fault(std::string_view prefix) {
    if (prefix.empty() || prefix.size() > schedule_prefix_bytes_max)
        return "have 1 to " + std::to_string(schedule_prefix_bytes_max) + " bytes";
    const auto forbidden = [](unsigned char c) {
        return c <= ' ' || c >= 0x7f || std::string_view("*?[]\\^").contains(char(c));
    };
    if (std::ranges::any_of(prefix, forbidden)) return "be printable, without any of *?[]\\^";
    return std::nullopt;
}

schedule_source::schedule_source(redis::mux& through, schedule_source_terms with)
    : through_(through), terms_(std::move(with)) {
    BOOST_ASSERT_MSG(!schedule_prefix_fault(terms_.prefix), "a prefix is checked where it is read");
    BOOST_ASSERT(terms_.format == serializer::json || terms_.format == serializer::pickle);
}

task<std::optional<std::string>> schedule_source::former_list(std::string id, deadline until) {
    const detail::shelf all(through_, terms_.prefix);
    const auto found = co_await all.read({{id, ""}}, until);
    const auto was = read_schedule(found.front().bytes);
    if (!was) co_return std::nullopt;
    co_return all.keys.index_of(*was);
}

task<std::expected<void, std::string>> schedule_source::add(schedule of, deadline until) {
    if (!of.cron && !of.time && !of.interval)
        co_return std::unexpected("cron, interval and time are all missing");
    const auto bytes = write_schedule(of, terms_.format);
    if (!bytes) co_return std::unexpected(bytes.error().message());
    if (bytes->size() > detail::schedule_bytes_max)
        co_return std::unexpected("a schedule is too large");
    // As it will be read: what cannot be, is refused now.
    const auto plan = plan_schedule(of.schedule_id, *bytes, terms_.planning);
    if (!plan) co_return std::unexpected(plan.error());
    const schedule_keys keys(terms_.prefix);
    const auto id = of.schedule_id, list = keys.index_of(of), data = keys.data(id);
    const auto slot = keys.slot(id), cron = keys.cron(), interval = keys.interval();
    const auto former = (co_await former_list(id, until)).value_or(list);
    const auto version = keys.version(), back = of.cron ? "0" : std::to_string(
        plan->look_back().count());
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    const auto kept = plan->fires_once() ? "0" : std::to_string(plan->kept_after(now).count());
    const std::array<std::string_view, 7> at{data, slot, cron, interval, former, list, version};
    const std::array<std::string_view, 5> with{id, *bytes, plan->when, back, kept};
    (void)co_await detail::add_script().run(through_, at, with, until, sending::repeatable);
    co_return std::expected<void, std::string>();
}

task<bool> schedule_source::remove(std::string id, deadline until) {
    const schedule_keys keys(terms_.prefix);
    const auto cron = keys.cron(), interval = keys.interval(), version = keys.version();
    const auto former = (co_await former_list(id, until)).value_or(cron);
    const auto data = keys.data(id), slot = keys.slot(id);
    const std::array<std::string_view, 6> at{data, slot, cron, interval, former, version};
    const std::string_view with = id;
    const auto said = co_await detail::remove_script().run(through_, at, {&with, 1}, until);
    co_return said.number() == 1;
}

task<std::vector<listed_schedule>> schedule_source::list(deadline until) {
    const detail::shelf all(through_, terms_.prefix);
    std::vector<std::string> lists{all.keys.cron(), all.keys.interval()};
    for (std::string cursor = "0";;) {
        auto step = co_await all.sweep(cursor, std::chrono::sys_seconds::max(), until);
        std::ranges::move(step.lists, std::back_inserter(lists));
        cursor = std::move(step.cursor);
        if (cursor == "0") break;
    }
    const auto found = co_await all.ids(std::move(lists), schedules_max, until);
    const std::vector<detail::placed_id> ids(found.begin(), found.end());
    std::vector<listed_schedule> made;
    for (std::size_t from = 0; from < ids.size(); from += detail::shelf::read_max) {
        const auto to = std::min(ids.size(), from + detail::shelf::read_max);
        for (const auto& each :
             co_await all.read({ids.begin() + static_cast<std::ptrdiff_t>(from),
                                ids.begin() + static_cast<std::ptrdiff_t>(to)}, until))
            if (each.is_there && (made.empty() || made.back().id != each.at.id))
                made.push_back(listed(each, terms_.planning));
    }
    co_return made;
}

}  // namespace headroom::tasks
