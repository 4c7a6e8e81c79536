#include "service/task_visit.hpp"

#include <ostream>
#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/redis/visit.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::service {
namespace {

constexpr char operator_consumer[] = "service.tasks";

redis::visit_terms terms_of_visit(const settings& with, blocking_resolver& names) {
    using persistence::application_name;
    const application_name name{
        application_name::fit(with.process.system, application_name::system_max), "operate",
        std::random_device{}(), operator_consumer};
    return {*with.redis.tasks, operator_consumer, name.text(), &names};
}

}  // namespace

int tasks_complaint(std::ostream& err, const std::string& why, int code) {
    err << "headroom-service tasks: " << why << "\n";
    return code;
}

int visit_tasks(const settings& with, blocking_resolver& names, std::ostream& err,
                const std::function<task<void>(redis::mux&)>& body) {
    if (!with.redis.tasks)
        return tasks_complaint(err, "TASKIQ_REDIS_URL: there is no Redis for tasks",
                               budget::exit_code::refused);
    try {
        redis::visit(terms_of_visit(with, names), body, deadline::after(operation_ms_max));
        return budget::exit_code::ok;
    } catch (...) {
        const auto why =
            persistence::explain(std::current_exception(), with.redis.tasks->describe());
        return tasks_complaint(err, why.line, why.exit_code);
    }
}

}  // namespace headroom::service
