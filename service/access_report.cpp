#include "service/access_report.hpp"

#include <fmt/format.h>

namespace headroom::service {
namespace {

bool is_probe(std::string_view route) {
    return route == "/livez" || route == "/readyz" || route == "/healthz" || route == "/metrics";
}

double milliseconds(std::chrono::nanoseconds took) {
    return std::chrono::duration<double, std::milli>(took).count();
}

}  // namespace

void access_report::operator()(const http::access_record& of) {
    auto took = series_of(of).took;  // a copy of a pointer
    took.observe(of.took);
    if (!is_probe(of.route) || of.status >= 500) write(of);
}

// The route's template is one of a few, and so are methods and statuses: the series are bounded.
const access_report::series& access_report::series_of(const http::access_record& of) {
    fmt::basic_memory_buffer<char, 128> key;
    fmt::format_to(std::back_inserter(key), "{} {} {}", of.method, of.status, of.route);
    std::scoped_lock lock(mutex_);
    if (const auto at = known_.find(std::string_view(key.data(), key.size())); at != known_.end())
        return at->second;
    auto made = metrics_.distribute(
        "http_server_request_duration_seconds", "From the complete request to the complete answer.",
        observability::duration_buckets(),
        {{"http_request_method", std::string(of.method)},
         {"http_response_status_code", std::to_string(of.status)},
         {"http_route", std::string(of.route)}});
    return known_.emplace(fmt::to_string(key), series{made}).first->second;
}

void access_report::write(const http::access_record& of) const {
    observability::log_context request;
    request.request_id = of.request_id;
    const auto within = log_.within(std::move(request));
    const auto level = of.status >= 500 ? observability::severity::warn : observability::severity::info;
    const observability::attribute with[]{{"http.request.method", of.method},
                                          {"http.route", of.route},
                                          {"http.response.status_code", of.status},
                                          {"duration_ms", milliseconds(of.took)},
                                          {"bytes_in", of.bytes_in},
                                          {"bytes_out", of.bytes_out},
                                          {"client.address", of.peer},
                                          {"error", of.error}};
    within.report(level, "request", of.error.empty() ? std::span(with).first(7) : std::span(with));
}

}  // namespace headroom::service
