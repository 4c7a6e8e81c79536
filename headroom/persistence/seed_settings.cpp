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
