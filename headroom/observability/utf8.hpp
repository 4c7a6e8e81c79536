// observability/utf8.hpp: text from outside, made fit for a JSON document.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace headroom::observability {

/// Every byte that is not part of well-formed UTF-8 becomes U+FFFD (Unicode 15, table 3-7), and
/// what is longer than `bytes_max` ends in "..." at the border of a character.
std::string clean_utf8(std::string_view text, std::size_t bytes_max);

/// Appends `text`, which must be well-formed UTF-8, as a quoted JSON string (RFC 8259).
void append_json(std::string& to, std::string_view text);

}  // namespace headroom::observability
