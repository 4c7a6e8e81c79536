#include "headroom/http/client/client_settings.hpp"

#include <algorithm>

namespace headroom::http {
namespace {

using namespace std::chrono_literals;

constexpr unsigned connections_bound = 1'000;
constexpr char connections_setting[] = "HEADROOM_HTTP_CLIENT_CONNECTIONS";
constexpr char per_host_setting[] = "HEADROOM_HTTP_CLIENT_PER_HOST";

std::string absolute_path_rule(std::string_view text) {
    return text.empty() || text.starts_with('/') ? "" : "be an absolute path";
}

}  // namespace

client_settings read_client_settings(setting_reader& from) {
    client_settings out;
    out.connections_max = from.count(
        {.name = connections_setting,
         .fallback = out.connections_max,
         .min = 1,
         .max = connections_bound,
         .doc = "Connections the HTTP client has open at once, to all servers together."});
    out.per_host_max = from.count({.name = per_host_setting,
                                   .fallback = std::min(out.per_host_max, out.connections_max),
                                   .min = 1,
                                   .max = connections_bound,
                                   .doc = "Of these, to one server."});
    if (out.per_host_max > out.connections_max)
        from.fault(per_host_setting, "must not be more than all connections together",
                   std::string("lower it, or raise ") + connections_setting);
    out.connect_max = from.duration({.name = "HEADROOM_HTTP_CLIENT_CONNECT_TIMEOUT",
                                     .fallback = out.connect_max,
                                     .min = 10ms,
                                     .max = 60s,
                                     .doc = "How long a server may take to accept a connection."});
    out.authorities = from.text({.name = "HEADROOM_HTTP_CLIENT_CA",
                                 .length_max = 4096,
                                 .rule = absolute_path_rule,
                                 .bound = "a path",
                                 .doc = "A PEM file of the authorities whose certificates the HTTP "
                                        "client trusts; without it the system's."});
    return out;
}

std::vector<budget::consumer> client_consumers(const client_settings& of) {
    budget::consumer made;
    made.name = client_consumer;
    made.package = "http";
    made.resource = client_resource;
    made.pool = of.connections_max;
    made.settings = {connections_setting};
    return {std::move(made)};
}

}  // namespace headroom::http
