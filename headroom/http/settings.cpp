#include "headroom/http/settings.hpp"

#include <fmt/format.h>

#include <boost/assert.hpp>

#include "headroom/http/detail/listen_address.hpp"

namespace headroom::http {
namespace {

constexpr unsigned backlog_max = 65'535;
constexpr unsigned pipeline_bound_max = 1'000;
constexpr unsigned retry_after_s_max = 3'600;
constexpr std::size_t line_bytes_max = 1024 * 1024;
constexpr std::chrono::milliseconds wait_ms_max{3'600'000};

class sentences {
public:
    template <class Number>
    void within(std::string_view name, Number value, Number least, Number most) {
        if (value < least || value > most)
            said_.push_back(
                fmt::format("{} is {}; it must lie between {} and {}.", name, value, least, most));
    }
    void within(std::string_view name, std::chrono::milliseconds value,
                std::chrono::milliseconds least) {
        if (value < least || value > wait_ms_max)
            said_.push_back(fmt::format("{} is {} ms; it must lie between {} and {} ms.", name,
                                        value.count(), least.count(), wait_ms_max.count()));
    }
    void say(std::string sentence) { said_.push_back(std::move(sentence)); }
    std::vector<std::string> all() && { return std::move(said_); }

private:
    std::vector<std::string> said_;
};

void check_address(std::string_view name, const std::string& address, bool beyond_loopback,
                   sentences& out) {
    const auto at = detail::parse_listen_address(address);
    if (!at)
        return out.say(fmt::format(
            "{} is \"{}\"; it must be an address with a port, such as 127.0.0.1:8080.", name,
            address));
    if (!at->address().is_loopback() && !beyond_loopback)
        out.say(
            fmt::format("{} is \"{}\", which others can reach; without authentication only a "
                        "loopback address is served, unless beyond_loopback is set.",
                        name, address));
}

void check_clients(const settings& of, sentences& out) {
    for (const auto& each : of.trusted)
        if (!address_block::parse(each))
            out.say(fmt::format("trusted has \"{}\"; it must be an address or a block of them, "
                                "such as 10.0.0.0/8.",
                                each));
    out.within("connections_per_client_max", of.connections_per_client_max, 0U,
               connections_bound_max);
    out.within("each_client.per_second", of.each_client.per_second, 0U, rate_bound_max);
    if (of.each_client.per_second > 0)
        out.within("each_client.burst", of.each_client.burst, 1U, rate_bound_max);
    out.within<std::size_t>("each_client.clients_max", of.each_client.clients_max, 1, 1'000'000);
}

void check_compression(const compression_settings& of, sentences& out) {
    out.within<std::size_t>("compression.bytes_min", of.bytes_min, 1, body_bytes_max);
    out.within<std::size_t>("compression.bytes_max", of.bytes_max, of.bytes_min, body_bytes_max);
    out.within<std::size_t>("compression.slice_bytes", of.slice_bytes, 1024, line_bytes_max);
    out.within("compression.at_once_max", of.at_once_max, 1U, 64U);
}

void check_bounds(const limits& of, sentences& out) {
    out.within<std::size_t>("request_line_max", of.request_line_max, 64, line_bytes_max);
    out.within<std::size_t>("header_bytes_max", of.header_bytes_max, 256, line_bytes_max);
    out.within<std::size_t>("fields_max", of.fields_max, 1, 1'000);
    out.within<std::size_t>("body_max", of.body_max, 0, body_bytes_max);
    out.within<std::size_t>("trailer_bytes_max", of.trailer_bytes_max, 0, line_bytes_max);
    out.within<std::size_t>("chunk_extension_bytes_max", of.chunk_extension_bytes_max, 0,
                            line_bytes_max);
}

void check_waits(const waits& of, sentences& out) {
    using namespace std::chrono_literals;
    out.within("head_max", of.head_max, 1ms);
    out.within("body_max", of.body_max, 1ms);
    out.within("body_grace", of.body_grace, 1ms);
    out.within<std::size_t>("body_rate_min", of.body_rate_min, 1, body_bytes_max);
    out.within("queue_max", of.queue_max, 1ms);
    out.within("idle_max", of.idle_max, 1ms);
    out.within("request_max", of.request_max, 1ms);
    out.within("write_max", of.write_max, 1ms);
    out.within("heartbeat", of.heartbeat, 1ms);
    out.within("linger_max", of.linger_max, 0ms);
    out.within("drain_delay", of.drain_delay, 0ms);
    out.within("arrival_max", of.arrival_max, 0ms);
}

void check_tls(const tls_settings& of, sentences& out) {
    using namespace std::chrono_literals;
    out.within("reload", of.reload, 1ms);
    out.within("handshake_max", of.handshake_max, 1ms);
    if (of.certificate.empty() != of.key.empty())
        out.say("A certificate needs its key, and a key its certificate.");
    if ((of.clients != client_proof::none) != !of.client_ca.empty())
        out.say("Clients prove themselves exactly where client_ca says whom to believe.");
    if (!of.client_ca.empty() && !of.on())
        out.say("Clients can prove themselves over TLS alone, which needs a certificate.");
}

budget::consumer descriptors(const char* name, unsigned units) {
    budget::consumer row;
    row.name = name;
    row.package = "http";
    row.resource = "files";
    row.pool = units;
    row.hardcoded = true;
    return row;
}

}  // namespace

std::vector<std::string> faults(const settings& of) {
    sentences out;
    check_address("listen", of.listen, of.beyond_loopback, out);
    if (of.management.where == management_port::separate)
        check_address("management.listen", of.management.listen, of.beyond_loopback, out);
    out.within("connections_max", of.connections_max, 1U, connections_bound_max);
    out.within("in_flight_max", of.in_flight_max, 1U, connections_bound_max);
    out.within("queue_max", of.queue_max, 0U, connections_bound_max);
    out.within("streams_max", of.streams_max, 0U, connections_bound_max);
    out.within("body_memory", of.body_memory, of.bounds.body_max, body_memory_bytes_max);
    out.within("pipeline_max", of.pipeline_max, 1U, pipeline_bound_max);
    out.within("backlog", of.backlog, 1U, backlog_max);
    out.within("retry_after_s", of.retry_after_s, 1U, retry_after_s_max);
    check_bounds(of.bounds, out);
    check_waits(of.times, out);
    check_tls(of.tls, out);
    check_clients(of, out);
    check_compression(of.compression, out);
    for (auto& each : http::faults(of.cross_origin)) out.say(std::move(each));
    return std::move(out).all();
}

settings management_of(const settings& with) {
    BOOST_ASSERT(with.management.where == management_port::separate);
    settings out;
    out.name = "http.management";
    out.listen = with.management.listen;
    out.beyond_loopback = with.beyond_loopback;
    out.connections_max = out.in_flight_max = management_connections_max;
    out.times = with.times;
    out.times.drain_delay = {};  // it is the last to go, and nobody balances to it
    out.compression = with.compression;
    return out;
}

std::vector<budget::consumer> consumers(const settings& of, unsigned reactors) {
    auto connections =
        descriptors(connections_consumer, of.connections_max + reactors);  // one each to accept on
    connections.hardcoded = false;
    connections.settings = {"HEADROOM_HTTP_CONNECTIONS_MAX"};
    std::vector<budget::consumer> rows{descriptors(listener_consumer, reactors),
                                       std::move(connections),
                                       descriptors(refusals_consumer, refusals_max)};
    if (of.management.where != management_port::separate) return rows;
    rows.push_back(descriptors(management_listener_consumer, 1));
    rows.push_back(descriptors(management_connections_consumer, management_connections_max + 1));
    rows.push_back(descriptors(management_refusals_consumer, 1));
    return rows;
}

}  // namespace headroom::http
