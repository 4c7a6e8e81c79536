#include "headroom/eventsourcing/detail/position_sequence.hpp"

#include <fmt/format.h>

namespace headroom::eventsourcing::detail {
namespace {

constexpr persistence::statement terms(R"(
select coalesce(its.seqrelid::regclass::text, ''), coalesce(its.seqcache, 1),
       coalesce(its.seqincrement, 1), coalesce(its.seqcycle, false)
from (select pg_get_serial_sequence('headroom_events', 'notification_id')::regclass as id) own
left join pg_catalog.pg_sequence its on its.seqrelid = own.id)");

std::string wrong(const sequence_terms& of, const std::string& has, const char* needs) {
    return fmt::format("sequence {} has {} and needs {}, or events are lost: "
                       "alter sequence {} {}",
                       of.name, has, needs, of.name, needs);
}

}  // namespace

std::string fault_of(const sequence_terms& of) {
    if (of.name.empty())
        return "headroom_events.notification_id draws from no sequence of its own: "
               "alter sequence ... owned by headroom_events.notification_id";
    if (of.cache != 1) return wrong(of, fmt::format("CACHE {}", of.cache), "CACHE 1");
    if (of.increment != 1)
        return wrong(of, fmt::format("INCREMENT BY {}", of.increment), "INCREMENT BY 1");
    if (of.cycles) return wrong(of, "CYCLE", "NO CYCLE");
    return {};
}

task<void> check_sequence(persistence::session& on, deadline until) {
    const auto found = co_await on.run(terms, until);
    const auto& row = found[0];
    const auto fault = fault_of({row.get<std::string>(0), row.get<std::int64_t>(1),
                                 row.get<std::int64_t>(2), row.get<bool>(3)});
    if (!fault.empty()) throw unsound_sequence(fault);
}

}  // namespace headroom::eventsourcing::detail
