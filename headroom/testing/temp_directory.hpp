// testing/temp_directory.hpp: a short-lived directory, removed even when the test crashes.
#pragma once
#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace headroom::testing {

/// A directory with a short path: a socket below it stays under the 100 bytes the system allows.
/// Below TMPDIR when that is set and short, else in memory (/dev/shm) or /tmp.
///
/// A watchdog process of one line of shell outlives the test. When the test is gone, however it
/// ended, the watchdog ends every server whose process id stands in a `*.pid` file in the directory
/// and removes the directory.
class temp_directory {
public:
    temp_directory();
    ~temp_directory();
    temp_directory(const temp_directory&) = delete;
    temp_directory& operator=(const temp_directory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    std::string file(std::string_view name) const { return path_ / name; }
    /// Makes a file with this content and returns its path.
    std::string write(std::string_view name, std::string_view content) const;

private:
    void start_watchdog();

    std::filesystem::path path_;
    int alive_ = -1;  // the end of a pipe: closed when this process ends
    pid_t watchdog_ = 0;
};

/// The whole of a file; empty when there is none.
std::string read_file(const std::filesystem::path& path);

using user_and_group = std::pair<uid_t, gid_t>;

/// As whom servers run that refuse to run as root: `postgres` or `nobody` when we are root, else
/// nobody else than ourselves.
std::optional<user_and_group> server_user();

/// Gives a directory and all below it to `owner`, if there is one.
void give_to(const std::optional<user_and_group>& owner, const std::filesystem::path& tree);

}  // namespace headroom::testing
