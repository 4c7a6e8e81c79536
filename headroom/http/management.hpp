// http/management.hpp: where a process is looked at, apart from where it is used.
//
// Probes for balancers are for the public; figures, the budget and the requests under way are for
// people on call. As long as the public port is a loopback address the two share it: whoever
// reaches it is on the machine. Otherwise the figures have a loopback port of their own, one above,
// unless they are given an address.
#pragma once
#include <cstdint>
#include <string>

namespace headroom::http {

enum class management_port : std::uint8_t {
    shared,    ///< on the public port
    separate,  ///< on a port of its own
    off,       ///< nowhere
};

struct management_settings {
    management_port where = management_port::shared;
    std::string listen{};  ///< the address when separate: "127.0.0.1:8081"
    bool shared_on_purpose = false;  ///< the setting says shared, and not auto
};

/// Requests and connections at once on the management port; looking is cheap, and nobody's load.
inline constexpr unsigned management_connections_max = 8;

}  // namespace headroom::http
