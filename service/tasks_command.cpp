#include "service/tasks_command.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <ostream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/budget/grid.hpp"
#include "headroom/tasks/queue_control.hpp"
#include "service/task_names.hpp"
#include "service/task_visit.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace exit_code = budget::exit_code;
namespace {

using tasks::dead_letter;
using tasks::queue_facts;

/// What a verb came to.
struct tasks_effect {
    std::vector<std::pair<std::string, queue_facts>> queues;  // as they are called there
    std::vector<dead_letter> letters;
    std::uint64_t done = 0;  // letters sent again or deleted
};

// ---- doing ----

task<std::uint64_t> requeue_all(tasks::queue_control& on, deadline until) {
    std::uint64_t done = 0;
    std::optional<tasks::entry_id> after;
    while (true) {
        const auto page = co_await on.dead_letters(after, tasks::letters_page_max, until);
        if (page.empty()) co_return done;
        for (const auto& each : page) done += co_await on.requeue(each.id, until);
        after = page.back().id;  // what cannot be sent again stays behind
    }
}

/// What was asked for; or ours, and to be looked at all that a worker of ours reads.
std::vector<std::string> queues_of(const tasks::settings& with, const tasks_request& what) {
    if (!what.queue.empty()) return {what.queue};
    std::vector<std::string> made{with.queue};
    for (const auto& each : with.queues)
        if (what.verb == tasks_verb::queues && each.name != with.queue) made.push_back(each.name);
    return made;
}

task<void> carry_out(redis::mux& over, const settings& with, const tasks_request& what,
                     tasks_effect& into) {
    using enum tasks_verb;
    for (auto& each : queues_of(tasks_of(with, over), what))
        into.queues.emplace_back(std::move(each), queue_facts{});
    tasks::queue_control on(over, into.queues.front().first);
    const auto until = deadline::after(operation_ms_max);
    const auto id = tasks::entry_id::parse(what.letter);
    if (what.verb == inspect)
        into.letters = co_await on.dead_letters(tasks::entry_id::parse(what.after), what.most,
                                                until);
    if (what.verb == requeue)
        into.done = what.all ? co_await requeue_all(on, until) : co_await on.requeue(*id, until);
    if (what.verb == drop)
        into.done = what.all ? co_await on.drop_all(until) : co_await on.drop(*id, until);
    if (what.verb == pause) co_await on.pause(until);
    if (what.verb == resume) co_await on.resume(until);
    for (auto& [name, facts] : into.queues)
        facts = co_await tasks::queue_control(over, name).facts(until);
}

// ---- printing ----

json::object as_object(const tasks::limit_facts& of) {
    return {{"task", of.task.empty() ? json::value(nullptr) : json::value(of.task)},
            {"running", of.running},
            {"waiting", of.waiting},
            {"put_off", of.refused}};
}

json::object as_object(const std::string& queue, const queue_facts& of) {
    json::array limits;
    for (const auto& each : of.limits) limits.push_back(as_object(each));
    return {{"name", queue},
            {"paused", of.paused},
            {"waiting", of.length - std::min(of.length, of.in_hand)},
            {"in_hand", of.in_hand},
            {"delayed", of.delayed},
            {"dead", of.dead},
            {"cancelled", of.cancelled},
            {"consumers", of.consumers},
            {"oldest_ms", of.oldest.count()},
            {"limits", std::move(limits)}};
}

json::object as_object(const dead_letter& of) {
    return {{"id", of.id.text()},         {"reason", of.reason},
            {"note", of.note},            {"task_id", of.task_id},
            {"task_name", of.task_name},  {"deliveries", of.deliveries},
            {"failures", of.failures},    {"consumer", of.consumer},
            {"message", of.data}};
}

void print_limits(const tasks_effect& of, std::ostream& out) {
    budget::grid table{{"queue", "limit of", "running", "waiting", "put off"}, {}};
    for (const auto& [name, facts] : of.queues)
        for (const auto& each : facts.limits)
            table.rows.push_back({name, each.task.empty() ? "the queue" : each.task,
                                  std::to_string(each.running), std::to_string(each.waiting),
                                  std::to_string(each.refused)});
    if (!table.rows.empty()) out << "\n" << budget::aligned(table);
}

void print_facts(const tasks_effect& of, output as, std::ostream& out) {
    if (as == output::json) {
        json::array list;
        for (const auto& [name, facts] : of.queues) list.push_back(as_object(name, facts));
        out << json::serialize(json::object{{"queues", std::move(list)}}) << "\n";
        return;
    }
    budget::grid table{{"queue", "state", "waiting", "in hand", "delayed", "dead", "consumers",
                        "oldest"}, {}};
    for (const auto& [name, facts] : of.queues) {
        const auto waiting = facts.length - std::min(facts.length, facts.in_hand);
        table.rows.push_back({name, facts.paused ? "paused" : "running", std::to_string(waiting),
                              std::to_string(facts.in_hand), std::to_string(facts.delayed),
                              std::to_string(facts.dead), std::to_string(facts.consumers),
                              fmt::format("{} ms", facts.oldest.count())});
    }
    out << budget::aligned(table);
    print_limits(of, out);
}

void print_letters(const std::vector<dead_letter>& all, output as, std::ostream& out) {
    if (as == output::json) {
        json::array list;
        for (const auto& each : all) list.push_back(as_object(each));
        out << json::serialize(json::object{{"dead_letters", std::move(list)}}) << "\n";
        return;
    }
    budget::grid table{{"letter", "task", "reason", "deliveries", "failures", "note"}, {}};
    for (const auto& each : all)
        table.rows.push_back({each.id.text(), each.task_name, each.reason,
                              std::to_string(each.deliveries), std::to_string(each.failures),
                              each.note});
    out << budget::aligned(table);
}

void print_done(std::string_view verb, const std::string& queue, std::uint64_t letters, output as,
                std::ostream& out) {
    if (as == output::json)
        out << json::serialize(json::object{{"done", verb}, {"queue", queue},
                                            {"letters", letters}}) << "\n";
    else
        out << verb << ": " << queue << ", " << letters << " letters\n";
}

void print_effect(const tasks_request& what, const tasks_effect& done, output as,
                  std::ostream& out) {
    const auto& queue = done.queues.front().first;
    switch (what.verb) {
        case tasks_verb::inspect: return print_letters(done.letters, as, out);
        case tasks_verb::requeue: return print_done("requeue", queue, done.done, as, out);
        case tasks_verb::drop: return print_done("drop", queue, done.done, as, out);
        case tasks_verb::queues:
        case tasks_verb::pause:
        case tasks_verb::resume: return print_facts(done, as, out);
    }
}

/// What is wrong with what was asked for; "" when nothing is.
std::string fault_of(const tasks_request& what, const std::string& queue) {
    if (const auto fault = tasks::queue_name_fault(queue)) return "a queue's name must " + *fault;
    const bool names_letter =
        what.verb == tasks_verb::requeue || what.verb == tasks_verb::drop;
    if (names_letter && !what.all && !tasks::entry_id::parse(what.letter))
        return fmt::format("\"{}\" is no letter's id; inspect shows them, --all means every one",
                           what.letter);
    if (!what.after.empty() && !tasks::entry_id::parse(what.after))
        return fmt::format("\"{}\" is no letter's id", what.after);
    return {};
}

}  // namespace

int operate_tasks(const settings& with, const tasks_request& what, output as,
                  blocking_resolver& names, std::ostream& out, std::ostream& err) {
    const auto queue = what.queue.empty() ? with.tasks.queue : what.queue;
    if (const auto fault = fault_of(what, queue); !fault.empty())
        return tasks_complaint(err, fault, exit_code::usage);
    tasks_effect done;
    const int code = visit_tasks(with, names, err, [&](redis::mux& over) {
        return carry_out(over, with, what, done);
    });
    if (code != exit_code::ok) return code;
    if (!what.letter.empty() && done.done == 0)
        return tasks_complaint(err, fmt::format("{} has no letter {}, or it has no message",
                                                done.queues.front().first, what.letter),
                               exit_code::refused);
    print_effect(what, done, as, out);
    return exit_code::ok;
}

}  // namespace headroom::service
