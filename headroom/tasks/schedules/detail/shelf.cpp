#include "headroom/tasks/schedules/detail/shelf.hpp"

#include <array>
#include <charconv>

#include "headroom/tasks/schedules/detail/slot_scripts.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr unsigned swept_keys = 1'000;  // the server looks at in one step

std::vector<std::string_view> views(const std::vector<std::string>& of) {
    return {of.begin(), of.end()};
}

void read_last(shelved_schedule& into, std::string_view state) {
    const auto blank = state.find(' ');
    std::int64_t last = 0;
    const auto end = std::from_chars(state.data(), state.data() + state.size(), last).ptr;
    if (blank == std::string_view::npos || end != state.data() + blank) return;
    into.last = sys_seconds(seconds(last));
    into.when = state.substr(blank + 1);
}

}  // namespace

task<std::set<placed_id>> shelf::ids(std::vector<std::string> lists, std::size_t most,
                                     deadline until) const {
    const std::vector<std::string> with{std::to_string(most),
                                        std::to_string(schedule_id_bytes_max)};
    const auto said = co_await ids_script().run(through_, views(lists), views(with), until,
                                                sending::repeatable);
    std::set<placed_id> made;
    auto list = lists.begin();
    for (const auto found : said) {
        for (const auto id : found) made.insert({std::string(id.text()), *list});
        ++list;
    }
    co_return made;
}

task<std::vector<shelved_schedule>> shelf::read(std::vector<placed_id> which,
                                                deadline until) const {
    std::vector<std::string> at;
    for (const auto& each : which) {
        at.push_back(keys.data(each.id));
        at.push_back(keys.slot(each.id));
    }
    const std::vector<std::string> with{std::to_string(schedule_bytes_max)};
    const auto said = co_await read_script().run(through_, views(at), views(with), until,
                                                 sending::repeatable);
    std::vector<shelved_schedule> made;
    auto id = which.begin();
    for (const auto each : said) {
        shelved_schedule one{std::move(*id++), std::string(each[1].text())};
        const auto size = each[0].number();
        one.is_there = size != -1;
        if (size == -2) one.fault = "its data is no text";
        if (size > std::int64_t{schedule_bytes_max}) one.fault = "its data is too large";
        read_last(one, each[2].text());
        made.push_back(std::move(one));
    }
    co_return made;
}

task<std::vector<sys_seconds>> shelf::adopt(std::vector<adoption> which, deadline until) const {
    std::vector<std::string> at, with;
    for (const auto& each : which) {
        at.push_back(keys.slot(each.id));
        with.push_back(each.when);
        with.push_back(std::to_string(each.look_back.count()));
        with.push_back(std::to_string(each.kept.count()));
    }
    const auto said = co_await adopt_script().run(through_, views(at), views(with), until,
                                                  sending::repeatable);
    std::vector<sys_seconds> made;
    for (const auto each : said) made.push_back(sys_seconds(seconds(each.number())));
    co_return made;
}

task<void> shelf::tidy(placed_id at, std::string bytes, deadline until) const {
    const std::vector<std::string> names{keys.data(at.id), keys.slot(at.id), at.list};
    const std::vector<std::string> with{bytes, at.id};
    (void)co_await tidy_script().run(through_, views(names), views(with), until,
                                     sending::repeatable);
}

task<shelf::step> shelf::sweep(std::string cursor, sys_seconds most, deadline until) const {
    const auto said = co_await through_.run(
        command("SCAN", cursor, "MATCH", keys.any_time(), "COUNT", swept_keys), until,
        sending::repeatable);
    step made{{}, std::string(said[0].text())};
    for (const auto key : said[1]) {
        const auto minute = keys.minute_of(key.text());
        if (minute && *minute <= most) made.lists.emplace_back(key.text());
    }
    co_return made;
}

}  // namespace headroom::tasks::detail
