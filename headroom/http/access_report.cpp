#include "headroom/http/access_report.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <tuple>

namespace headroom::http {
namespace {

using observability::attribute;
using observability::histogram;
using observability::severity;

constexpr std::string_view unmatched = "unmatched";

std::string_view class_of(unsigned status) {
    switch (status / 100) {
        case 1:
            return "1xx";
        case 2:
            return "2xx";
        case 3:
            return "3xx";
        case 4:
            return "4xx";
        default:
            return "5xx";
    }
}

// Finds a request's series; after the first of its kind without creating anything.
class durations {
public:
    explicit durations(observability::metrics& to) : to_(to) {}

    histogram of(std::string_view method, std::string_view route, std::string_view result) {
        {
            std::shared_lock lock(mutex_);
            const auto at = known_.find(std::tuple(method, route, result));
            if (at != known_.end()) return at->second;
        }
        std::unique_lock lock(mutex_);
        if (known_.size() >= access_series_max) method = route = "other";
        auto made = to_.distribute("http_server_request_duration_seconds",
                                   "From the complete request to the complete answer.",
                                   observability::duration_buckets(),
                                   {{"http_request_method", std::string(method)},
                                    {"http_route", std::string(route)},
                                    {"http_response_status", std::string(result)}});
        return known_.try_emplace(key_type(method, route, result), made).first->second;
    }

private:
    using key_type = std::tuple<std::string, std::string, std::string>;
    observability::metrics& to_;
    std::shared_mutex mutex_;
    std::map<key_type, histogram, std::less<>> known_;  // guarded by mutex_
};

void write(const observability::logger& log, const access_record& record) {
    const auto level = record.status >= 500 ? severity::warn : severity::info;
    if (!log.wants(level)) return;
    const attribute fields[] = {
        {"http.request.method", record.method},
        {"http.route", record.route},
        {"http.response.status_code", record.status},
        {"duration_us", std::chrono::duration_cast<std::chrono::microseconds>(record.took).count()},
        {"bytes_in", record.bytes_in},
        {"bytes_out", record.bytes_out},
        {"client.address", record.peer},
        {"error", record.error},
    };
    const std::span all(fields);
    log.within({std::string(record.request_id), "", "", 0})
        .report(level, "request", record.error.empty() ? all.first(all.size() - 1) : all);
}

}  // namespace

access_log access_report(observability::logger log, observability::metrics& to) {
    auto series = std::make_shared<durations>(to);
    return [log = std::move(log), series](const access_record& record) {
        const auto route = record.route.empty() ? unmatched : record.route;
        // How long a stream was open says nothing of how long an answer takes.
        if (!record.lasting)
            series->of(record.method, route, class_of(record.status)).observe(record.took);
        write(log, record);
    };
}

}  // namespace headroom::http
