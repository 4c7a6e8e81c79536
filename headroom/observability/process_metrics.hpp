// observability/process_metrics.hpp: threads, descriptors, memory and processor time of a process.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "headroom/observability/metrics.hpp"

namespace headroom::observability {

/// What Linux says under /proc/self; a figure that cannot be read is missing.
struct process_figures {
    std::optional<std::uint64_t> threads, open_files, open_files_max, resident_bytes;
    std::optional<double> processor_seconds;
    std::optional<double> start_unix_seconds;
};

/// Reads a few small files and one directory: some 50 us, so not on a reactor.
process_figures read_process_figures();

/// Enters them as gauges, read anew by each scrape.
void add_process_metrics(metrics& to);

}  // namespace headroom::observability
