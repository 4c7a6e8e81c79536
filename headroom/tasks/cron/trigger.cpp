#include "headroom/tasks/cron/trigger.hpp"

#include <boost/assert.hpp>

#include "headroom/tasks/cron/cron_expression.hpp"
#include "headroom/tasks/cron/next_fire.hpp"
#include "headroom/tasks/cron/pycron.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

struct read_cron {
    cron_table table;
    bool faults = false;
};

std::expected<read_cron, cron_fault> cron_in(cron_dialect dialect, std::string_view expression) {
    if (dialect == cron_dialect::taskiq) {
        const auto parsed = pycron_expression::parse(expression);
        if (!parsed) return std::unexpected(parsed.error());
        return read_cron{parsed->table(), parsed->has_faults()};
    }
    auto table = parse_cron(expression);
    if (!table) return std::unexpected(std::move(table.error()));
    return read_cron{*table};
}

}  // namespace

std::expected<trigger, cron_fault> trigger::cron(std::string_view expression,
                                                 cron_dialect dialect, const cron_clock& clock) {
    auto read = cron_in(dialect, expression);
    if (!read) return std::unexpected(std::move(read.error()));
    const auto on = zone::of(clock);
    if (!on) return std::unexpected(cron_fault{"a zone the tz database does not have"});
    return trigger(by_cron{read->table, *on, read->faults});
}

trigger trigger::interval(sys_seconds first, seconds every) {
    BOOST_ASSERT(every >= seconds(1) && every <= interval_max);
    return trigger(by_interval{first, every});
}

trigger trigger::once(std::chrono::sys_time<std::chrono::microseconds> at) {
    return trigger(std::chrono::ceil<seconds>(at));
}

std::expected<trigger, cron_fault> trigger::of(const schedule& stored, cron_dialect dialect,
                                               sys_seconds first_seen) {
    if (stored.cron) return cron(*stored.cron, dialect, stored.clock);
    if (stored.time) return once(stored.time->instant());
    if (stored.interval) return interval(first_seen, stored.interval->every);
    return std::unexpected(cron_fault{"neither cron, time nor interval"});
}

bool trigger::has_faults() const {
    const auto* cron = std::get_if<by_cron>(&is_);
    return cron != nullptr && cron->faults;
}

std::optional<sys_seconds> trigger::next_after(sys_seconds after) const {
    if (const auto* cron = std::get_if<by_cron>(&is_))
        return next_fire(cron->table, cron->on, after);
    if (const auto* at = std::get_if<sys_seconds>(&is_))
        return *at > after ? std::optional(*at) : std::nullopt;
    const auto& [first, every] = std::get<by_interval>(is_);
    if (after < first) return first;
    return first + ((after - first) / every + 1) * every;
}

}  // namespace headroom::tasks
