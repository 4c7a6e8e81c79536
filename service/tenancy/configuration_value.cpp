#include "service/tenancy/configuration_value.hpp"

#include <algorithm>
#include <array>
#include <boost/json.hpp>
#include <cmath>

#include "service/storable_json.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

using faults = std::vector<value_fault>;

constexpr std::array<std::string_view, 6> types{"boolean", "integer",    "float",
                                                "string",  "percentage", "enum"};
constexpr std::array<std::string_view, 6> members{"type", "value",      "min",
                                                  "max",  "max_length", "allowed_values"};

bool is_number(const json::value& of) {
    return of.is_number() && std::isfinite(of.to_number<double>());
}

bool is_integer(const json::value& of) { return of.is_int64() || of.is_uint64(); }

bool has_kind(std::string_view type, const json::value& of) {
    if (type == "boolean") return of.is_bool();
    if (type == "integer") return of.is_int64();
    if (type == "float" || type == "percentage") return is_number(of);
    return of.is_string();
}

// Bounds of a number: "min" and "max" must be numbers themselves, in order, and kept.
void check_range(const json::object& in, faults& out) {
    const auto* value = in.if_contains("value");
    const auto bound = [&](const char* name) -> const json::value* {
        const auto* at = in.if_contains(name);
        if (at == nullptr || is_number(*at)) return at;
        out.push_back({std::string("/") + name, "must be a number"});
        return nullptr;
    };
    const auto* min = bound("min");
    const auto* max = bound("max");
    if (min && max && min->to_number<double>() > max->to_number<double>())
        out.push_back({"/min", "must not exceed max"});
    if (value == nullptr || !is_number(*value)) return;
    const auto number = value->to_number<double>();
    if (min && number < min->to_number<double>()) out.push_back({"/value", "is below min"});
    if (max && number > max->to_number<double>()) out.push_back({"/value", "is above max"});
}

void check_length(const json::object& in, faults& out) {
    const auto* value = in.if_contains("value");
    const bool text = value != nullptr && value->is_string();
    if (text && !is_storable(*value)) out.push_back({"/value", "must not hold U+0000"});
    if (text && value->get_string().size() > string_length_max)
        out.push_back({"/value", "is longer than 65536 bytes"});
    const auto* max = in.if_contains("max_length");
    if (max == nullptr) return;
    if (!is_integer(*max) || max->to_number<double>() < 0)
        return out.push_back({"/max_length", "must be a non-negative integer"});
    if (text && static_cast<double>(value->get_string().size()) > max->to_number<double>())
        out.push_back({"/value", "is longer than max_length"});
}

void check_allowed(const json::object& in, bool required, faults& out) {
    const auto* allowed = in.if_contains("allowed_values");
    if (allowed == nullptr) {
        if (required) out.push_back({"/allowed_values", "is required for an enum"});
        return;
    }
    const auto* list = allowed->if_array();
    if (list == nullptr || list->empty() || list->size() > allowed_values_max ||
        !std::ranges::all_of(*list, [](const json::value& each) { return each.is_string(); }))
        return out.push_back({"/allowed_values", "must be a list of 1 to 256 strings"});
    if (stored_bytes(*allowed) > storable_bytes_max)
        out.push_back({"/allowed_values", "take more than 65536 bytes together"});
    if (!std::ranges::all_of(*list, is_storable))
        out.push_back({"/allowed_values", "must not hold U+0000"});
    const auto* value = in.if_contains("value");
    if (value != nullptr && value->is_string() && std::ranges::find(*list, *value) == list->end())
        out.push_back({"/value", "is not among allowed_values"});
}

void check_members(const json::object& in, faults& out) {
    for (const auto& each : in)
        if (std::ranges::find(members, std::string_view(each.key())) == members.end())
            out.push_back({"/" + std::string(each.key()).substr(0, 64), "is not known"});
    if (!in.contains("value")) out.push_back({"/value", "is required"});
}

}  // namespace

std::expected<std::string, faults> check_configuration_value(const json::value& candidate) {
    const auto* in = candidate.if_object();
    if (in == nullptr) return std::unexpected(faults{{"", "must be an object"}});
    faults out;
    check_members(*in, out);
    const auto* type = in->if_contains("type");
    if (type == nullptr || !type->is_string() ||
        std::ranges::find(types, std::string_view(type->get_string())) == types.end()) {
        out.push_back({"/type", "must be boolean, integer, float, string, percentage or enum"});
        return std::unexpected(std::move(out));
    }
    const std::string_view name = type->get_string();
    const auto* value = in->if_contains("value");
    if (value != nullptr && !has_kind(name, *value))
        out.push_back({"/value", "must be of type " + std::string(name)});
    if (name == "percentage" && value != nullptr && is_number(*value) &&
        (value->to_number<double>() < 0 || value->to_number<double>() > 100))
        out.push_back({"/value", "must lie between 0 and 100"});
    check_range(*in, out);
    check_length(*in, out);
    check_allowed(*in, name == "enum", out);
    if (!out.empty()) return std::unexpected(std::move(out));
    return json::serialize(candidate);
}

bool is_configuration_key(std::string_view key) noexcept {
    const auto plain = [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9');
    };
    if (key.empty() || key.size() > key_length_max || !plain(key.front())) return false;
    return std::ranges::all_of(
        key, [&](char each) { return plain(each) || each == '.' || each == '_' || each == '-'; });
}

}  // namespace headroom::service::tenancy
