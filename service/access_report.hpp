// service/access_report.hpp: what becomes of an answered request: one log line, two metrics.
#pragma once
#include <map>
#include <mutex>
#include <string>

#include "headroom/http/access.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/metrics.hpp"

namespace headroom::service {

/// Answers of probes are counted but not logged: they would be most of the log. Thread-safe;
/// outlives the server that calls it.
class access_report {
public:
    /// `to` and the logger's sink outlive it.
    access_report(observability::metrics& to, const observability::logger& log)
        : metrics_(to), log_(log) {}

    void operator()(const http::access_record& of);

private:
    struct series {
        observability::histogram took;
    };
    const series& series_of(const http::access_record& of);
    void write(const http::access_record& of) const;

    observability::metrics& metrics_;
    const observability::logger log_;
    std::mutex mutex_;
    std::map<std::string, series, std::less<>> known_;  // guarded by mutex_
};

}  // namespace headroom::service
