// http/access.hpp: what is remembered of an answered request: the seam to logs and metrics.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace headroom::http {

/// Views end with the call. Holds no path, query or body: only the route's template, so a log line
/// has no secret and a metric a bounded number of labels.
struct access_record {
    std::string_view method{};         ///< "GET"; "OTHER" for an unknown one
    std::string_view route{};          ///< template; empty when none matched
    unsigned status = 0;               ///< 499: the client went away before the answer
    std::uint64_t bytes_in = 0;        ///< of the request, head and body
    std::uint64_t bytes_out = 0;       ///< of the answer, head and body, as far as it was sent
    std::chrono::nanoseconds took{0};  ///< from the request's head to the complete
                                       ///< answer, without what its body took
    std::chrono::nanoseconds waited{0};  ///< of it, in the queues of pools for a unit
    std::string_view request_id{};
    std::string_view trace_id{}, span_id{};
    std::uint8_t trace_flags = 0;
    std::string_view peer{};
    std::string_view client{};  ///< its address; another than the peer's by proxies
    std::string_view caller_kind{}, caller_id{};  ///< who asked, where somebody authenticated
    std::string_view error{};  ///< for the log only: an exception's text
    bool lasting = false;      ///< took is how long an event stream or a WebSocket was open
};

/// Called on the reactor that answered, from several reactors at once; must not block or throw.
using access_log = std::function<void(const access_record&)>;

}  // namespace headroom::http
