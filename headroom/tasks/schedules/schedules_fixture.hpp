// tasks/schedules/schedules_fixture.hpp: a Redis, and schedulers that share it, for the tests.
#pragma once
#include "headroom/observability/logger.hpp"
#include "headroom/tasks/schedules/schedule_source.hpp"
#include "headroom/tasks/schedules/scheduler.hpp"
#include "headroom/tasks/tasks_fixture.hpp"
#include "headroom/tasks/wire/label_words.hpp"

namespace headroom::tasks {

class schedules_fixture : public tasks_fixture {
protected:
    std::vector<std::string> said;  // by the schedulers' log

    observability::logger log() {
        observability::log_options with;
        with.sink = [this](std::string_view line) {
            said.emplace_back(line);
            return true;
        };
        return {with, observability::redactor({})};
    }
    static scheduler_terms brisk() {
        scheduler_terms with;
        with.look_ms = 50ms;
        with.refresh_ms = 500ms;
        return with;
    }
    static schedule every_second(std::string id) {
        schedule made;
        made.task_name = "demo:tick";
        made.schedule_id = std::move(id);
        made.interval = schedule_interval{1s};
        return made;
    }
    static schedule at(std::string id, std::chrono::microseconds from_now) {
        schedule made;
        made.task_name = "demo:once";
        made.schedule_id = std::move(id);
        made.time = in_utc(std::chrono::floor<std::chrono::microseconds>(
                               std::chrono::system_clock::now()) + from_now);
        return made;
    }
    static schedule nightly(std::string id, std::string cron = "30 2 * * *") {
        schedule made;
        made.task_name = "demo:nightly";
        made.schedule_id = std::move(id);
        made.cron = std::move(cron);
        return made;
    }
    task<void> add(schedule of) {
        schedule_source to(*mux, {});
        const auto added = co_await to.add(std::move(of), soon());
        EXPECT_TRUE(added) << added.error();
    }
    task<void> with_schedulers(std::size_t count, scheduler_terms with,
                               std::function<task<void>(scheduler&)> body) {
        std::vector<std::unique_ptr<scheduler>> all;
        for (std::size_t i = 0; i < count; ++i) {
            all.push_back(std::make_unique<scheduler>(
                scheduler_ground{*reactor::current(), *mux, log()}, with));
            co_await all.back()->open(soon());
        }
        co_await testing::and_at_last([&] { return body(*all.front()); }, [&]() -> task<void> {
            for (const auto& each : all) co_await each->close(soon());
        });
    }
    task<std::vector<task_message>> sent(std::string stream = "taskiq") {
        const auto found =
            co_await mux->run(redis::command("XRANGE", stream, "-", "+"), soon());
        std::vector<task_message> made;
        for (const auto entry : found)
            made.push_back(read_message(entry[1][1].text()).value());
        co_return made;
    }
    task<bool> eventually_sent(std::size_t count, std::string stream = "taskiq") {
        for (const auto until = soon(); !until.passed(); co_await yield_now())
            if (co_await number(redis::command("XLEN", stream)) >=
                static_cast<std::int64_t>(count))
                co_return true;
        co_return false;
    }
    task<void> put(std::string id, std::string list, std::string data) {
        co_await mux->run(redis::command("SET", "schedule:data:" + id, data), soon());
        co_await mux->run(redis::command("RPUSH", list, id), soon());
    }
};

}  // namespace headroom::tasks
