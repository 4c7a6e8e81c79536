#include "service/schedule.hpp"

#include <fmt/format.h>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/redis/shared_server.hpp"
#include "service/front.hpp"
#include "service/logging.hpp"
#include "service/schedule_watch.hpp"
#include "service/starting.hpp"
#include "service/task_server_check.hpp"

namespace headroom::service {
namespace {

namespace exit_code = budget::exit_code;

/// A process with a Redis and nothing else: admit(), check() and run() in this order.
class scheduling_process {
public:
    scheduling_process(const settings& with, budget::book& book,
                       const observability::redactor& hiding, const observability::logger& log,
                       const persistence::application_name& member)
        : with_(with), book_(book), hiding_(hiding), log_(log), system_(member.system),
          on_(book, runtime_of(with, duty::schedule)),
          server_(on_, book, redis_of(with, duty::schedule), member) {}

    /// Reads the server's limit, decides, and opens the ledgers. An exit code; says why.
    int admit(deadline until) {
        persistence::admission_terms terms;
        terms.policy = with_.process.policy;
        terms.target = terms.other_target = server_.target();
        terms.system = system_;
        terms.other_limits = [this](deadline by) { return server_.limits(by); };
        terms.other_resource = redis::resource;
        terms.on_wait = [this](const std::string& why) { log_.warn("waiting", {{"reason", why}}); };
        terms.give_up = [this] { return on_.stop_requested(); };
        persistence::admission result;
        on_.home().run_blocking([&]() -> task<void> {
            result = co_await persistence::admit(book_, std::move(terms), until);
        });
        return report_start(ground(), result);
    }

    int check(deadline until) {
        return look_at_start(
            ground(), [&](deadline by) { return check_task_server(server_.shared(), by); },
            server_.target(), until);
    }

    int run() {
        scheduling sends(on_.home(), server_.shared(), with_, log_);
        front shown({on_, book_, with_, hiding_, log_});
        schedule_watch watch(on_.home(), shown.health(), shown.metrics(), server_.shared(), sends);
        std::vector<part*> parts{&server_, &sends, &watch};
        for (auto* each : shown.parts()) parts.push_back(each);
        const int code = on_.run(std::move(parts));
        log_.info("stopped", {{"exit_code", code}});
        return code;
    }

private:
    start_ground ground() noexcept { return {on_, hiding_, log_}; }

    const settings& with_;
    budget::book& book_;
    const observability::redactor& hiding_;
    const observability::logger& log_;
    const std::string system_;
    runtime on_;
    redis::shared_server server_;
};

}  // namespace

int schedule(const settings& with) {
    const auto hiding = redactor_for(with);
    const auto member = member_of(with, duty::schedule);
    const auto log = logger_for(with, hiding, fmt::format("{:08x}", member.member));
    for (const auto& each : with.warnings) log.warn(each.message());
    if (!with.redis.tasks)
        return refuse_start(
            log, {"TASKIQ_REDIS_URL: there is no Redis for tasks: set it, or REDIS_URL"});
    budget::book book;
    if (const auto declared = declare(book, with, duty::schedule, read_process_limits()); !declared)
        return refuse_start(log, {declared.error().message()});
    book.restrict(redis::resource, 1);
    try {
        scheduling_process one(with, book, hiding, log, member);
        const auto until = deadline::after(with.process.start_timeout);
        if (const int code = one.admit(until); code != exit_code::ok) return code;
        if (const int code = one.check(until); code != exit_code::ok) return code;
        return one.run();
    } catch (const std::exception& broken) {
        fmt::print(stderr, "headroom-service: {}\n", hiding.clean(broken.what()));
        log.error("start failed", {{"error", broken.what()}});
        return exit_code::unavailable;
    }
}

}  // namespace headroom::service
