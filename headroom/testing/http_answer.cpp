#include "headroom/testing/http_answer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

namespace headroom::testing {
namespace {

bool is_status_line(std::string_view text) {
    return text.size() >= 13 && text.starts_with("HTTP/1.1 ") &&
           std::ranges::all_of(text.substr(9, 3), [](unsigned char c) { return std::isdigit(c); });
}

}  // namespace

std::string http_answer::field(std::string_view name) const {
    const auto begin = head.find(fmt::format("\r\n{}: ", name));
    if (begin == std::string::npos) return "";
    const auto value = begin + 2 + name.size() + 2;
    return head.substr(value, head.find("\r\n", value) - value);
}

std::optional<std::vector<http_answer>> split_answers(std::string_view said) {
    std::vector<http_answer> all;
    while (!said.empty()) {
        const auto end = said.find("\r\n\r\n");
        if (!is_status_line(said) || end == std::string_view::npos) return {};
        http_answer next;
        next.head = said.substr(0, end + 4);
        next.status = static_cast<unsigned>(std::stoul(next.head.substr(9, 3)));
        said.remove_prefix(end + 4);
        if (next.status < 200) continue;
        const auto length = next.field("Content-Length");
        const auto bytes = length.empty() ? 0 : std::stoul(length);
        const bool to_head = said.empty() || is_status_line(said);
        if (!to_head) {
            if (said.size() < bytes) return {};
            next.body = said.substr(0, bytes);
            said.remove_prefix(bytes);
        }
        all.push_back(std::move(next));
    }
    return all;
}

std::string fault_of(const http_answer& in) {
    if (in.status < 400) return "";
    const auto id = in.field("X-Request-Id");
    if (id.empty()) return "no X-Request-Id";
    if (in.field("Content-Type") != "application/problem+json") return "no problem+json";
    if (in.body.empty()) return in.field("Content-Length") == "0" ? "no body" : "";
    boost::system::error_code broken;
    const auto parsed = boost::json::parse(in.body, broken);
    if (broken || !parsed.is_object()) return "a body that is no JSON object";
    const auto* status = parsed.as_object().if_contains("status");
    if (status == nullptr || *status != in.status) return "another status in the body";
    const auto* told = parsed.as_object().if_contains("request_id");
    if (told == nullptr || *told != boost::json::value(id)) return "another request_id in the body";
    return "";
}

}  // namespace headroom::testing
