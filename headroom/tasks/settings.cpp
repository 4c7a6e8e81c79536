#include "headroom/tasks/settings.hpp"

#include "headroom/persistence/redis/settings.hpp"
#include "headroom/tasks/detail/fetch_size.hpp"
#include "headroom/tasks/detail/term_list.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t list_bytes_max = 16'384;
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

std::string check_queues(std::string_view text) {
    const auto parsed = detail::parse_queues(text);
    return parsed ? "" : parsed.error();
}

void read_queues(setting_reader& from, settings& into) {
    const auto text = from.text({.name = "HEADROOM_TASK_QUEUES",
                                 .length_max = list_bytes_max,
                                 .rule = check_queues,
                                 .bound = "1 to 16 queues, each with weight, concurrent, "
                                          "per_second, burst as word=number",
                                 .doc = "The queues a worker reads, by weight, and the limits of "
                                        "each over all workers: urgent weight=4, taskiq "
                                        "concurrent=20. By default TASKIQ_STREAM_PREFIX alone."});
    into.queues = {{.name = into.queue}};
    if (const auto parsed = detail::parse_queues(text)) into.queues = *parsed;
    into.strict = from.choice<bool>(
        {.name = "HEADROOM_TASK_QUEUE_ORDER",
         .fallback = false,
         .values = {{"weights", false}, {"strict", true}},
         .doc = "Whether queues are read by weight, or each only when those before it are empty."});
}

std::string check_limits(std::string_view text) {
    const auto parsed = detail::parse_limits(text);
    return parsed ? "" : parsed.error();
}

std::map<std::string, run_limits, std::less<>> read_limits(setting_reader& from) {
    const auto text = from.text({.name = "HEADROOM_TASK_LIMITS",
                                 .length_max = list_bytes_max,
                                 .rule = check_limits,
                                 .bound = "tasks, each with concurrent, per_second, burst as "
                                          "word=number",
                                 .doc = "Limits of tasks over all workers, instead of their "
                                        "handlers' own: identity:welcome per_second=5 burst=10."});
    return detail::parse_limits(text).value_or(std::map<std::string, run_limits, std::less<>>());
}

std::string check_prefix(std::string_view prefix) {
    return schedule_prefix_fault(prefix).value_or("");
}

std::string usual_prefix(const std::string& queue) {
    return queue == group_default ? schedule_settings{}.prefix : queue + ":schedule";
}

std::string read_prefix(setting_reader& from, const std::string& queue) {
    const auto usual = usual_prefix(queue);
    constexpr auto* variable = "HEADROOM_SCHEDULE_PREFIX";
    auto prefix = from.text({.name = variable,
                             .fallback = usual,
                             .length_max = schedule_prefix_bytes_max,
                             .rule = check_prefix,
                             .bound = "the beginning of a key",
                             .doc = "The beginning of the schedules' keys. Of another queue than "
                                    "taskiq by default QUEUE:schedule."});
    const auto wrong = schedule_prefix_fault(prefix);
    if (!wrong) return prefix;
    from.fault(variable, "must " + *wrong, "the queue's name is no beginning for it");
    return schedule_settings{}.prefix;
}

schedule_settings read_schedules(setting_reader& from, const std::string& queue) {
    using enum misfire_policy::kind;
    schedule_settings made;
    made.prefix = read_prefix(from, queue);
    made.prefix_is_named = from.is_set("HEADROOM_SCHEDULE_PREFIX");
    made.dialect = from.choice<cron_dialect>(
        {.name = "HEADROOM_SCHEDULE_DIALECT",
         .fallback = made.dialect,
         .values = {{"headroom", cron_dialect::headroom}, {"taskiq", cron_dialect::taskiq}},
         .doc = "Whose reading of a cron expression counts: headroom's, which refuses what it does "
                "not mean, or that of taskiq's scheduler, with all its oddities."});
    made.misfires.is = from.choice<misfire_policy::kind>(
        {.name = "HEADROOM_SCHEDULE_MISFIRES",
         .fallback = made.misfires.is,
         .values = {{"skip", skip}, {"once", once}, {"all", all}},
         .doc = "What becomes of slots that were missed: skip forgets them, once fires the newest, "
                "all the newest 100."});
    made.misfires.grace = std::chrono::duration_cast<seconds>(
        from.duration({.name = "HEADROOM_SCHEDULE_GRACE",
                       .fallback = made.misfires.grace,
                       .max = hours(1),
                       .doc = "A slot is missed when more than this has passed since; whole "
                              "seconds."}));
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
    made.queue_is_named = from.is_set("TASKIQ_STREAM_PREFIX");
    read_queues(from, made);
    made.results = read_results(from, made.queue);
    made.concurrency = from.count({.name = "HEADROOM_TASK_CONCURRENCY",
                                   .fallback = made.concurrency,
                                   .min = 1,
                                   .max = detail::concurrency_max,
                                   .doc = "Tasks that run at a time in one worker."});
    made.limits = read_limits(from);
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
    made.schedules = read_schedules(from, made.queue);
    return made;
}

settings of_queue(settings with, const std::string& queue) {
    for (auto& each : with.queues)
        if (each.name == with.queue) each.name = queue;
    with.queue = queue;
    if (with.results) with.results->prefix = queue == group_default ? "" : queue;
    if (!with.schedules.prefix_is_named) with.schedules.prefix = usual_prefix(queue);
    return with;
}

settings within_shared_database(settings with, const std::string& system) {
    if (with.queue_is_named) return with;
    const auto queue = system + ':' + with.queue;
    const bool named = with.schedules.prefix_is_named;
    auto made = of_queue(std::move(with), queue);
    const auto slot = '{' + queue + '}';
    if (made.results) made.results->prefix = slot + ":r";
    if (!named) made.schedules.prefix = slot + ":schedule";
    return made;
}

worker_terms worker_terms_of(const settings& with) {
    worker_terms made;
    made.queues = with.queues;
    made.strict = with.strict;
    made.limits = with.limits;
    made.concurrency = with.concurrency;
    made.lease_ms = with.lease;
    made.results = with.results;
    made.shared_with_python = with.python_idle.count() > 0;
    if (made.shared_with_python) made.python_idle_ms = with.python_idle;
    return made;
}

scheduler_terms scheduler_terms_of(const settings& with) {
    scheduler_terms made;
    made.prefix = with.schedules.prefix;
    made.planning = schedule_source_terms_of(with).planning;
    made.misfires = with.schedules.misfires;
    return made;
}

schedule_source_terms schedule_source_terms_of(const settings& with) {
    schedule_source_terms made;
    made.prefix = with.schedules.prefix;
    made.planning.queue = with.queue;
    made.planning.dialect = with.schedules.dialect;
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
