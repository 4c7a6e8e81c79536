// observability/detail/encodings.hpp: the shapes a secret takes on its way through protocols.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::observability::detail {

inline constexpr std::size_t forms_max = 12;

/// The text itself; percent-encoded in upper and lower case; JSON-escaped; and what is certain of
/// it inside a longer base64 text, standard and URL alphabet, at each of the three alignments.
/// Without duplicates.
std::vector<std::string> encoded_forms(std::string_view text);

}  // namespace headroom::observability::detail
