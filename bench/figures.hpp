// bench/figures.hpp: what the benches share: figures of rounds, how they are told, one core each.
#pragma once
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace headroom::bench {

/// The upper one of the two in the middle; `of` has one at least.
inline double median(std::vector<double> of) {
    std::ranges::sort(of);
    return of[of.size() / 2];
}

/// The median of each figure's rounds, under its name with `suffix` behind.
inline std::map<std::string, double> medians(
    const std::map<std::string, std::vector<double>>& seen, std::string_view suffix = "") {
    std::map<std::string, double> out;
    for (const auto& [name, values] : seen) out[name + std::string(suffix)] = median(values);
    return out;
}

/// A line each, or one of JSON: {"bench":"NAME","FIGURE":1.00,...}. Throws when nobody reads.
inline void print(std::string_view bench, const std::map<std::string, double>& of, bool json) {
    if (json) {
        fmt::print("{{\"bench\":\"{}\"", bench);
        for (const auto& [name, value] : of) fmt::print(",\"{}\":{:.2f}", name, value);
        fmt::print("}}\n");
    } else {
        for (const auto& [name, value] : of) fmt::print("{:<44} {:>12.2f}\n", name, value);
    }
    // Now, and not at the exit, behind the server's end.
    if (std::fflush(stdout) != 0) throw std::runtime_error("nobody reads the figures");
}

/// The cores from `first` to `last` for a process (0: this one) and what it starts from here on.
inline void allow(pid_t process, unsigned first, unsigned last) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    for (auto each = first; each <= last; ++each) CPU_SET(each, &cores);
    ::sched_setaffinity(process, sizeof cores, &cores);
}

/// The server gets one core and the clients another, where there are two.
inline void set_apart(pid_t server) {
    if (std::thread::hardware_concurrency() < 2) return;
    allow(server, 1, 1);
    allow(0, 0, 0);
}

}  // namespace headroom::bench
