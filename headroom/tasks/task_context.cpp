#include "headroom/tasks/task_context.hpp"

#include "headroom/tasks/task_failed.hpp"

namespace headroom::tasks {

void task_context::requeue() const { throw detail::requeue_asked(); }

void task_context::reject() const {
    throw task_failed("TaskRejectedError", "Task was rejected.", "taskiq.exceptions").for_good();
}

}  // namespace headroom::tasks
