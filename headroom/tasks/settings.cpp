#include "headroom/tasks/settings.hpp"

#include "headroom/persistence/redis/settings.hpp"
#include "headroom/tasks/detail/fetch_size.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned reader_sockets = 2;  // a lost one, and its successor

enum class kept { json, pickle, none };

std::string check_queue(std::string_view name) { return queue_name_fault(name).value_or(""); }

std::optional<result_terms> read_results(setting_reader& from, const std::string& queue) {
    const auto format = from.choice<kept>(
        {.name = "HEADROOM_TASK_RESULTS",
         .fallback = kept::pickle,
         .values = {{"pickle", kept::pickle}, {"json", kept::json}, {"none", kept::none}},
         .doc = "How results are stored: pickle, which taskiq expects, json, or none."});
    result_terms made;
    made.format = format == kept::json ? serializer::json : serializer::pickle;
    made.ttl = from.duration({.name = "TASKIQ_RESULT_TTL",
                              .fallback = hours(1),
                              .min = minutes(1),
                              .max = hours(24),
                              .doc = "How long a task's result is kept."});
    if (queue != group_default) made.prefix = queue;
    if (format == kept::none) return std::nullopt;
    return made;
}

}  // namespace

settings read_settings(setting_reader& from) {
    settings made;
    made.queue = from.text({.name = "TASKIQ_STREAM_PREFIX",
                            .fallback = group_default,
                            .length_max = 64,
                            .rule = check_queue,
                            .bound = "the name of a queue",
                            .doc = "The queue: the key of its stream. Another than taskiq is the "
                                   "beginning of its results' keys too."});
    made.results = read_results(from, made.queue);
    made.concurrency = from.count({.name = "HEADROOM_TASK_CONCURRENCY",
                                   .fallback = made.concurrency,
                                   .min = 1,
                                   .max = detail::concurrency_max,
                                   .doc = "Tasks that run at a time in one worker."});
    made.lease = from.duration({.name = "HEADROOM_TASK_LEASE",
                                .fallback = made.lease,
                                .min = seconds(1),
                                .max = minutes(10),
                                .doc = "After so long a killed worker's tasks run elsewhere."});
    made.python_idle = from.duration(
        {.name = "HEADROOM_TASK_PYTHON_IDLE",
         .fallback = milliseconds(0),
         .max = hours(24),
         .doc = "The idle_timeout of Python workers that read the same queue; 0: there are none."});
    return made;
}

worker_terms worker_terms_of(const settings& with) {
    worker_terms made;
    made.queues = {{with.queue}};
    made.concurrency = with.concurrency;
    made.lease_ms = with.lease;
    made.results = with.results;
    made.shared_with_python = with.python_idle.count() > 0;
    if (made.shared_with_python) made.python_idle_ms = with.python_idle;
    return made;
}

std::vector<budget::consumer> consumers() {
    auto reader = redis::kept_connection(reader_consumer, "tasks");
    auto sockets = redis::kept_connection(sockets_consumer, "tasks");
    sockets.resource = "files";
    sockets.pool = sockets.minimum = reader_sockets;
    sockets.overflow = {};
    sockets.waits_on_nobody = false;
    sockets.application_name.clear();
    return {std::move(reader), std::move(sockets)};
}

}  // namespace headroom::tasks
