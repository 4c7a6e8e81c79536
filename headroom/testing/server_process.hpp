// testing/server_process.hpp: what private servers have in common: start, stop, kill, freeze.
#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

inline constexpr std::chrono::seconds server_bound{20};  ///< to start or to stop

/// The path of a server program: in the folder that the environment variable `folder_variable`
/// names, in /usr/lib/postgresql/*/bin (newest first), /usr/sbin, or PATH. Throws when it is in
/// none of them.
std::string find_server(const std::string& name, const char* folder_variable);

/// One server in a temp_directory, which must outlive it and whose watchdog ends it after a crash.
class server_process {
public:
    server_process(const temp_directory& in, std::string name)
        : in_(in), name_(std::move(name)) {}

    /// Starts it as server_user() and returns once `ready` says so. Throws with the end of the
    /// server's log when it ends before that, or is not ready in time.
    void start(program what, const std::function<bool()>& ready);
    /// Sends `signal` and waits for the end; SIGKILL to all of it after server_bound.
    /// Nothing happens when it does not run.
    void stop(int signal);
    /// SIGKILL to the server and, at the same time, all its children.
    void crash();
    /// SIGKILL to the server alone; returns once its children, who notice, have ended too.
    void kill_alone();
    void freeze() const;  ///< SIGSTOP to the server and all its children
    void thaw() const;

    bool running() const { return child_ && child_->running(); }
    pid_t pid() const { return child_ ? child_->pid() : 0; }
    std::string log() const { return read_file(log_file()); }
    std::string log_file() const { return in_.file(name_ + ".log"); }

private:
    std::vector<pid_t> everybody() const;
    void ended();

    const temp_directory& in_;
    const std::string name_;
    std::unique_ptr<child_process> child_;
};

/// A port of the loopback interface that nobody listens on just now.
unsigned short free_port();

}  // namespace headroom::testing
