#include "service/schedules_command.hpp"

#include <boost/json.hpp>
#include <ostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/budget/grid.hpp"
#include "headroom/tasks/schedules/schedule_source.hpp"
#include "headroom/tasks/wire/json_reader.hpp"
#include "service/task_names.hpp"
#include "service/task_visit.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace exit_code = budget::exit_code;
namespace {

using tasks::listed_schedule;

/// What a verb came to.
struct schedules_effect {
    std::vector<listed_schedule> all;
    std::string refusal;
};

// ---- doing ----

/// What is wrong with what was asked for, as a line, or the schedule.
std::expected<tasks::schedule, std::string> asked_for(const schedules_request& what) {
    auto arguments = tasks::read_json(what.arguments);
    auto* list = arguments ? arguments->get<tasks::array>() : nullptr;
    if (list == nullptr) return std::unexpected("the arguments are no JSON array");
    if (const auto wrong = what.queue.empty() ? std::nullopt : tasks::queue_name_fault(what.queue))
        return std::unexpected("a queue's name must " + *wrong);
    tasks::schedule made;
    if (!what.at.empty()) {
        made.time = tasks::parse_date_time(what.at);
        if (!made.time)
            return std::unexpected("\"" + what.at +
                                   "\" is no moment such as 2031-02-03T04:05:06+02:00");
    }
    made.task_name = what.task;
    made.schedule_id = what.id;
    made.args = std::move(*list);
    if (!what.cron.empty()) made.cron = what.cron;
    if (!what.zone.empty()) made.clock = what.zone;
    if (what.every > 0) made.interval = {.every = std::chrono::seconds(what.every)};
    return made;
}

/// Another queue's schedules lie where the settings of its own service have them by default.
tasks::schedule_source_terms terms_of(const settings& with, const redis::mux& over,
                                      const std::string& queue) {
    const auto own = tasks_of(with, over);
    return tasks::schedule_source_terms_of(queue.empty() ? own : tasks::of_queue(own, queue));
}

task<void> carry_out_schedules(redis::mux& over, const settings& with,
                               const schedules_request& what, tasks::schedule wanted,
                               schedules_effect& into) {
    tasks::schedule_source on(over, terms_of(with, over, what.queue));
    const auto until = deadline::after(operation_ms_max);
    if (what.verb == schedules_verb::list) {
        into.all = co_await on.list(until);
    } else if (what.verb == schedules_verb::add) {
        const auto added = co_await on.add(std::move(wanted), until);
        if (!added) into.refusal = added.error();
    } else if (!co_await on.remove(what.id, until)) {
        into.refusal = "there is no such schedule";
    }
}

// ---- printing ----

std::string time_text(const std::optional<std::chrono::sys_seconds>& of) {
    return of ? tasks::iso_date_time(tasks::in_utc(*of)) : "";
}

json::value time_json(const std::optional<std::chrono::sys_seconds>& of) {
    return of ? json::value(time_text(of)) : json::value(nullptr);
}

json::object as_object(const listed_schedule& of) {
    json::object made{{"id", of.id},
                      {"task", nullptr},
                      {"when", nullptr},
                      {"next", time_json(of.next)},
                      {"last", time_json(of.last)},
                      {"fault", nullptr}};
    if (of.of) {
        made["task"] = of.of->task_name;
        made["when"] = tasks::when_text(*of.of);
    } else {
        made["fault"] = of.of.error();
    }
    return made;
}

std::vector<std::string> as_row(const listed_schedule& of) {
    if (!of.of) return {of.id, "", "cannot be read: " + of.of.error(), "", ""};
    return {of.id, of.of->task_name, tasks::when_text(*of.of), time_text(of.next),
            time_text(of.last)};
}

void print_schedules(const std::vector<listed_schedule>& all, output as, std::ostream& out) {
    if (as == output::json) {
        json::array list;
        for (const auto& each : all) list.push_back(as_object(each));
        out << json::serialize(json::object{{"schedules", std::move(list)}}) << "\n";
        return;
    }
    budget::grid table{{"id", "task", "when", "next", "last"}, {}};
    for (const auto& each : all) table.rows.push_back(as_row(each));
    out << budget::aligned(table);
}

void print_change(const schedules_request& what, output as, std::ostream& out) {
    const auto* verb = what.verb == schedules_verb::add ? "schedule" : "unschedule";
    if (as == output::json)
        out << json::serialize(json::object{{"done", verb}, {"id", what.id}}) << "\n";
    else
        out << verb << ": " << what.id << "\n";
}

}  // namespace

int operate_schedules(const settings& with, const schedules_request& what, output as,
                      blocking_resolver& names, std::ostream& out, std::ostream& err) {
    const auto wanted = asked_for(what);
    if (!wanted) return tasks_complaint(err, wanted.error(), exit_code::usage);
    schedules_effect done;
    const int code = visit_tasks(with, names, err, [&](redis::mux& over) {
        return carry_out_schedules(over, with, what, *wanted, done);
    });
    if (code != exit_code::ok) return code;
    if (!done.refusal.empty())
        return tasks_complaint(err, what.id + ": " + done.refusal, exit_code::refused);
    if (what.verb == schedules_verb::list) print_schedules(done.all, as, out);
    else print_change(what, as, out);
    return exit_code::ok;
}

}  // namespace headroom::service
