#include "headroom/persistence/seed_settings.hpp"

#include <fmt/format.h>

namespace headroom::persistence {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned port_max = 65535, redis_databases_max = 15;
constexpr milliseconds socket_timeout_min{100};

std::string check_redis_url(std::string_view text) {
    for (const std::string_view scheme : {"redis://", "rediss://", "unix://"})
        if (text.starts_with(scheme) && text.size() > scheme.size()) return "";
    return "begin with redis://, rediss:// or unix://";
}

// The event store signs in with the service's own address; these are checked, then left alone.
void read_store_address(setting_reader& from) {
    from.text(
        {.name = "POSTGRES_DBNAME", .length_max = 63, .doc = "Not used: DATABASE_URL decides."});
    from.text(
        {.name = "POSTGRES_USER", .length_max = 63, .doc = "Not used: DATABASE_URL decides."});
    from.hidden({.name = "POSTGRES_PASSWORD", .doc = "Not used: DATABASE_URL decides."});
    from.text(
        {.name = "POSTGRES_HOST", .length_max = 255, .doc = "Not used: DATABASE_URL decides."});
    from.count({.name = "POSTGRES_PORT",
                .fallback = 5432,
                .min = 1,
                .max = port_max,
                .doc = "Not used: DATABASE_URL decides."});
    from.text({.name = "POSTGRES_SCHEMA",
               .fallback = "public",
               .length_max = 63,
               .doc = "The schema of the event tables."});
    from.text({.name = "PERSISTENCE_MODULE", .doc = "Not used: events are kept in PostgreSQL."});
    from.flag(
        {.name = "CREATE_TABLE", .fallback = true, .doc = "Not used: migrate creates tables."});
}

void read_store_times(setting_reader& from) {
    from.duration({.name = "POSTGRES_CONN_MAX_AGE",
                   .fallback = minutes(10),
                   .min = minutes(1),
                   .max = hours(24),
                   .doc = "The age at which its connections are replaced."});
    from.duration({.name = "POSTGRES_CONNECT_TIMEOUT",
                   .fallback = seconds(30),
                   .min = seconds(5),
                   .max = minutes(5),
                   .doc = "The longest its connections take to open."});
    from.duration({.name = "POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT",
                   .fallback = seconds(5),
                   .min = seconds(1),
                   .max = hours(1),
                   .doc = "The longest its transaction may stand idle."});
    from.duration({.name = "POSTGRES_LOCK_TIMEOUT",
                   .fallback = seconds(5),
                   .max = hours(1),
                   .doc = "The longest its statements wait for a lock."});
}

void read_projection_sizes(setting_reader& from) {
    from.optional_count({.name = "POSTGRES_PROJECTION_POOL_SIZE",
                         .min = 1,
                         .max = 20,
                         .doc = "Connections of all projections of a process together."},
                        "feed + writers");
    from.optional_count({.name = "POSTGRES_PROJECTION_MAX_OVERFLOW",
                         .max = 20,
                         .doc = "What catching up may borrow from the reserve."},
                        "the whole reserve");
    from.flag(
        {.name = "POSTGRES_PRE_PING", .doc = "Not used: a lost connection is noticed anyway."});
    from.flag({.name = "POSTGRES_SINGLE_ROW_TRACKING", .fallback = true, .doc = "Not used."});
    from.optional_count(
        {.name = "POSTGRES_MAX_CONNECTIONS", .min = 1, .doc = "Not used: the server is asked."},
        "asked of the server");
}

void read_redis_parts(setting_reader& from) {
    from.text({.name = "REDIS_HOST",
               .fallback = "localhost",
               .length_max = 255,
               .doc = "Without REDIS_URL: the server."});
    from.count({.name = "REDIS_PORT",
                .fallback = 6379,
                .min = 1,
                .max = port_max,
                .doc = "Without REDIS_URL: its port."});
    from.count({.name = "REDIS_DB",
                .fallback = 0,
                .max = redis_databases_max,
                .doc = "Without REDIS_URL: the database number."});
    from.hidden({.name = "REDIS_PASSWORD", .doc = "Without REDIS_URL: the password."});
    for (const std::string_view name : {"REDIS_SOCKET_TIMEOUT", "REDIS_SOCKET_CONNECT_TIMEOUT"})
        from.duration({.name = name,
                       .fallback = seconds(5),
                       .min = socket_timeout_min,
                       .max = minutes(5),
                       .doc = "How long a socket of Redis may stay silent."});
}

void read_task_settings(setting_reader& from) {
    from.duration({.name = "TASKIQ_RESULT_TTL",
                   .fallback = hours(1),
                   .min = minutes(1),
                   .max = hours(24),
                   .doc = "How long a task's result is kept."});
    from.text({.name = "TASKIQ_STREAM_PREFIX",
               .fallback = "taskiq",
               .length_max = 64,
               .doc = "The beginning of every stream's name."});
}

}  // namespace

event_store_settings read_event_store_settings(setting_reader& from) {
    event_store_settings made;
    made.pool = from.count({.name = "POSTGRES_POOL_SIZE",
                            .fallback = 2,
                            .min = 1,
                            .max = 50,
                            .doc = "Connections the event store always has."});
    made.overflow =
        from.optional_count({.name = "POSTGRES_MAX_OVERFLOW",
                             .max = 100,
                             .doc = "The most the event store may borrow from the reserve."},
                            "the whole reserve");
    made.runners_max = from.count(
        {.name = "MAX_PROJECTION_RUNNERS",
         .fallback = 8,
         .max = 1024,
         .doc = "Projections a process runs at most; one more refuses to start; 0: none here."});
    read_store_address(from);
    read_store_times(from);
    read_projection_sizes(from);
    return made;
}

redis_settings read_redis_settings(setting_reader& from) {
    redis_settings made;
    made.url = from.hidden({.name = "REDIS_URL",
                            .rule = check_redis_url,
                            .doc = "redis://user:password@host:port/number: the cache."});
    made.tasks_url = from.hidden({.name = "TASKIQ_REDIS_URL",
                                  .rule = check_redis_url,
                                  .doc = "The tasks' Redis; else REDIS_URL, another database."});
    made.pool_max = from.count({.name = "REDIS_POOL_SIZE",
                                .fallback = 10,
                                .min = 1,
                                .max = 100,
                                .doc = "Connections to Redis at most."});
    read_redis_parts(from);
    read_task_settings(from);
    return made;
}

}  // namespace headroom::persistence
