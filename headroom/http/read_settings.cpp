#include "headroom/http/read_settings.hpp"

namespace headroom::http {
namespace {

using std::chrono::milliseconds;

void read_waits(setting_reader& from, waits& into) {
    into.request_max = from.duration({.name = "HEADROOM_HTTP_REQUEST_TIMEOUT",
                                      .fallback = into.request_max,
                                      .min = milliseconds(10),
                                      .max = milliseconds(600'000),
                                      .doc = "When the answer to a request is due; then 504."});
    into.head_max = from.duration({.name = "HEADROOM_HTTP_HEADER_TIMEOUT",
                                   .fallback = into.head_max,
                                   .min = milliseconds(100),
                                   .max = milliseconds(60'000),
                                   .doc = "For a client to send a request's header; then 408."});
    into.idle_max = from.duration({.name = "HEADROOM_HTTP_IDLE_TIMEOUT",
                                   .fallback = into.idle_max,
                                   .min = milliseconds(1'000),
                                   .max = milliseconds(3'600'000),
                                   .doc = "How long a connection may stay without a request."});
    into.drain_delay = from.duration({.name = "HEADROOM_HTTP_DRAIN_DELAY",
                                      .fallback = into.drain_delay,
                                      .min = milliseconds(0),
                                      .max = milliseconds(60'000),
                                      .doc = "Readiness is off but requests are still accepted: "
                                             "the time a balancer needs to notice."});
}

}  // namespace

settings read_settings(setting_reader& from) {
    settings as;
    as.listen = from.text({.name = "HEADROOM_HTTP_LISTEN",
                           .fallback = as.listen,
                           .length_max = 64,
                           .doc = "Address and port; port 0 takes a free one. Loopback only."});
    as.connections_max = from.count({.name = "HEADROOM_HTTP_CONNECTIONS_MAX",
                                     .fallback = as.connections_max,
                                     .min = 1,
                                     .max = 100'000,
                                     .doc = "Connections at once, each a descriptor of the plan."});
    as.in_flight_max = from.count({.name = "HEADROOM_HTTP_IN_FLIGHT_MAX",
                                   .fallback = as.in_flight_max,
                                   .min = 1,
                                   .max = 100'000,
                                   .doc = "Requests in handlers at once; one more is told 503."});
    as.bounds.body_max =
        from.size({.name = "HEADROOM_HTTP_BODY_MAX",
                   .fallback = as.bounds.body_max,
                   .min = 0,
                   .max = 64 << 20,
                   .doc = "The largest request body; a larger one is told 413 before it is read."});
    read_waits(from, as.times);
    for (const auto& each : faults(as)) from.fault("HEADROOM_HTTP_LISTEN", each);
    return as;
}

}  // namespace headroom::http
