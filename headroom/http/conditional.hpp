// http/conditional.hpp: whether a client has already what it would be sent (RFC 9110 section 13).
#pragma once
#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"

namespace headroom::http {

/// A GET or HEAD whose If-None-Match lists the ETag of its 200, compared weakly, or is "*". The
/// server answers it with response::leave_out_known(), whoever made the answer.
bool is_known_to_client(const request& asked, const response& answer) noexcept;

}  // namespace headroom::http
