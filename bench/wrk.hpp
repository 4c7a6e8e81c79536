// bench/wrk.hpp: load by wrk, and what it saw.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace headroom::bench {

struct wrk_load {
    unsigned threads = 2;
    unsigned connections = 64;
    unsigned ms = 2'000;  ///< wrk counts whole seconds, at least one
    std::string path = "/";
    std::vector<std::string> options{};  ///< more of wrk's own
};

struct wrk_report {
    double requests = 0, per_second = 0;
    double refused = 0;            ///< answers that were not 2xx or 3xx
    double p99_ms = 0;             ///< of all answers
    double seconds = 0;            ///< how long it lasted
    std::string text;              ///< as wrk wrote it
};

/// Asks 127.0.0.1:`port` and returns when it is done. Throws when wrk cannot be run, or met errors
/// of sockets.
wrk_report drive(std::uint16_t port, const wrk_load& with = {});

}  // namespace headroom::bench
