// http/under_way.hpp: a request that has not been answered yet, for people on call.
#pragma once
#include <chrono>
#include <string>

namespace headroom::http {

/// No path, query or body: the route's template.
struct under_way {
    std::string method, route;  ///< route: empty until one has matched
    std::string phase;          ///< "queued", "receiving", "handling", "writing", "streaming"
    std::string request_id, trace_id;
    std::chrono::milliseconds age{0};  ///< since its head was here, without what its body took
};

}  // namespace headroom::http
