// http/detail/exchange.hpp: one request and what becomes of it.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "headroom/budget/holder.hpp"
#include "headroom/http/detail/body_memory.hpp"
#include "headroom/http/detail/counted.hpp"
#include "headroom/http/detail/entrance.hpp"
#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"

namespace headroom::http::detail {

/// Kept by the connection, one at a time, and not in the coroutine that answers: its frame would
/// be larger than those that are kept from one request to the next.
struct exchange {
    exchange(deadline due, body_memory& bodies) : share(bodies), of(who, due) {}

    budget::holder who;
    body_share share;  ///< of the request's body, which goes before it
    request of;
    place inside;                    ///< among the requests in handlers
    std::optional<counted> lasting;  ///< among the streams
    std::optional<response> reply;
    std::string error;                           ///< for the log
    std::uint64_t bytes_in = 0, bytes_out = 0;  ///< beyond the request; of the answer
};

}  // namespace headroom::http::detail
