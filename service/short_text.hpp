// service/short_text.hpp: a name a person chose, checked once and stored everywhere.
#pragma once
#include "service/domain_error.hpp"

namespace headroom::service {

inline constexpr std::size_t short_text_max = 255;  ///< characters, as the read models store them

/// Why somebody suspended something, in characters.
inline constexpr std::size_t reason_max = 2000;

/// Trimmed of blanks; 1 to short_text_max characters of UTF-8 without control characters.
outcome<std::string> short_text(std::string field, std::string_view text);

}  // namespace headroom::service
