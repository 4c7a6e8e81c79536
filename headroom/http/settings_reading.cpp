#include "headroom/http/detail/listen_address.hpp"
#include "headroom/http/settings.hpp"

namespace headroom::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kibibyte = 1024, mebibyte = 1024 * kibibyte;

std::string address_rule(std::string_view text) {
    return detail::parse_listen_address(text) ? "" : "be an address with a port: 127.0.0.1:8080";
}

void read_address(setting_reader& from, settings& into) {
    into.listen = from.text({.name = "HEADROOM_HTTP_LISTEN",
                             .fallback = into.listen,
                             .length_max = 64,
                             .rule = address_rule,
                             .bound = "address:port",
                             .doc = "Where HTTP is served; port 0 picks a free one."});
    into.beyond_loopback = from.flag({.name = "HEADROOM_HTTP_BEYOND_LOOPBACK",
                                      .doc = "Serve on an address that other machines reach, "
                                             "though nothing is authenticated yet."});
    const auto at = detail::parse_listen_address(into.listen);
    if (at && !at->address().is_loopback() && !into.beyond_loopback)
        from.fault("HEADROOM_HTTP_LISTEN",
                   "must be a loopback address: nothing is authenticated yet",
                   "set HEADROOM_HTTP_BEYOND_LOOPBACK=true to be reached by others");
}

void read_sizes(setting_reader& from, settings& into) {
    into.connections_max =
        from.count({.name = "HEADROOM_HTTP_CONNECTIONS_MAX",
                    .fallback = into.connections_max,
                    .min = 1,
                    .max = connections_bound_max,
                    .doc = "Connections open at once; one more is answered 503."});
    into.in_flight_max =
        from.count({.name = "HEADROOM_HTTP_IN_FLIGHT_MAX",
                    .fallback = into.in_flight_max,
                    .min = 1,
                    .max = connections_bound_max,
                    .doc = "Requests in handlers at once; one more is answered 503."});
    into.bounds.body_max = from.size({.name = "HEADROOM_HTTP_BODY_MAX",
                                      .fallback = mebibyte,
                                      .min = kibibyte,
                                      .max = body_bytes_max,
                                      .doc = "The largest body; a larger one is answered 413."});
}

void read_waits(setting_reader& from, waits& into) {
    into.request_max =
        from.duration({.name = "HEADROOM_HTTP_REQUEST_TIMEOUT",
                       .fallback = into.request_max,
                       .min = milliseconds(10),
                       .max = minutes(60),
                       .doc = "A request's deadline; it is cancelled and answered 504 then."});
    into.idle_max = from.duration({.name = "HEADROOM_HTTP_IDLE_TIMEOUT",
                                   .fallback = into.idle_max,
                                   .min = milliseconds(100),
                                   .max = minutes(60),
                                   .doc = "How long a connection may wait for its next request."});
    into.drain_delay = from.duration(
        {.name = "HEADROOM_HTTP_DRAIN_DELAY",
         .fallback = into.drain_delay,
         .max = minutes(5),
         .doc = "How long a stopping server still accepts, for balancers to notice."});
}

}  // namespace

settings read_settings(setting_reader& from) {
    settings out;
    read_address(from, out);
    read_sizes(from, out);
    read_waits(from, out.times);
    return out;
}

}  // namespace headroom::http
