// runtime/pids_group.hpp: where the control group that limits our threads can be read.
#pragma once
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace headroom {

/// Where the `pids` controller of this process can be read: in the one tree of version 2 or in its
/// own of version 1.
struct pids_group {
    std::filesystem::path mount;  ///< /sys/fs/cgroup
    std::filesystem::path below;  ///< of it: "system.slice/app.service", or empty

    /// The group's directory and its ancestors up to the mount, innermost first.
    std::vector<std::filesystem::path> directories() const;
};

/// From /proc/self/cgroup and /proc/self/mountinfo. Version 1 wins when its pids controller is
/// mounted: then version 2's tree has none. None when neither is visible.
std::optional<pids_group> find_pids_group(std::string_view cgroup, std::string_view mountinfo);

}  // namespace headroom
