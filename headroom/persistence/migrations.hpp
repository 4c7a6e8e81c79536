// persistence/migrations.hpp: bringing a database's schema up to date, once, whoever starts it.
//
// Every file runs in a transaction of its own that first takes the migrations lock and then reads
// which files were applied, so two migrators started together do the work once, and a killed one
// leaves either the whole file or nothing. No session state is kept between files.
#pragma once
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/migration_plan.hpp"

namespace headroom::persistence {

/// A file that could not be applied, or a schema that must not be touched. Nothing of the file
/// took effect. One line: "0002_views.sql:14: 42P01: relation ... does not exist".
class migration_error : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Another migrator held the lock until the deadline: try again later.
class migration_busy : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// What the table headroom_migrations says; empty where it does not exist yet.
task<std::vector<applied_migration>> read_applied(connection& on, deadline until);

struct migration_outcome {
    int from = 0, to = 0;              ///< versions before and after
    std::vector<std::string> applied;  ///< files, in order
};

/// Applies what is missing, by `until`: the server ends a statement by then too, unless the file
/// set a `statement_timeout` of its own, and rolls its file back. `applying` is told each file
/// before it runs. The connection signs in as the owner of the schema, serves nobody else and keeps
/// no statement cache. Throws migration_error, migration_busy, connection_lost, deadline_passed.
task<migration_outcome> migrate(connection& on, std::span<const migration> files, deadline until,
                                std::move_only_function<void(const migration&)> applying = {});

/// May a program that needs version `wanted` serve on this schema? A newer schema may: during a
/// rolling deploy it is migrated first. Empty when it may, else one line that says what to do.
std::string schema_fault(int found, int wanted);

/// schema_fault() for the version the database has now. Any role may ask.
task<std::string> check_schema(connection& on, int wanted, deadline until);

}  // namespace headroom::persistence
