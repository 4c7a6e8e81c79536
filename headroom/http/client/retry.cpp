#include "headroom/http/client/retry.hpp"

#include <charconv>

namespace headroom::http {

bool is_idempotent(method of) noexcept {
    using enum method;
    return of == get || of == head || of == put || of == del || of == options || of == trace;
}

bool worth_repeating(const attempt_outcome& how, bool idempotent) noexcept {
    if (!how.sent) return true;
    if (!idempotent) return false;
    return !how.status || *how.status == 429 || (*how.status >= 502 && *how.status <= 504);
}

std::optional<std::chrono::seconds> read_delta_seconds(std::string_view text) noexcept {
    unsigned seconds = 0;
    const auto [at, failed] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    const bool whole = failed == std::errc() && at == text.data() + text.size();
    return whole ? std::optional(std::chrono::seconds(seconds)) : std::nullopt;
}

std::optional<std::chrono::seconds> read_retry_after(std::string_view value) noexcept {
    const auto read = read_delta_seconds(value);
    return read && *read <= std::chrono::days(1) ? read : std::nullopt;
}

}  // namespace headroom::http
