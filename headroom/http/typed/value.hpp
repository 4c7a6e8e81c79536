// http/typed/value.hpp: what a type is in a request, in an answer and in OpenAPI.
//
//     value<T>::from_json(json, place, faults)   of a body's member; none when a fault was added
//     value<T>::from_text(text, place, faults)   of a path, query, header or cookie; scalars only
//     value<T>::write(text, T)                   as JSON, appended
//     value<T>::schema(schemas)                  JSON Schema, as OpenAPI 3.1 has it
//
// Here: bool, integers, floating-point numbers, strings, instants, UUIDs and raw JSON.
// containers.hpp has optional, nullable, vector and map; described.hpp structs and enums;
// constrained.hpp bounds, lengths, patterns and defaults. For a type of another package specialise
// value<T>.
#pragma once
#include <array>
#include <boost/json/value.hpp>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/http/typed/faults.hpp"
#include "headroom/http/typed/schemas.hpp"

namespace headroom::http::typed {

/// Microseconds since 1970, UTC. RFC 3339 in texts.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;
/// "2026-02-28T23:00:00.120000Z"
std::string rfc3339(timestamp at);

/// Anything that holds the 16 bytes of a UUID, in network order, as persistence::uuid does.
template <class T>
concept uuid_like = requires(T& of) {
    requires std::same_as<decltype(of.bytes), std::array<std::uint8_t, 16>>;
};

template <class T>
concept whole_number = std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char>;

/// What can stand in a path, a query, a header or a cookie.
template <class T>
concept textual = requires(std::string_view text, const place& at, faults& found) {
    { value<T>::from_text(text, at, found) } -> std::same_as<std::optional<T>>;
};

/// What need not be given.
template <class T>
concept omittable = requires {
    { value<T>::when_absent() } -> std::same_as<T>;
};

/// A whole number that is refused outside of its bounds.
struct whole_bounds {
    std::int64_t least;
    std::uint64_t most;
    bool below_zero = false;  ///< `most` holds the bits of a negative number
};
template <whole_number T>
inline constexpr whole_bounds bounds_of{
    static_cast<std::int64_t>(std::numeric_limits<T>::min()),
    static_cast<std::uint64_t>(std::numeric_limits<T>::max())};

namespace detail {

/// A number between -2^63 and 2^64 - 1: the bits of T, once its bounds have been checked.
std::optional<std::uint64_t> whole_in(const boost::json::value& from, whole_bounds within,
                                      const place& at, faults& found);
std::optional<std::uint64_t> whole_in(std::string_view from, whole_bounds within, const place& at,
                                      faults& found);
boost::json::object whole_schema(whole_bounds within);

std::optional<double> number_in(const boost::json::value& from, const place& at, faults& found);
std::optional<double> number_in(std::string_view from, const place& at, faults& found);
void write_number(std::string& to, double value);

using uuid_bytes = std::array<std::uint8_t, 16>;
std::optional<uuid_bytes> uuid_in(std::string_view from, const place& at, faults& found);
void write_uuid(std::string& to, const uuid_bytes& value);

/// A string's text; null, with a fault, for what is none.
const boost::json::string* string_in(const boost::json::value& from, const place& at,
                                     faults& found);

/// Of what is a string in JSON: from_json by from_text.
template <class T>
std::optional<T> by_text(const boost::json::value& from, const place& at, faults& found) {
    const auto* text = string_in(from, at, found);
    if (text == nullptr) return std::nullopt;
    return value<T>::from_text(std::string_view(*text), at, found);
}

}  // namespace detail

template <>
struct value<bool> {
    static std::optional<bool> from_json(const boost::json::value& from, const place& at,
                                         faults& found);
    static std::optional<bool> from_text(std::string_view from, const place& at, faults& found);
    static void write(std::string& to, bool of) { to += of ? "true" : "false"; }
    static boost::json::object schema(schemas&) { return {{"type", "boolean"}}; }
};

/// Written without an exponent; a whole number with a fraction of zeros, 1.0, is one too.
template <whole_number T>
struct value<T> {
    static std::optional<T> from_json(const boost::json::value& from, const place& at,
                                      faults& found) {
        return narrowed(detail::whole_in(from, bounds_of<T>, at, found));
    }
    static std::optional<T> from_text(std::string_view from, const place& at, faults& found) {
        return narrowed(detail::whole_in(from, bounds_of<T>, at, found));
    }
    static void write(std::string& to, T of) { to += std::to_string(of); }
    static boost::json::object schema(schemas&) { return detail::whole_schema(bounds_of<T>); }

private:
    static std::optional<T> narrowed(std::optional<std::uint64_t> bits) {
        if (!bits) return std::nullopt;
        return static_cast<T>(*bits);
    }
};

/// Finite always.
template <std::floating_point T>
struct value<T> {
    static std::optional<T> from_json(const boost::json::value& from, const place& at,
                                      faults& found) {
        return narrowed(detail::number_in(from, at, found), at, found);
    }
    static std::optional<T> from_text(std::string_view from, const place& at, faults& found) {
        return narrowed(detail::number_in(from, at, found), at, found);
    }
    static void write(std::string& to, T of) { detail::write_number(to, of); }
    static boost::json::object schema(schemas&) {
        return {{"type", "number"}, {"format", sizeof(T) < sizeof(double) ? "float" : "double"}};
    }

private:
    static std::optional<T> narrowed(std::optional<double> wide, const place& at, faults& found) {
        if (!wide) return std::nullopt;
        constexpr double most = std::numeric_limits<T>::max();
        if (*wide >= -most && *wide <= most) return static_cast<T>(*wide);
        found.add(at, "must be a number nearer to zero");
        return std::nullopt;
    }
};

/// Any text of UTF-8.
template <>
struct value<std::string> {
    static std::optional<std::string> from_json(const boost::json::value& from, const place& at,
                                                faults& found);
    static std::optional<std::string> from_text(std::string_view from, const place&, faults&) {
        return std::string(from);
    }
    static void write(std::string& to, std::string_view of);
    static boost::json::object schema(schemas&) { return {{"type", "string"}}; }
};

/// Of RFC 3339 with any offset, to the microsecond; a second 60 is refused. Written in UTC with six
/// digits of a fraction.
template <>
struct value<timestamp> {
    static std::optional<timestamp> from_json(const boost::json::value& from, const place& at,
                                              faults& found) {
        return detail::by_text<timestamp>(from, at, found);
    }
    static std::optional<timestamp> from_text(std::string_view from, const place& at,
                                              faults& found);
    static void write(std::string& to, timestamp of) { to += '"' + rfc3339(of) + '"'; }
    static boost::json::object schema(schemas&) {
        return {{"type", "string"}, {"format", "date-time"}};
    }
};

/// 8-4-4-4-12 hexadecimal digits of either case; written in small ones.
template <uuid_like T>
struct value<T> {
    static std::optional<T> from_json(const boost::json::value& from, const place& at,
                                      faults& found) {
        return detail::by_text<T>(from, at, found);
    }
    static std::optional<T> from_text(std::string_view from, const place& at, faults& found) {
        const auto bytes = detail::uuid_in(from, at, found);
        if (!bytes) return std::nullopt;
        T made{};
        made.bytes = *bytes;
        return made;
    }
    static void write(std::string& to, const T& of) { detail::write_uuid(to, of.bytes); }
    static boost::json::object schema(schemas&) {
        return {{"type", "string"}, {"format", "uuid"}};
    }
};

/// Raw JSON of any kind, null too.
template <>
struct value<boost::json::value> {
    static std::optional<boost::json::value> from_json(const boost::json::value& from,
                                                       const place&, faults&);
    static void write(std::string& to, const boost::json::value& of);
    static boost::json::object schema(schemas&) { return {}; }
};

/// Raw JSON, an object.
template <>
struct value<boost::json::object> {
    static std::optional<boost::json::object> from_json(const boost::json::value& from,
                                                        const place& at, faults& found);
    static void write(std::string& to, const boost::json::object& of);
    static boost::json::object schema(schemas&) { return {{"type", "object"}}; }
};

/// The whole value as JSON text.
template <class T>
std::string to_json_text(const T& of) {
    std::string made;
    value<T>::write(made, of);
    return made;
}

}  // namespace headroom::http::typed
