// testing/child_process.hpp: a program started by a test, with its output, signals and exit.
#pragma once
#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace headroom::testing {

/// How a program is started.
struct program {
    std::vector<std::string> arguments{};  ///< first the program: a path or a name in PATH
    std::map<std::string, std::string> environment{};  ///< added to ours, or all there is
    bool clean_environment = false;                    ///< start from an empty environment
    std::string log_file{};                            ///< takes stdout and stderr; else captured
    std::optional<std::pair<uid_t, gid_t>> as{};       ///< another user; requires root
    bool survives_us = false;  ///< do not kill it when the thread that started it ends
};

/// How a program ended.
struct exit_status {
    int code = 0;    ///< exit code, when it was not a signal
    int signal = 0;  ///< that ended it, or 0
    bool operator==(const exit_status&) const = default;
};

/// A running program in a session of its own. Killed and reaped on destruction, and by the kernel
/// when the thread that started it ends. Its output goes to anonymous memory: it never blocks on
/// a reader, and no thread is needed to capture it.
class child_process {
public:
    /// Throws std::system_error when nothing can be started; a program that does not exist ends
    /// with code 127.
    explicit child_process(const program& what);
    ~child_process();
    child_process(const child_process&) = delete;
    child_process& operator=(const child_process&) = delete;

    pid_t pid() const noexcept { return pid_; }
    bool running();
    void signal(int number) const;

    /// How it ended, or nothing when it is still running after `bound`.
    std::optional<exit_status> wait(std::chrono::milliseconds bound = std::chrono::seconds(10));

    /// What it has written up to now.
    std::string output() const;
    std::string errors() const;

private:
    const int out_, err_;
    pid_t pid_ = 0;
    std::optional<exit_status> ended_;
};

/// Runs a program to its end: its exit code (128 + signal), stdout and stderr.
struct outcome {
    int code = 0;
    std::string output, errors;
};
outcome run_program(const program& what,
                    std::chrono::milliseconds bound = std::chrono::seconds(60));

}  // namespace headroom::testing
