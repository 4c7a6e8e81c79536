#include "headroom/runtime/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned postgres_units_max = 10'000;
constexpr unsigned reactors_max = 64, system_threads_max = 16, blocking_threads_max = 64;
constexpr milliseconds start_timeout_max = minutes(60), drain_timeout_max = minutes(10);

void read_budget(setting_reader& from, runtime_settings& to) {
    to.policy = from.choice<budget_policy>(
        {.name = "HEADROOM_BUDGET_POLICY",
         .fallback = budget_policy::refuse,
         .values = {{"refuse", budget_policy::refuse},
                    {"clamp", budget_policy::clamp},
                    {"warn", budget_policy::warn},
                    {"wait", budget_policy::wait}},
         .doc = "What happens at start when the plan exceeds what the servers allow."});
    to.postgres_reserve = from.count(
        {.name = "HEADROOM_RESERVE_POSTGRES",
         .fallback = 3,
         .max = postgres_units_max,
         .doc = "Connections above all floors, from which every burst of this process borrows."});
    to.postgres_ceiling = from.optional_count(
        {.name = "HEADROOM_BUDGET_POSTGRES",
         .min = 1,
         .max = postgres_units_max,
         .doc = "The most connections this process may ever hold; the reserve is then what the "
                "floors leave of it."},
        "floors + reserve");
}

void read_threads(setting_reader& from, runtime_settings& to) {
    to.reactors = from.count({.name = "HEADROOM_REACTORS",
                              .fallback = 1,
                              .min = 1,
                              .max = reactors_max,
                              .doc = "Threads that run coroutines and serve sockets."});
    to.system_threads =
        from.count({.name = "HEADROOM_SYSTEM_THREADS",
                    .fallback = 2,
                    .min = 1,
                    .max = system_threads_max,
                    .doc = "Threads that resolve names, send cancel requests and read files."});
    to.blocking_threads = from.count(
        {.name = "HEADROOM_BLOCKING_THREADS",
         .fallback = 2,
         .min = 1,
         .max = blocking_threads_max,
         .doc = "Threads for handlers that block, the sync engine's transactions among them."});
}

void read_timeouts(setting_reader& from, runtime_settings& to) {
    to.start_timeout =
        from.duration({.name = "HEADROOM_START_TIMEOUT",
                       .fallback = seconds(60),
                       .min = seconds(1),
                       .max = start_timeout_max,
                       .doc = "How long the start waits for servers and for room, then refuses."});
    to.drain_timeout =
        from.duration({.name = "HEADROOM_DRAIN_TIMEOUT",
                       .fallback = seconds(25),
                       .min = seconds(0),
                       .max = drain_timeout_max,
                       .doc = "How long a stop waits for what is under way. Less than the grace "
                              "period of whoever stops the process."});
}

}  // namespace

std::string_view to_string(budget_policy of) noexcept {
    switch (of) {
        case budget_policy::refuse:
            return "refuse";
        case budget_policy::clamp:
            return "clamp";
        case budget_policy::warn:
            return "warn";
        case budget_policy::wait:
            return "wait";
    }
    return "unknown";
}

std::string check_system_name(std::string_view text) {
    const bool fits = !text.empty() && text.size() <= system_name_max;
    const bool plain = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == text.npos;
    return fits && plain ? "" : fmt::format("be 1 to {} of a-z, 0-9 and '-'", system_name_max);
}

runtime_settings read_runtime_settings(setting_reader& from) {
    runtime_settings made;
    made.profile = from.choice<profile>(
        {.name = "HEADROOM_PROFILE",
         .fallback = profile::dev,
         .values = {{"dev", profile::dev},
                    {"test", profile::test},
                    {"production", profile::production}},
         .doc = "Which .env files are read, and how strict the settings are."});
    made.profile = from.profile();
    made.system =
        from.text({.name = "HEADROOM_SYSTEM",
                   .fallback = "headroom",
                   .rule = check_system_name,
                   .bound = "1 to 12 of a-z, 0-9, -",
                   .doc = "The system's name: the first part of every application_name."});
    read_budget(from, made);
    read_threads(from, made);
    read_timeouts(from, made);
    return made;
}

}  // namespace headroom
