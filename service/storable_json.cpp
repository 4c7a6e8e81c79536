#include "service/storable_json.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <cmath>

namespace headroom::service {
namespace json = boost::json;
namespace {

bool is_storable_text(std::string_view text) { return !text.contains('\0'); }

constexpr std::size_t digits_of_a_double = 24, bytes_of_an_escape = 6;

std::size_t text_bytes(std::string_view text) {
    const auto escaped = std::ranges::count_if(
        text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; });
    return text.size() + static_cast<std::size_t>(escaped) * bytes_of_an_escape + 2;
}

std::size_t number_bytes(double of) {
    if (of == 0) return digits_of_a_double;
    return digits_of_a_double + static_cast<std::size_t>(std::abs(std::log10(std::abs(of))));
}

std::size_t stored_bytes_in(const json::object& all) {
    std::size_t bytes = 2;
    for (const auto& each : all) bytes += text_bytes(each.key()) + stored_bytes(each.value()) + 4;
    return bytes;
}

bool has_storable_members(const json::object& all) {
    return std::ranges::all_of(all, [](const json::key_value_pair& each) {
        return is_storable_text(each.key()) && is_storable(each.value());
    });
}

}  // namespace

// Both are as deep as a body may be.
std::size_t stored_bytes(const json::value& of) {
    if (const auto* text = of.if_string()) return text_bytes(*text);
    if (const auto* number = of.if_double()) return number_bytes(*number);
    if (const auto* members = of.if_object()) return stored_bytes_in(*members);
    const auto* list = of.if_array();
    if (list == nullptr) return digits_of_a_double;
    std::size_t bytes = 2;
    for (const auto& each : *list) bytes += stored_bytes(each) + 2;
    return bytes;
}

bool is_storable(const json::value& of) {
    if (const auto* text = of.if_string()) return is_storable_text(*text);
    if (const auto* list = of.if_array()) return std::ranges::all_of(*list, is_storable);
    const auto* members = of.if_object();
    return members == nullptr || has_storable_members(*members);
}

outcome<std::string> storable_json(std::string field, const json::object& all) {
    if (!has_storable_members(all)) return invalid(std::move(field), "must not hold U+0000");
    if (stored_bytes_in(all) > storable_bytes_max)
        return invalid(std::move(field),
                       "takes more than 65536 bytes with all digits of its numbers");
    return json::serialize(all);
}

}  // namespace headroom::service
