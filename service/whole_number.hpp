// service/whole_number.hpp: a count or a position as clients write it in a header or a query.
#pragma once
#include <optional>
#include <string_view>
#include <utility>

#include "headroom/runtime/quantity.hpp"

namespace headroom::service {

/// 0 or more; nothing for anything else, and for what Number cannot hold.
template <class Number>
std::optional<Number> whole_number(std::string_view text) noexcept {
    const auto number = parse_number(text);
    if (!number || !std::in_range<Number>(*number)) return std::nullopt;
    return static_cast<Number>(*number);
}

}  // namespace headroom::service
