// runtime/settings.hpp: what the process itself can be told: its name, its budget, its threads.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "headroom/runtime/setting_reader.hpp"

namespace headroom {

/// What happens when the plan does not fit what the servers really allow.
enum class budget_policy {
    refuse,  ///< exit 78 before anything opens
    clamp,   ///< cut the reserve first, then the largest floors down to their minimum, else refuse
    warn,    ///< go on and say so; no bound is promised
    wait,    ///< wait for room until the start timeout, then refuse
};

std::string_view to_string(budget_policy of) noexcept;

inline constexpr std::size_t system_name_max = 12;  ///< its share of an application_name

struct runtime_settings {
    headroom::profile profile = profile::dev;
    std::string system = "headroom";
    budget_policy policy = budget_policy::refuse;
    std::optional<unsigned> postgres_ceiling;  ///< fixes the ceiling; the reserve follows from it
    unsigned postgres_reserve = 3;             ///< unless the ceiling is fixed
    unsigned reactors = 1;
    unsigned system_threads = 2;
    unsigned blocking_threads = 2;  ///< 0, of a process that never blocks: there is no such pool
    std::chrono::milliseconds start_timeout{60'000};
    std::chrono::milliseconds drain_timeout{25'000};
};

/// Declares and reads them. Faults are kept by the reader.
runtime_settings read_runtime_settings(setting_reader& from);

/// The rule of HEADROOM_SYSTEM: 1 to 12 of a-z, 0-9 and '-', as a rule of setting_reader.
std::string check_system_name(std::string_view text);

}  // namespace headroom
