#include "headroom/observability/process_metrics.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

namespace headroom::observability {
namespace {

std::optional<std::uint64_t> entries_of(const char* directory) {
    std::error_code failed;
    std::filesystem::directory_iterator entries(directory, failed);
    if (failed) return {};
    std::uint64_t count = 0;
    for (const std::filesystem::directory_iterator end; entries != end; entries.increment(failed)) {
        if (failed) return {};
        ++count;
    }
    return count;
}

// Field `number` of /proc/self/stat, from 1 (proc(5)); the name in parentheses may hold spaces.
std::optional<std::uint64_t> stat_field(int number) {
    std::ifstream file("/proc/self/stat");
    std::string all((std::istreambuf_iterator<char>(file)), {});
    const auto name_end = all.rfind(')');
    if (name_end == std::string::npos) return {};
    std::istringstream rest(all.substr(name_end + 1));
    std::string field;
    for (int i = 3; i <= number; ++i)
        if (!(rest >> field)) return {};
    return std::stoull(field);
}

std::optional<std::uint64_t> resident_bytes() {
    std::ifstream file("/proc/self/statm");
    std::uint64_t size = 0, resident = 0;
    if (!(file >> size >> resident)) return {};
    return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

std::optional<double> processor_seconds() {
    rusage used{};
    if (::getrusage(RUSAGE_SELF, &used) != 0) return {};
    const auto seconds = [](const timeval& of) {
        return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

std::optional<double> start_unix_seconds() {
    const auto ticks = stat_field(22);
    std::ifstream file("/proc/stat");
    std::string word;
    std::uint64_t boot = 0;
    while (file >> word)
        if (word == "btime" && file >> boot) break;
    if (!ticks || boot == 0) return {};
    return static_cast<double>(boot) +
           static_cast<double>(*ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

void set(metrics& to, const char* name, const char* help, std::optional<double> value) {
    if (value) to.measure(name, help).set(*value);
}

std::optional<double> as_double(std::optional<std::uint64_t> value) {
    if (!value) return {};
    return static_cast<double>(*value);
}

void refresh(metrics& to) {
    const auto now = read_process_figures();
    set(to, "process_threads", "Threads of the process.", as_double(now.threads));
    set(to, "process_open_fds", "Descriptors that are open.", as_double(now.open_files));
    set(to, "process_max_fds", "Descriptors the process may open.", as_double(now.open_files_max));
    set(to, "process_resident_memory_bytes", "Memory in use.", as_double(now.resident_bytes));
    set(to, "process_start_time_seconds", "Start, since the Unix epoch.", now.start_unix_seconds);
    if (now.processor_seconds)
        to.count("process_cpu_seconds_total", "Processor time, user and system.")
            .grow_to(*now.processor_seconds);
}

}  // namespace

process_figures read_process_figures() {
    process_figures now;
    now.threads = entries_of("/proc/self/task");
    now.open_files = entries_of("/proc/self/fd");
    if (now.open_files && *now.open_files > 0) --*now.open_files;  // the look's own descriptor
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) == 0) now.open_files_max = files.rlim_cur;
    now.resident_bytes = resident_bytes();
    now.processor_seconds = processor_seconds();
    now.start_unix_seconds = start_unix_seconds();
    return now;
}

void add_process_metrics(metrics& to) {
    to.before_scrape([&to] { refresh(to); });
}

}  // namespace headroom::observability
