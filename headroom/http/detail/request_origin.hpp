// http/detail/request_origin.hpp: what a request says of where it comes from and how long it waits.
#pragma once
#include <chrono>
#include <optional>

#include "headroom/http/fields.hpp"
#include "headroom/observability/trace_position.hpp"

namespace headroom::http::detail {

/// The position in the caller's trace, by the fields traceparent and tracestate, or in a new one.
observability::trace_position position_of(observability::trace_source& from, const fields& asked);

/// How long the client is going to wait, by the field Request-Timeout: seconds, with at most three
/// decimals ("2", "0.25"). Nothing without one; 0 for what is none.
std::optional<std::chrono::milliseconds> timeout_of(const fields& asked) noexcept;

}  // namespace headroom::http::detail
