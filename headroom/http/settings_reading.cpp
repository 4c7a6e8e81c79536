#include <algorithm>

#include "headroom/http/detail/listen_address.hpp"
#include "headroom/http/settings.hpp"

namespace headroom::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::size_t proxies_max = 64;
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
                                      .doc = "Serve on an address that other machines "
                                             "reach."});
    const auto at = detail::parse_listen_address(into.listen);
    if (at && !at->address().is_loopback() && !into.beyond_loopback)
        from.fault("HEADROOM_HTTP_LISTEN",
                   "must be a loopback address, unless others are to be served",
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
                    .doc = "Requests in handlers at once; one more waits its turn."});
    into.queue_max =
        from.count({.name = "HEADROOM_HTTP_QUEUE_MAX",
                    .fallback = into.queue_max,
                    .max = connections_bound_max,
                    .doc = "Requests that wait their turn; one more is answered 503 at once."});
    into.streams_max =
        from.count({.name = "HEADROOM_HTTP_STREAMS_MAX",
                    .fallback = into.streams_max,
                    .max = connections_bound_max,
                    .doc = "Event streams and WebSockets open at once; one more is answered 503."});
    into.bounds.body_max = from.size({.name = "HEADROOM_HTTP_BODY_MAX",
                                      .fallback = mebibyte,
                                      .min = kibibyte,
                                      .max = body_bytes_max,
                                      .doc = "The largest body; a larger one is answered 413."});
    into.body_memory =
        from.size({.name = "HEADROOM_HTTP_BODY_MEMORY",
                   .fallback = std::max(into.body_memory, into.bounds.body_max),
                   .min = into.bounds.body_max,
                   .max = body_memory_bytes_max,
                   .doc = "Bytes of all bodies that are read or used at once, at least those of "
                          "the largest; a body too many is answered 503 before it is read."});
}

void read_waits(setting_reader& from, waits& into) {
    into.request_max =
        from.duration({.name = "HEADROOM_HTTP_REQUEST_TIMEOUT",
                       .fallback = into.request_max,
                       .min = milliseconds(10),
                       .max = minutes(60),
                       .doc = "A request's deadline; it is cancelled and answered 504 then."});
    into.queue_max =
        from.duration({.name = "HEADROOM_HTTP_QUEUE_TIMEOUT",
                       .fallback = into.queue_max,
                       .min = milliseconds(1),
                       .max = minutes(1),
                       .doc = "How long a request waits its turn; it is answered 503 then."});
    into.idle_max = from.duration({.name = "HEADROOM_HTTP_IDLE_TIMEOUT",
                                   .fallback = into.idle_max,
                                   .min = milliseconds(100),
                                   .max = minutes(60),
                                   .doc = "How long a connection may wait for its next request."});
    into.heartbeat = from.duration(
        {.name = "HEADROOM_HTTP_HEARTBEAT",
         .fallback = into.heartbeat,
         .min = milliseconds(100),
         .max = minutes(60),
         .doc = "Between signs of life on an otherwise silent event stream or WebSocket."});
    into.drain_delay = from.duration(
        {.name = "HEADROOM_HTTP_DRAIN_DELAY",
         .fallback = into.drain_delay,
         .max = minutes(5),
         .doc = "How long a stopping server still accepts, for balancers to notice."});
}

// What is in the files is looked at when they are used; here only that they belong together.
void check_files(setting_reader& from, const tls_settings& of) {
    if (of.certificate.empty() != of.key.empty())
        from.fault(of.key.empty() ? "HEADROOM_HTTP_TLS_KEY" : "HEADROOM_HTTP_TLS_CERTIFICATE",
                   "must be set: a certificate and its key go together");
    if (!of.client_ca.empty() && !of.on())
        from.fault("HEADROOM_HTTP_TLS_CLIENT_CA", "must go with a certificate of the server");
}

void read_tls(setting_reader& from, tls_settings& into) {
    const auto file = [&from](std::string_view name, std::string_view doc) {
        return from.text({.name = name, .bound = "a file", .doc = doc});
    };
    into.certificate = file("HEADROOM_HTTP_TLS_CERTIFICATE",
                            "The server's certificate and those above it, PEM; serves HTTPS.");
    into.key = file("HEADROOM_HTTP_TLS_KEY",
                    "Its private key, PEM without a passphrase, of mode 0600 or 0640.");
    into.client_ca = file("HEADROOM_HTTP_TLS_CLIENT_CA",
                          "The authorities, PEM, whose clients are believed who they are.");
    const bool required =
        from.flag({.name = "HEADROOM_HTTP_TLS_CLIENT_REQUIRED",
                   .fallback = true,
                   .doc = "With such authorities: refuse a client that shows no certificate."});
    if (!into.client_ca.empty())
        into.clients = required ? client_proof::required : client_proof::optional;
    into.reload =
        from.duration({.name = "HEADROOM_HTTP_TLS_RELOAD",
                       .fallback = into.reload,
                       .min = seconds(1),
                       .max = minutes(60),
                       .doc = "How often the files are looked at; renewed ones are taken over."});
    check_files(from, into);
}

void read_proxies(setting_reader& from, settings& into) {
    into.trusted = from.list({.name = "HEADROOM_HTTP_TRUSTED_PROXIES",
                              .items_max = proxies_max,
                              .doc = "Addresses and blocks (10.0.0.0/8) of proxies whose word on a "
                                     "client's address is taken; nobody's without."});
    std::erase_if(into.trusted, [&from](const std::string& each) {
        if (address_block::parse(each)) return false;
        from.fault("HEADROOM_HTTP_TRUSTED_PROXIES",
                   "must be addresses or blocks of them; \"" + each + "\" is none");
        return true;
    });
    into.told_by = from.choice<forwarding_field>(
        {.name = "HEADROOM_HTTP_FORWARDED_BY",
         .fallback = into.told_by,
         .values = {{"x-forwarded-for", forwarding_field::x_forwarded_for},
                    {"forwarded", forwarding_field::forwarded}},
         .doc = "The field in which the trusted proxies tell it; the other is not looked at."});
}

void read_clients(setting_reader& from, settings& into) {
    into.connections_per_client_max =
        from.count({.name = "HEADROOM_HTTP_CONNECTIONS_PER_CLIENT",
                    .max = connections_bound_max,
                    .doc = "Connections of one address, or of one IPv6 /64; one more is answered "
                           "429; 0: no such limit."});
    into.each_client.per_second =
        from.count({.name = "HEADROOM_HTTP_RATE",
                    .max = rate_bound_max,
                    .doc = "Requests a second of one client, by who it is or by its address; above "
                           "it is answered 429; 0: no such limit."});
    into.each_client.burst =
        from.count({.name = "HEADROOM_HTTP_RATE_BURST",
                    .fallback = 20,
                    .min = 1,
                    .max = rate_bound_max,
                    .doc = "How many of them may come at once after a rest."});
}

void read_compression(setting_reader& from, compression_settings& into) {
    into.on = from.flag({.name = "HEADROOM_HTTP_COMPRESSION",
                         .fallback = into.on,
                         .doc = "Compress answers of 1 KiB to 4 MiB for clients that take br or "
                                "gzip."});
}

std::string management_rule(std::string_view text) {
    return text == "auto" || text == "shared" || text == "off" ? "" : address_rule(text);
}

// One above the public port, which has no such neighbour when it is chosen freely or the last.
std::string beside(const boost::asio::ip::tcp::endpoint& public_port) {
    auto at = public_port;
    at.address(public_port.address().is_v6()
                   ? boost::asio::ip::address(boost::asio::ip::address_v6::loopback())
                   : boost::asio::ip::address(boost::asio::ip::address_v4::loopback()));
    const unsigned next = public_port.port() + 1U;
    at.port(public_port.port() == 0 || next > 0xffff ? 0 : static_cast<unsigned short>(next));
    return detail::to_string(at);
}

void read_management(setting_reader& from, settings& into) {
    const auto text = from.text(
        {.name = "HEADROOM_HTTP_MANAGEMENT_LISTEN",
         .fallback = "auto",
         .length_max = 64,
         .rule = management_rule,
         .bound = "address:port, auto, shared or off",
         .doc = "Where health in detail, metrics, the budget and the requests under way are shown. "
                "auto: on the public port while that is a loopback address, in production for who "
                "signs in alone; else on a loopback address one port above."});
    const auto at = detail::parse_listen_address(into.listen);
    auto& out = into.management;
    out.shared_on_purpose = text == "shared";
    if (text == "off") out.where = management_port::off;
    if (text == "off" || text == "shared" || !at) return;
    if (text == "auto" && at->address().is_loopback()) return;
    out.where = management_port::separate;
    out.listen = text == "auto" ? beside(*at) : text;
    const auto own = detail::parse_listen_address(out.listen);
    if (!own) return;
    if (!own->address().is_loopback() && !into.beyond_loopback)
        from.fault("HEADROOM_HTTP_MANAGEMENT_LISTEN",
                   "must be a loopback address: nobody has to sign in there",
                   "set HEADROOM_HTTP_BEYOND_LOOPBACK=true to be reached by others");
    if (own->port() != 0 && own->port() == at->port() &&
        (own->address() == at->address() || at->address().is_unspecified() ||
         own->address().is_unspecified()))
        from.fault("HEADROOM_HTTP_MANAGEMENT_LISTEN",
                   "must have another port than HEADROOM_HTTP_LISTEN",
                   "say shared to have both on one");
}

}  // namespace

settings read_settings(setting_reader& from) {
    settings out;
    read_address(from, out);
    read_management(from, out);
    read_sizes(from, out);
    read_waits(from, out.times);
    read_tls(from, out.tls);
    read_proxies(from, out);
    read_clients(from, out);
    read_compression(from, out.compression);
    out.cross_origin = read_cors_settings(from);
    return out;
}

}  // namespace headroom::http
