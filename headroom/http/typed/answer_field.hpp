// http/typed/answer_field.hpp: header fields of answers, as OpenAPI tells of them.
#pragma once
#include <string_view>

namespace headroom::http::typed {

/// A constant: one name means one thing in a document.
struct answer_field {
    std::string_view name;
    std::string_view text;    ///< a sentence for whoever writes a client
    std::string_view schema;  ///< of its value, as JSON
    bool always = false;      ///< on every answer that is said to carry it
};

inline constexpr std::string_view text_schema = R"({"type": "string"})";

inline constexpr answer_field request_id_field{
    "X-Request-Id", "The request's own X-Request-Id if it was a decent one, else a new one.",
    text_schema, true};
inline constexpr answer_field location_field{
    "Location", "Where to go on, or where what was made can be read.",
    R"({"type": "string", "format": "uri-reference"})", true};
inline constexpr answer_field etag_field{
    "ETag", "Which version this is, for If-Match or If-None-Match; weak where it is compressed.",
    text_schema, true};
inline constexpr answer_field retry_after_field{
    "Retry-After", "Seconds to wait before asking again.",
    R"({"type": "integer", "minimum": 0})", true};
inline constexpr answer_field challenge_field{
    "WWW-Authenticate", "How to be known, and what was wrong with the credential (RFC 6750).",
    text_schema};
inline constexpr answer_field rate_limit_field{
    "RateLimit", "How many requests are left (r), and the seconds until all are again (t).",
    text_schema};
inline constexpr answer_field rate_policy_field{
    "RateLimit-Policy", "How many requests (q) in how many seconds (w) one client may send.",
    text_schema};

}  // namespace headroom::http::typed
