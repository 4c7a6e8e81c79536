// http/detail/framing.hpp: where a request's body ends, and how the connection goes on.
//
// The one decision two servers in a row must not take differently (request smuggling), so
// everything in doubt is a fault. RFC 9112 sections 6 and 9.3.
#pragma once
#include <cstdint>

#include "headroom/http/detail/fault.hpp"
#include "headroom/http/fields.hpp"

namespace headroom::http::detail {

struct framing {
    enum class kind { none, length, chunked };
    kind body = kind::none;
    std::uint64_t length = 0;       ///< of kind::length
    bool keep_alive = true;         ///< the client may send another request here
    bool expects_continue = false;  ///< it waits for a 100 before it sends the body
    std::string_view host;
};

/// `minor`: of HTTP/1.x, 0 or 1.
parsed<framing> decide_framing(const fields& headers, unsigned minor);

}  // namespace headroom::http::detail
