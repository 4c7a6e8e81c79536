// tasks/detail/dead_reason.hpp: why a task will never run (again): the word in its dead letter.
#pragma once
#include <string_view>

namespace headroom::tasks::detail::dead_reason {

inline constexpr std::string_view over_delivered = "over_delivered", no_data = "no_data";
inline constexpr std::string_view too_large = "too_large", unparsable = "unparsable";
inline constexpr std::string_view unknown_task = "unknown_task", bad_label = "bad_label";
inline constexpr std::string_view failed = "failed";

}  // namespace headroom::tasks::detail::dead_reason
