// command/fields.hpp: every key of a resource, a consumer and the multipliers, and how it is read.
//
// One table serves the manifest, its scenarios and --set, so a key means the same everywhere.
#pragma once
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "headroom/budget/plan.hpp"

namespace headroom::command {

inline constexpr unsigned instances_max = 10'000;
inline constexpr unsigned workers_max = 1'000;
inline constexpr unsigned replicas_max = 10'000;
inline constexpr unsigned surge_percent_max = 1'000;
inline constexpr std::size_t name_max = 64;              ///< characters of a name
inline constexpr std::size_t application_name_max = 63;  ///< of PostgreSQL's

/// What is wrong with a value and which bound it breaks; none when it was taken.
using complaint = std::optional<std::string>;

/// Reads a whole decimal number within [least, most].
complaint read_number(std::string_view text, unsigned least, unsigned most, unsigned& into);
/// Letters, digits and . : _ -, at most name_max of them.
complaint check_name(std::string_view text);

/// Sets the field that `key` names; a key that is not of this kind is the caller's error.
complaint assign(budget::resource& to, std::string_view key, std::string_view value);
complaint assign(budget::consumer& to, std::string_view key, std::string_view value);
complaint assign(budget::multipliers& to, std::string_view key, std::string_view value);

std::span<const std::string_view> resource_keys();
std::span<const std::string_view> resource_figure_keys();  ///< of these, what --set may change
std::span<const std::string_view> consumer_keys();         ///< those with a single value
std::span<const std::string_view> figure_keys();           ///< of these, what --set may change
std::span<const std::string_view> multiplier_keys();  ///< workers, replicas, surge, terminating

bool holds(std::span<const std::string_view> keys, std::string_view key);

}  // namespace headroom::command
