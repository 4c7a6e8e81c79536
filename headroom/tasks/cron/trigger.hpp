// tasks/cron/trigger.hpp: what makes a schedule due: an expression, an interval, an instant.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string_view>
#include <variant>

#include "headroom/tasks/cron/cron_table.hpp"
#include "headroom/tasks/cron/zone.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {

/// Whose reading of a cron expression counts.
enum class cron_dialect {
    headroom,  ///< cron_expression.hpp and next_fire.hpp
    taskiq,    ///< pycron.hpp; skipped local times are skipped, repeated ones are due twice
};

/// A slot is an instant at which a schedule is due. Slots are whole seconds of UTC and increase, so
/// that any number of schedulers agree on which comes after which.
class trigger {
public:
    /// Either dialect. The fault says which field, or that the zone is unknown; one bad schedule is
    /// no reason to stop the others.
    static std::expected<trigger, cron_fault> cron(std::string_view expression,
                                                   cron_dialect dialect,
                                                   const cron_clock& clock = {});
    /// At `first` and every `every` (1 s at least) after it.
    static trigger interval(std::chrono::sys_seconds first, std::chrono::seconds every);
    /// Once, at the first whole second that is not before `at`.
    static trigger once(std::chrono::sys_time<std::chrono::microseconds> at);
    /// Of a stored schedule. An interval's first slot is `first_seen`, where nothing is known of an
    /// earlier one.
    static std::expected<trigger, cron_fault> of(const schedule& stored, cron_dialect dialect,
                                                 std::chrono::sys_seconds first_seen);

    /// The first slot after `after`; nothing if there is none, or none within cron_search_max.
    std::optional<std::chrono::sys_seconds> next_after(std::chrono::sys_seconds after) const;
    /// In taskiq's dialect: pycron raises in some minutes, and it is not due in them.
    bool has_faults() const;

private:
    struct by_cron {
        cron_table table;
        zone on;
        bool faults;
    };
    struct by_interval {
        std::chrono::sys_seconds first;
        std::chrono::seconds every;
    };
    using kind = std::variant<by_cron, by_interval, std::chrono::sys_seconds>;
    explicit trigger(kind is) : is_(std::move(is)) {}

    kind is_;
};

}  // namespace headroom::tasks
