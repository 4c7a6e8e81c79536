#include "service/json_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

namespace headroom::service {

std::string rfc3339(persistence::timestamp at) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(at);
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06d}Z",
                       fmt::gmtime(seconds.time_since_epoch().count()), (at - seconds).count());
}

}  // namespace headroom::service
