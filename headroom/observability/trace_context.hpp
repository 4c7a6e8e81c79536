// observability/trace_context.hpp: the W3C traceparent header, read and written.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::observability {

/// Where in a trace a request stands.
struct trace_context {
    std::string trace_id;    ///< 32 lower-case hexadecimal digits, not all zero
    std::string parent_id;   ///< 16, not all zero
    std::uint8_t flags = 0;  ///< bit 0: sampled
    bool sampled() const noexcept { return (flags & 1U) != 0; }
    bool operator==(const trace_context&) const = default;
};

/// W3C Trace Context level 1, section 3.2. Nothing for anything malformed: a new trace begins. A
/// later version than 00 is read by its first four fields, as the recommendation says.
std::optional<trace_context> parse_traceparent(std::string_view header) noexcept;

/// "00-<trace>-<parent>-<flags>".
std::string to_traceparent(const trace_context& of);

}  // namespace headroom::observability
