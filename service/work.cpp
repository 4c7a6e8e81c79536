#include "service/work.hpp"

#include <fmt/format.h>

#include "headroom/budget/exit_code.hpp"
#include "service/face.hpp"
#include "service/queue_metrics.hpp"
#include "service/work_watch.hpp"

namespace headroom::service {
namespace {

int run_tasks(process& in) {
    persistence::database db(in.on(), in.book(), in.query_door(), in.database_terms(), &in.door());
    eventsourcing::event_store store(db, in.book());
    const projecting none;
    face shown(in, db, none, &store, nullptr);
    working tasks(in, db, store, shown.metrics());
    std::vector<part*> parts{&store, &tasks};
    work_watch watch(in.home(), shown.health(), tasks);
    queue_metrics queues(in.home(), in.redis()->shared(), shown.metrics(), tasks);
    parts.push_back(&watch);
    parts.push_back(&queues);
    for (auto* each : shown.parts()) parts.push_back(each);
    return in.run(db, std::move(parts));
}

}  // namespace

int work(const settings& with) {
    if (with.redis.tasks) return run_process(with, duty::work, run_tasks);
    fmt::print(stderr,
               "headroom-service: TASKIQ_REDIS_URL: there is no Redis for tasks: set it, or "
               "REDIS_URL\n");
    return budget::exit_code::refused;
}

}  // namespace headroom::service
