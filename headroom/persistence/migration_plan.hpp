// persistence/migration_plan.hpp: what a database still needs, and what must not be true of it.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "headroom/persistence/migration_source.hpp"

namespace headroom::persistence {

/// A row of headroom_migrations.
struct applied_migration {
    int version = 0;
    std::string name, checksum, applied_at;
};

struct migration_plan {
    int have = 0;                           ///< the database's version; 0: no schema yet
    int want = 0;                           ///< the newest file's
    std::vector<const migration*> pending;  ///< in order; point into the files
    migration_faults faults;                ///< any of them, and nothing is applied

    bool up_to_date() const noexcept { return faults.empty() && pending.empty(); }
};

/// Compares. Faults: a file changed after it was applied (drift), an applied version without a file
/// (the database is newer than the program), a hole among the applied ones. The files must outlive
/// the plan. Pure.
migration_plan compare(std::span<const migration> files,
                       std::span<const applied_migration> applied);

}  // namespace headroom::persistence
