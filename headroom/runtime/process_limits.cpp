#include "headroom/runtime/process_limits.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "headroom/runtime/pids_group.hpp"

namespace headroom {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t proc_file_max = 1'048'576;  // mountinfo of a crowded host stays below

using state = process_fact::state;

process_fact fact(std::string name, std::string source, std::uint64_t value) {
    return {std::move(name), std::move(source), state::read, value, {}};
}

process_fact unread(std::string name, std::string source, std::string why) {
    return {std::move(name), std::move(source), state::unread, 0, std::move(why)};
}

// None when it cannot be read; errno says why.
std::optional<std::string> read_text(const fs::path& path) {
    errno = 0;
    std::ifstream in(path);
    if (!in) return {};
    std::string text(proc_file_max, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

process_fact read_rlimit(std::string name, __rlimit_resource which) {
    rlimit limit{};
    if (getrlimit(which, &limit) != 0)
        return unread(std::move(name), "getrlimit", std::strerror(errno));
    if (limit.rlim_cur == RLIM_INFINITY)
        return {std::move(name), "getrlimit", state::unlimited, 0, {}};
    return fact(std::move(name), "getrlimit", limit.rlim_cur);
}

// Entries of a directory, `own` of which come from looking.
process_fact count_entries(std::string name, const char* directory, std::uint64_t own) {
    std::error_code failed;
    const auto all = fs::directory_iterator(directory, failed);
    if (failed) return unread(std::move(name), directory, failed.message());
    const auto count = std::distance(begin(all), end(all));
    return fact(std::move(name), directory, static_cast<std::uint64_t>(count) - own);
}

process_fact read_number(std::string name, const fs::path& path) {
    const auto text = read_text(path);
    if (!text) return unread(std::move(name), path, std::strerror(errno));
    return parse_pids(std::move(name), path, *text);
}

// What a group still leaves; groups that do not limit leave everything.
std::uint64_t left_in(const process_fact& limit, const process_fact& current) {
    if (limit.is != state::read) return UINT64_MAX;
    return limit.value - std::min(limit.value, current.value);
}

void read_pids(process_limits& into) {
    const auto cgroup = read_text("/proc/self/cgroup");
    const auto mounts = read_text("/proc/self/mountinfo");
    const auto group = find_pids_group(cgroup.value_or(""), mounts.value_or(""));
    into.pids_limit = unread("pids.max", "/proc/self/cgroup", "no pids controller is visible");
    into.pids_current = unread("pids.current", "/proc/self/cgroup", into.pids_limit.why);
    if (!group) return;
    for (const auto& each : group->directories()) {
        const auto limit = read_number("pids.max", each / "pids.max");
        const auto current = read_number("pids.current", each / "pids.current");
        if (limit.is == state::unread) continue;  // the root of the tree has neither file
        if (into.pids_limit.is == state::unread ||
            left_in(limit, current) < left_in(into.pids_limit, into.pids_current)) {
            into.pids_limit = limit;
            into.pids_current = current;
        }
    }
}

}  // namespace

std::string process_fact::text() const {
    if (is == state::unlimited) return "unlimited";
    return is == state::read ? std::to_string(value) : "unread: " + why;
}

process_fact parse_pids(std::string name, std::string source, std::string_view text) {
    const auto line = text.substr(0, text.find('\n'));
    if (line == "max") return {std::move(name), std::move(source), state::unlimited, 0, {}};
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (failed != std::errc() || end != line.data() + line.size())
        return unread(std::move(name), std::move(source), "not a number");
    return fact(std::move(name), std::move(source), value);
}

budget::figure process_limits::threads_usable() const {
    if (threads_own.is != state::read || system_limit.is != state::read) return {};
    auto most = system_limit.value;
    if (pids_limit.is == state::read) {
        if (pids_current.is != state::read) return {};
        const auto left = left_in(pids_limit, pids_current);
        most = std::min(most, threads_own.value + left);
    }
    if (user_limit.is == state::read && geteuid() != 0) most = std::min(most, user_limit.value);
    return most;
}

std::vector<process_fact> process_limits::listed() const {
    return {files_limit, files_open, threads_own, pids_limit, pids_current, user_limit,
            system_limit};
}

std::vector<budget::resource> process_limits::resources() const {
    return {{"threads", threads_usable(), 0, 0}, {"files", files_limit.figure(), 0, 0}};
}

process_limits read_process_limits() {
    process_limits all;
    all.files_limit = read_rlimit("RLIMIT_NOFILE", RLIMIT_NOFILE);
    all.files_open = count_entries("open files", "/proc/self/fd", 1);
    all.threads_own = count_entries("threads", "/proc/self/task", 0);
    all.user_limit = read_rlimit("RLIMIT_NPROC", RLIMIT_NPROC);
    all.system_limit = read_number("kernel.threads-max", "/proc/sys/kernel/threads-max");
    read_pids(all);
    return all;
}

}  // namespace headroom
