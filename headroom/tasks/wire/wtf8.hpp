// tasks/wire/wtf8.hpp: UTF-8 in which a lone surrogate may stand (WTF-8), code point by code point.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::tasks {

/// Whether halves of a surrogate pair are let through.
enum class surrogates { refused, allowed };

/// The code point at the front of `text`, which it takes off; nothing, and `text` as it was, where
/// the bytes are none (Unicode 14, table 3-7; with surrogates allowed also ED A0..BF 80..BF).
std::optional<char32_t> take_code_point(std::string_view& text, surrogates lone);

/// Whether every byte belongs to a code point. True for the empty text.
bool is_text(std::string_view text, surrogates lone) noexcept;

/// Appends `point`; a low surrogate after a high one becomes the character they make together.
void append_code_point(std::string& text, char32_t point);

/// WTF-8 of a text that may hold both halves of a pair as three bytes each; requires is_text().
std::string joined_surrogates(std::string_view text);

constexpr bool is_high_surrogate(char32_t point) { return point >= 0xD800 && point <= 0xDBFF; }
constexpr bool is_low_surrogate(char32_t point) { return point >= 0xDC00 && point <= 0xDFFF; }

}  // namespace headroom::tasks
