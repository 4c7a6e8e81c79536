#include "headroom/http/access_report.hpp"

#include <boost/container/static_vector.hpp>
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

std::int64_t microseconds_of(std::chrono::nanoseconds time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

// Attributes that a request may lack follow those that each has.
class access_fields {
public:
    explicit access_fields(const access_record& of) {
        add({"http.request.method", of.method});
        add({"http.route", of.route});
        add({"http.response.status_code", of.status});
        add({"duration_us", microseconds_of(of.took)});
        add({"pool_wait_us", microseconds_of(of.waited)});
        add({"bytes_in", of.bytes_in});
        add({"bytes_out", of.bytes_out});
        add({"client.address", of.client});
        add({"network.peer.address", of.peer});
        if (!of.caller_kind.empty()) add({"caller.kind", of.caller_kind});
        if (!of.caller_id.empty()) add({"caller.id", of.caller_id});
        if (!of.error.empty()) add({"error", of.error});
    }
    std::span<const attribute> all() const { return {fields_.data(), fields_.size()}; }

private:
    void add(const attribute& field) { fields_.push_back(field); }

    boost::container::static_vector<attribute, 12> fields_;
};

void write(const observability::logger& log, const access_record& record) {
    const auto level = record.status >= 500 ? severity::warn : severity::info;
    if (!log.wants(level)) return;
    const access_fields fields(record);
    log.within({std::string(record.request_id), std::string(record.trace_id),
                std::string(record.span_id), record.trace_flags})
        .report(level, "request", fields.all());
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
