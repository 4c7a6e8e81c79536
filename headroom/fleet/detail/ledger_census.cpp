#include "headroom/fleet/detail/ledger_census.hpp"

#include <fmt/format.h>

namespace headroom::fleet::detail {
namespace {

using persistence::backend;

/// Units above every declared size, after the shared reserve has covered what it can.
std::uint64_t overuse_of(const std::vector<party>& parties, std::uint64_t reserve) {
    std::uint64_t fixed = 0, borrowed = 0;
    for (const auto& each : parties)
        if (each.declared && each.live > *each.declared)
            (each.borrows ? borrowed : fixed) += each.live - *each.declared;
    return fixed + (borrowed > reserve ? borrowed - reserve : 0);
}

}  // namespace

std::string called(const backend& of) {
    if (of.application_name.empty()) return fmt::format("role {} without a name", of.role);
    return fmt::format("{} as {}", of.application_name, of.role);
}

budget::total declared_total(const budget::plan* declared, const std::string& resource) {
    if (declared != nullptr)
        for (auto& each : budget::add_up(*declared))
            if (each.of.name == resource) return each;
    budget::total none;
    none.of.name = resource;
    none.sum = none.peak = none.estimated_sum = none.estimated_peak = 0;
    return none;
}

std::uint64_t reserve_of(const budget::total& of, const budget::plan* declared) {
    for (const auto& row : of.rows)
        if (row.is_reserve) return budget::most_at_peak(row, declared->times).value_or(0);
    return 0;
}

census count_clients(const std::vector<backend>& live, const budget::plan* declared,
                     const std::string& resource) {
    static const budget::plan nothing;
    const auto by = attribute(live, declared != nullptr ? *declared : nothing, resource);
    census made;
    made.add(counted_by::total, {}, 0);
    for (std::size_t i = 0; i < live.size(); ++i) {
        const auto& each = live[i];
        if (each.own) continue;
        made.add(counted_by::total);
        made.add(counted_by::owner, fmt::format("{} in {}", called(each), each.database));
        made.add(counted_by::role, each.role);
        made.add(counted_by::database, each.database);
        if (by.of_backend[i] != nobody) continue;
        ++made.strangers;
        if (declared != nullptr) made.add(counted_by::stranger, called(each));
    }
    for (const auto& each : by.parties) made.add(counted_by::consumer, each.name(), each.live);
    made.over = overuse_of(by.parties, reserve_of(declared_total(declared, resource), declared));
    return made;
}

}  // namespace headroom::fleet::detail
