// service/json_time.hpp: how an instant is written in a reply: RFC 3339, UTC, microseconds.
#pragma once
#include <string>

#include "headroom/persistence/parameters.hpp"

namespace headroom::service {

std::string rfc3339(persistence::timestamp at);

}  // namespace headroom::service
