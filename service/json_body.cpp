#include "service/json_body.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace {

constexpr std::size_t unknown_shown_max = 16;  // members nobody asked for, in one answer

std::string escaped(std::string_view name) {
    std::string text;
    for (const char each : name) {
        if (each == '~') text += "~0";
        else if (each == '/') text += "~1";
        else text += each;
    }
    return text;
}

json::value object_in(const http::request& of) {
    if (of.body.empty()) return json::object{};
    auto parsed = parsed_body(of);
    if (!parsed.is_object())
        throw http::failed(unprocessable("The body is not well-formed.",
                                         {{"", "must be an object"}}));
    return parsed;
}

}  // namespace

json::value parsed_body(const http::request& of) {
    json::error_code broken;
    auto parsed = eventsourcing::parse_exactly(of.body, broken, json_depth_max);
    if (broken) throw http::failed(http::problem{400, "The body is not JSON."});
    return parsed;
}

http::problem unprocessable(std::string detail, const std::vector<tenancy::value_fault>& faults) {
    json::array list;
    for (const auto& each : faults)
        list.push_back(json::object{{"pointer", "#" + each.pointer}, {"detail", each.text}});
    http::problem answer{422, std::move(detail)};
    answer.with_json("errors", json::serialize(list));
    return answer;
}

json_body::json_body(const http::request& of)
    : all_(std::make_unique<const json::value>(object_in(of))) {}
json_body::~json_body() = default;

const json::value* json_body::find(std::string_view name) {
    asked_.emplace(name);
    const auto* found = all_->get_object().if_contains(name);
    return found == nullptr || found->is_null() ? nullptr : found;
}

const json::value* json_body::required(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) fault(name, "must be given");
    return found;
}

void json_body::fault(std::string_view name, std::string text) {
    faults_.push_back({"/" + escaped(name), std::move(text)});
}

std::string json_body::text(std::string_view name) {
    return required(name) == nullptr ? "" : optional_text(name).value_or("");
}

std::optional<std::string> json_body::optional_text(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_string()) return std::string(found->get_string());
    fault(name, "must be a string");
    return std::nullopt;
}

std::string json_body::object(std::string_view name) {
    return required(name) == nullptr ? "{}" : optional_object(name).value_or("{}");
}

std::optional<std::string> json_body::optional_object(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_object()) return json::serialize(*found);
    fault(name, "must be an object");
    return std::nullopt;
}

std::optional<std::int64_t> json_body::optional_number(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_int64() && found->get_int64() >= 0) return found->get_int64();
    fault(name, "must be a whole number, 0 or more");
    return std::nullopt;
}

void json_body::done() {
    for (const auto& member : all_->get_object()) {
        if (faults_.size() >= unknown_shown_max) break;
        if (!asked_.contains(std::string_view(member.key()))) fault(member.key(), "is not known");
    }
    if (faults_.empty()) return;
    throw http::failed(unprocessable("The body is not well-formed.", faults_));
}

}  // namespace headroom::service
