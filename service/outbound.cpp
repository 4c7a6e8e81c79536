#include "service/outbound.hpp"

namespace headroom::service {
namespace {

/// "2xx", or why there was no answer.
std::string result_of(const http::exchange_record& of) {
    if (of.fault) return std::string(http::to_string(*of.fault));
    return std::to_string(of.status / 100) + "xx";
}

}  // namespace

outbound::outbound(process& in, observability::metrics& to)
    : home_(in.home()), to_(to),
      open_(to.measure("http_client_open_connections", "Connections the HTTP client has open.")),
      under_way_(to.measure("http_client_active_requests", "Requests under way or waiting.")),
      connects_(to.count("headroom_http_client_connects_total", "Connections made.")),
      repeated_(to.count("headroom_http_client_repeated_total", "Attempts that were repeated.")),
      shed_(to.count("headroom_http_client_shed_total",
                     "Requests refused by a breaker or for want of room.")),
      client_(terms(in)), looks_(home_, period_ms, [this] { look(); }) {}

http::client_terms outbound::terms(process& in) {
    http::client_terms made;
    made.home = &in.home();
    made.system = &in.on().system_pool();
    made.share = in.take(http::client_consumer);
    made.with = in.with().client;
    made.by = in.with().proxies;
    made.on_exchange = [this](const http::exchange_record& of) { note(of); };
    return made;
}

void outbound::start(deadline) { looks_.start(); }

void outbound::stop(deadline drain_until) noexcept {
    if (!looks_.stop()) return;
    home_.run_blocking([this, drain_until] { return client_.stop(drain_until); });
}

std::string outbound::server_named(std::string_view origin) {
    if (breakers_.contains(origin)) return std::string(origin);
    std::string name(breakers_.size() < outbound_servers_max ? origin : "other");
    breakers_.try_emplace(name, to_.measure("headroom_http_client_breaker_open",
                                            "1 while a server is not asked, as it did not answer.",
                                            {{"server_address", name}}));
    return name;
}

observability::histogram outbound::duration(const std::string& verb, const std::string& server,
                                            const std::string& result) {
    const std::tuple key(verb, server, result);
    if (const auto known = durations_.find(key); known != durations_.end()) return known->second;
    auto made = to_.distribute("http_client_request_duration_seconds",
                               "One attempt, from its begin to its whole answer.",
                               observability::duration_buckets(),
                               {{"http_request_method", verb},
                                {"server_address", server},
                                {"http_response_status", result}});
    return durations_.try_emplace(key, made).first->second;
}

void outbound::note(const http::exchange_record& of) {
    duration(std::string(http::to_string(of.verb)), server_named(of.origin), result_of(of))
        .observe(of.took);
}

void outbound::look() {
    const auto now = client_.figures();
    open_.set(now.open);
    under_way_.set(now.under_way);
    connects_.grow_to(static_cast<double>(now.connects));
    repeated_.grow_to(static_cast<double>(now.repeated));
    shed_.grow_to(static_cast<double>(now.shed));
    for (const auto& [origin, open] : now.origins)
        breakers_.at(server_named(origin)).set(open ? 1 : 0);
}

}  // namespace headroom::service
