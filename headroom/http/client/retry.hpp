// http/client/retry.hpp: which attempts are made again, and when. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string_view>

#include "headroom/http/method.hpp"

namespace headroom::http {

/// How an attempt went, as far as that matters here.
struct attempt_outcome {
    bool sent = false;  ///< the server may have begun to act on it
    std::optional<unsigned> status{};  ///< none: there was no answer
    std::optional<std::chrono::seconds> retry_after{};  ///< as the server asked
};

/// Means the same sent twice as once (RFC 9110, section 9.2.2).
bool is_idempotent(method of) noexcept;

/// Another attempt is safe and may succeed: nothing was sent; or the request is idempotent, and
/// there was no answer or one of 429, 502, 503, 504.
bool worth_repeating(const attempt_outcome& how, bool idempotent) noexcept;

/// "120" (RFC 9111, section 1.2.2); nothing for anything else.
std::optional<std::chrono::seconds> read_delta_seconds(std::string_view text) noexcept;

/// Of a Retry-After: "120". Nothing for a date, which is by the server's clock, nor for more than a
/// day.
std::optional<std::chrono::seconds> read_retry_after(std::string_view value) noexcept;

}  // namespace headroom::http
