#include "tests/tasks/task_processes.hpp"

#include <algorithm>

namespace headroom::tasks {

void task_processes::work_on(std::string url) {
    url_ = std::move(url);
    door.emplace(redis::parse_connect_info(url_).value());
    redis::mux_terms with;
    with.options.needs_primary = true;
    with.connect_ms_max = 1'000ms;
    mux.emplace(home, ledger.open({"tasks.mux", 1, 1}).value(), *door, with);
    mux->start();
}

void task_processes::TearDown() {
    home.run_blocking([&] { return mux->stop(soon()); });
    home.stop();
}

task_processes::child task_processes::spawn(const std::string& name, int concurrency, int lease_ms,
                                            const std::string& postgres) const {
    testing::program what;
    what.arguments = {HEADROOM_TASK_WORKER, url_, name, std::to_string(concurrency),
                      std::to_string(lease_ms)};
    if (!postgres.empty()) what.arguments.push_back(postgres);
    return std::make_unique<testing::child_process>(what);
}

std::int64_t task_processes::number(redis::command what) {
    std::int64_t found = 0;
    home.run_blocking([&]() -> task<void> {
        const auto said = co_await mux->run(std::move(what), soon(), redis::sending::repeatable);
        found = said.number();
    });
    return found;
}

std::string task_processes::text(redis::command what) {
    std::string found;
    home.run_blocking([&]() -> task<void> {
        const auto said = co_await mux->run(std::move(what), soon(), redis::sending::repeatable);
        if (!said.is_nothing()) found = said.text();
    });
    return found;
}

std::vector<int> task_processes::without_effect(const std::vector<int>& all) {
    std::vector<int> missing;
    home.run_blocking([&]() -> task<void> {
        for (const int each : all) {
            const auto said = co_await mux->run(redis::command("SISMEMBER", "effects", each),
                                                soon(), redis::sending::repeatable);
            if (said.number() == 0) missing.push_back(each);
        }
    });
    return missing;
}

std::int64_t task_processes::held_by(const std::string& name) {
    return number(redis::command(
        "EVAL",
        "local rows = redis.pcall('XPENDING', 'taskiq', 'taskiq', '-', '+', 100) local n = 0 "
        "for _, row in ipairs(rows.err and {} or rows) do "
        "if string.find(row[2], ARGV[1], 1, true) then n = n + 1 end end return n",
        0, "hr:" + name + "-"));
}

bool task_processes::wait_for_tasks(int workers) {
    const auto blocked = "blocked_clients:" + std::to_string(workers) + "\r\n";
    return eventually([&] { return text(redis::command("INFO", "clients")).contains(blocked); });
}

std::vector<dead_letter> task_processes::letters() {
    std::vector<dead_letter> found;
    home.run_blocking([&]() -> task<void> {
        queue_control control(*mux, "taskiq");
        found = co_await control.dead_letters({}, 100, soon());
    });
    return found;
}

}  // namespace headroom::tasks
