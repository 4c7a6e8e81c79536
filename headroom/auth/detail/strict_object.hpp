// auth/detail/strict_object.hpp: the JSON objects of tokens and key sets, read in one way only.
#pragma once
#include <boost/json/object.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <optional>
#include <string_view>

namespace headroom::auth::detail {

inline constexpr std::size_t object_depth_max = 16;

/// An object and nothing else, without a repeated name at any depth. Bound the text first.
std::optional<boost::json::object> strict_object(std::string_view text,
                                                 boost::json::storage_ptr memory = {});

/// A member's text; nothing when it is missing or no string. A view into `of`.
std::optional<std::string_view> text_of(const boost::json::object& of, std::string_view name);

}  // namespace headroom::auth::detail
