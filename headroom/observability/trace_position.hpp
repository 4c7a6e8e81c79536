// observability/trace_position.hpp: where in a trace a piece of work stands, and what it sends on.
//
// W3C Trace Context level 1. Whoever receives a request follows the caller's trace with a span of
// its own, or begins a trace; whatever it calls is told its position. No span is exported: the ids
// tie log records, problems and the callee's own spans together.
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "headroom/observability/id_source.hpp"
#include "headroom/observability/log_record.hpp"

namespace headroom::observability {

/// The most of a tracestate that is passed on, in bytes and in members (section 3.3.1).
inline constexpr std::size_t tracestate_bytes_max = 512;
inline constexpr std::size_t tracestate_members_max = 32;

/// A small value; its views live as long as it does.
class trace_position {
public:
    /// Nowhere: all of it is empty.
    trace_position() noexcept = default;

    explicit operator bool() const noexcept { return known_; }
    std::string_view trace_id() const noexcept { return part(3, 32); }
    std::string_view span_id() const noexcept { return part(36, 16); }  ///< our own
    std::uint8_t flags() const noexcept { return flags_; }
    /// What a callee is sent: "00-<trace>-<our span>-<flags>".
    std::string_view traceparent() const noexcept { return part(0, text_.size()); }
    /// What the caller's systems said of themselves, unchanged; or empty.
    const std::string& tracestate() const noexcept { return state_; }

    /// What a record within this work carries.
    log_context context(std::string_view request_id) const;

private:
    friend class trace_source;
    std::string_view part(std::size_t at, std::size_t size) const noexcept {
        return known_ ? std::string_view(text_.data() + at, size) : std::string_view();
    }

    std::array<char, 55> text_;  // the traceparent, if known_
    bool known_ = false;
    std::uint8_t flags_ = 0;
    std::string state_;
};

/// Makes positions. Not thread-safe: one a reactor. Ids are distinct, no secrets.
class trace_source {
public:
    trace_source() = default;  ///< seeded by the system
    explicit trace_source(std::uint64_t seed) noexcept : ids_(seed) {}

    /// A span of our own in the caller's trace, if `traceparents` is one well-formed value; else in
    /// a new trace that is not sampled. A malformed `tracestate` is dropped alone; one without a
    /// valid traceparent is never looked at.
    trace_position follow(std::span<const std::string_view> traceparents,
                          std::string_view tracestate);

private:
    id_source ids_;
};

/// Section 3.3.1.3: at most 32 members "key=value" with each key once, and 512 bytes in all.
bool is_tracestate(std::string_view text);

}  // namespace headroom::observability
