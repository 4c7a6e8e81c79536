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

std::optional<std::chrono::seconds> read_retry_after(std::string_view value) noexcept {
    constexpr unsigned day = 86'400;
    unsigned seconds = 0;
    const auto* const end = value.data() + value.size();
    const auto [at, failed] = std::from_chars(value.data(), end, seconds);
    if (failed != std::errc() || at != end || seconds > day) return std::nullopt;
    return std::chrono::seconds(seconds);
}

}  // namespace headroom::http
