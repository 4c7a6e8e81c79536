// command/audit_faults_fixture.hpp: faults as tests plant them into a stack, and what the audit has
// to find.
#pragma once
#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "command/audit_stack_fixture.hpp"

namespace headroom::command {

/// "{}" in `found` stands for the address of the server it is about, "{1}" for database 1 of Redis,
/// "{postgres}" for the port of PostgreSQL.
struct planted_fault {
    std::string name;   ///< of the test
    std::string found;  ///< "HR-PG-GHOST, mail.sender, 3"
    std::string what;   ///< part of what is said, with its figures
    stack_terms with{};
    std::function<void(audit_stack&)> plant{};
    bool alters = false;  ///< the server itself: the next fault needs another
    bool alone = false;   ///< its figures are others beside other faults

    friend std::ostream& operator<<(std::ostream& to, const planted_fault& of) {
        return to << of.name;
    }
};

using planted_faults = std::vector<planted_fault>;

planted_faults faults_of_people();
planted_faults faults_of_postgres();
planted_faults faults_of_pgbouncer();
planted_faults faults_of_redis();
planted_faults faults_of_settings();

}  // namespace headroom::command
