// persistence/start_failure.hpp: what an attempt to reach a server that failed means for the start.
#pragma once
#include <exception>
#include <string>

#include "headroom/persistence/start_decision.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::persistence {

/// One line, what to do, and the exit code it leads to.
struct start_failure {
    start_action act = start_action::refuse;  ///< wait or refuse
    int exit_code = 0;                        ///< 75 after the wait has ended, or 78
    std::string line;  ///< "app@db:5432/orders: 28P01: the password was not accepted; check ..."
};

/// Reads an exception out of connection::open, a statement or control::open. `target` is
/// connect_info::describe(). A full, absent or restarting server waits; a wrong password, role,
/// database or right, TLS that cannot be agreed on, and a pooler in control's way refuse. Pure.
start_failure explain(const std::exception_ptr& failed, const std::string& target);

/// Awaits the start of a pool that goes on trying by itself: where the server only keeps it waiting
/// this returns all the same, anything else is thrown on.
task<void> started_or_trying(task<void> start);

}  // namespace headroom::persistence
