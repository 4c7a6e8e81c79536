#include "headroom/auth/detail/strict_object.hpp"

#include "headroom/runtime/exact_json.hpp"

namespace headroom::auth::detail {

std::optional<boost::json::object> strict_object(std::string_view text,
                                                 boost::json::storage_ptr memory) {
    boost::json::error_code broken;
    auto read = read_exactly(text, {object_depth_max, repeated_names::refused, std::move(memory)},
                             broken);
    if (broken || !read.is_object()) return std::nullopt;
    return std::move(read.get_object());
}

std::optional<std::string_view> text_of(const boost::json::object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    if (found == nullptr || !found->is_string()) return std::nullopt;
    return std::string_view(found->get_string());
}

}  // namespace headroom::auth::detail
