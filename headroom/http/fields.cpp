#include "headroom/http/fields.hpp"

#include <algorithm>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {

std::optional<std::string_view> fields::find(std::string_view name) const noexcept {
    for (const auto& each : all_)
        if (detail::equal_ignoring_case(each.name, name)) return each.value;
    return std::nullopt;
}

std::size_t fields::count(std::string_view name) const noexcept {
    return static_cast<std::size_t>(std::ranges::count_if(
        all_, [name](const field& each) { return detail::equal_ignoring_case(each.name, name); }));
}

}  // namespace headroom::http
