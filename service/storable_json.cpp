#include "service/storable_json.hpp"

#include <algorithm>
#include <boost/json.hpp>

namespace headroom::service {
namespace json = boost::json;
namespace {

bool is_storable_text(std::string_view text) { return !text.contains('\0'); }

bool has_storable_members(const json::object& all) {
    return std::ranges::all_of(all, [](const json::key_value_pair& each) {
        return is_storable_text(each.key()) && is_storable(each.value());
    });
}

}  // namespace

// As deep as a body may be.
bool is_storable(const json::value& of) {
    if (const auto* text = of.if_string()) return is_storable_text(*text);
    if (const auto* list = of.if_array()) return std::ranges::all_of(*list, is_storable);
    const auto* members = of.if_object();
    return members == nullptr || has_storable_members(*members);
}

outcome<std::string> storable_json(std::string field, const json::object& all) {
    if (!has_storable_members(all)) return invalid(std::move(field), "must not hold U+0000");
    return json::serialize(all);
}

}  // namespace headroom::service
