#include "headroom/runtime/pids_group.hpp"

#include <sstream>
#include <string>

namespace headroom {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> words(const std::string& line, char between) {
    std::vector<std::string> all;
    std::istringstream in(line);
    for (std::string each; std::getline(in, each, between);) all.push_back(each);
    return all;
}

bool lists(const std::string& options, std::string_view wanted) {
    for (const auto& each : words(options, ','))
        if (each == wanted) return true;
    return false;
}

// Paths of the process in both versions' trees, from lines "4:pids:/path" and "0::/path".
struct memberships {
    std::optional<std::string> v1, v2;
};

memberships parse_memberships(std::string_view cgroup) {
    memberships all;
    for (const auto& line : words(std::string(cgroup), '\n')) {
        const auto first = line.find(':'), second = line.find(':', first + 1);
        if (second == std::string::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        if (lists(controllers, "pids")) all.v1 = line.substr(second + 1);
        if (controllers.empty() && line.starts_with("0:")) all.v2 = line.substr(second + 1);
    }
    return all;
}

struct mounted {
    std::string root, at;
};

// "39 31 0:36 /root /mount options ... - type source super-options"
std::optional<mounted> find_mount(std::string_view mountinfo, std::string_view type,
                                  std::string_view controller) {
    for (const auto& line : words(std::string(mountinfo), '\n')) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos) continue;
        const auto before = words(line.substr(0, dash), ' '),
                   after = words(line.substr(dash + 3), ' ');
        if (before.size() < 5 || after.size() < 3 || after[0] != type) continue;
        if (controller.empty() || lists(after[2], controller))
            return mounted{before[3], before[4]};
    }
    return {};
}

// The path as seen below the mount: a container sees its own group as the mount's root.
pids_group below_mount(const mounted& tree, const std::string& path) {
    std::string below = path;
    if (tree.root != "/" && below.starts_with(tree.root)) below.erase(0, tree.root.size());
    if (below.starts_with("/..")) below.clear();  // outside of our namespace
    return {tree.at, fs::path(below).relative_path()};
}

}  // namespace

std::optional<pids_group> find_pids_group(std::string_view cgroup, std::string_view mountinfo) {
    const auto member = parse_memberships(cgroup);
    if (const auto tree = find_mount(mountinfo, "cgroup", "pids"); tree && member.v1)
        return below_mount(*tree, *member.v1);
    if (const auto tree = find_mount(mountinfo, "cgroup2", ""); tree && member.v2)
        return below_mount(*tree, *member.v2);
    return {};
}

std::vector<fs::path> pids_group::directories() const {
    std::vector<fs::path> all;
    for (auto each = below; !each.empty(); each = each.parent_path()) all.push_back(mount / each);
    all.push_back(mount);
    return all;
}

}  // namespace headroom
