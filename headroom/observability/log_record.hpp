// observability/log_record.hpp: one thing that happened, before it becomes a line.
//
// Names and numbers follow OpenTelemetry's log data model. A record is a view: it is written at
// once, on the thread that reports it, so everything in it may be temporary.
#pragma once
#include <boost/json/fwd.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "headroom/runtime/secret.hpp"

namespace headroom::observability {

inline constexpr std::size_t log_record_bytes_max = 64 << 10;  ///< a line, the newline included
inline constexpr std::size_t log_body_bytes_max = 4 << 10;
inline constexpr std::size_t log_value_bytes_max = 2 << 10;  ///< of one attribute's text
inline constexpr std::size_t log_attributes_max = 64;        ///< and as many items a nested value
inline constexpr std::size_t log_depth_max = 8;              ///< of a nested value

/// OpenTelemetry's severity numbers.
enum class severity { trace = 1, debug = 5, info = 9, warn = 13, error = 17, fatal = 21 };

std::string_view to_string(severity of) noexcept;  ///< "TRACE" ... "FATAL"

/// `name = value`. A value that is a headroom::secret is the mask already.
struct attribute {
    using value_type = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view,
                                    const boost::json::value*>;

    attribute(std::string_view key, bool value) : name(key), is(value) {}
    attribute(std::string_view key, std::signed_integral auto value)
        : name(key), is(std::int64_t{value}) {}
    attribute(std::string_view key, std::unsigned_integral auto value)
        : name(key), is(std::uint64_t{value}) {}
    attribute(std::string_view key, double value) : name(key), is(value) {}
    attribute(std::string_view key, std::string_view value) : name(key), is(value) {}
    attribute(std::string_view key, const std::string& value)
        : name(key), is(std::string_view(value)) {}
    attribute(std::string_view key, const char* value) : name(key), is(std::string_view(value)) {}
    attribute(std::string_view key, const secret&) : name(key), is(mask) {}
    attribute(std::string_view key, const boost::json::value& value) : name(key), is(&value) {}

    std::string_view name;
    value_type is;
};

/// Who is at work; any of it may be empty.
struct log_context {
    std::string request_id;
    std::string trace_id, span_id;  ///< 32 and 16 hexadecimal digits
    std::uint8_t trace_flags = 0;
};

/// Whose records these are; the same in every record of a process.
struct log_identity {
    std::string service, version, instance;
};

struct log_record {
    std::chrono::system_clock::time_point at;
    severity level = severity::info;
    std::string_view body;
    std::span<const attribute> attributes;
};

class redactor;

/// One line of JSON, newline included, never longer than log_record_bytes_max and always well
/// formed: a record that is too long loses attributes and says so ("truncated": true).
std::string as_json_line(const log_record& record, const log_identity& by,
                         const log_context& within, const redactor& hiding);
/// "12:00:00.123 WARN  body  name=value ... request_id=..." for a developer's terminal.
std::string as_console_line(const log_record& record, const log_context& within,
                            const redactor& hiding);

/// RFC 3339 with nanoseconds, UTC: "2026-01-31T08:09:10.123456789Z".
std::string to_rfc3339(std::chrono::system_clock::time_point at);

}  // namespace headroom::observability
