// runtime/suggestion.hpp: "did you mean": the known name nearest to a mistyped one.
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace headroom {

/// Insertions, deletions, replacements and swaps of neighbours (optimal string alignment, Damerau
/// 1964) that make one text the other. Quadratic in the lengths.
std::size_t edit_distance(std::string_view a, std::string_view b);

/// The nearest of `known` when it is at most a third of `mistyped` away, the first one of equals;
/// else empty. A text longer than 128 characters has no neighbour.
std::string nearest(std::string_view mistyped, std::span<const std::string> known);

}  // namespace headroom
