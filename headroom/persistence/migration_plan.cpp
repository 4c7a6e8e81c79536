#include "headroom/persistence/migration_plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::persistence {
namespace {

void check_known(const applied_migration& row, std::span<const migration> files,
                 migration_faults& faults) {
    const auto file = std::ranges::find(files, row.version, &migration::version);
    if (file == files.end())
        faults.push_back(
            fmt::format("version {} ({}) was applied, but this program has no such file: "
                        "the database is newer",
                        row.version, row.name));
    else if (file->checksum != row.checksum)
        faults.push_back(
            fmt::format("{} was changed after it was applied (checksum {:.12} instead of "
                        "{:.12}): write a new migration instead",
                        file->file(), file->checksum, row.checksum));
}

}  // namespace

migration_plan compare(std::span<const migration> files,
                       std::span<const applied_migration> applied) {
    migration_plan plan;
    for (const auto& each : files) plan.want = std::max(plan.want, each.version);
    for (const auto& row : applied) {
        plan.have = std::max(plan.have, row.version);
        check_known(row, files, plan.faults);
    }
    for (const auto& each : files) {
        if (std::ranges::find(applied, each.version, &applied_migration::version) != applied.end())
            continue;
        if (each.version < plan.have)
            plan.faults.push_back(fmt::format("{} was never applied, although version {} was",
                                              each.file(), plan.have));
        plan.pending.push_back(&each);
    }
    return plan;
}

}  // namespace headroom::persistence
