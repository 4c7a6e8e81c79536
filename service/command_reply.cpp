#include "service/command_reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "headroom/auth/request_principal.hpp"
#include "headroom/runtime/trimmed.hpp"
#include "service/access/account.hpp"
#include "service/whole_number.hpp"

namespace headroom::service {
namespace json = boost::json;
namespace {

using eventsourcing::stream_version;

constexpr std::chrono::seconds command_wait_max{60};

std::string_view type_of(error_code of) noexcept {
    switch (of) {
        case error_code::domain_error: return "/errors/domain-error";
        case error_code::feature_disabled: return "/errors/feature-disabled";
        case error_code::resource_not_found: return "/errors/not-found";
        case error_code::conflict: return "/errors/conflict";
        case error_code::invalid_state_transition: return "/errors/invalid-state-transition";
        case error_code::validation_error: return "/errors/validation-error";
        case error_code::resource_limit_exceeded: return "/errors/resource-limit-exceeded";
    }
    return "/errors/domain-error";
}

std::optional<stream_version> if_match(const http::request& of) {
    if (of.headers.find("If-None-Match"))
        throw http::failed(http::problem{400, "A command knows If-Match, and no If-None-Match."});
    auto text = of.headers.find("If-Match").value_or("*");
    if (text == "*") return std::nullopt;
    // Weak since the answer was compressed; a version is one whatever the bytes.
    if (text.starts_with("W/")) text.remove_prefix(2);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        text = text.substr(1, text.size() - 2);
    const auto version = whole_number<stream_version>(text);
    if (!version)
        throw http::failed(
            http::problem{400, "If-Match must be the version of an earlier answer."});
    return version;
}

/// The value of the preference `wait`, without quotes and parameters (RFC 7240, 2); nothing when it
/// is another one.
std::optional<std::string_view> wait_in(std::string_view text) {
    constexpr std::string_view wait = "wait";
    text = trimmed(text.substr(0, text.find(';')));
    const auto equals = std::min(text.find('='), text.size());
    auto value = trimmed(text.substr(std::min(equals + 1, text.size())));
    if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
        value = value.substr(1, value.size() - 2);
    const bool named = std::ranges::equal(trimmed(text.substr(0, equals)), wait,
                                          [](char a, char b) { return (a | 0x20) == b; });
    return named ? std::optional(value) : std::nullopt;
}

/// How long the request wants to wait for the read model; none: not at all. Never refused, what is
/// not understood is not preferred: the command has happened already.
std::optional<std::chrono::milliseconds> preferred_wait(const http::request& of) {
    std::optional<std::chrono::milliseconds> found;
    http::for_each_element(of.headers.find("Prefer").value_or(""), [&](std::string_view each) {
        const auto value = wait_in(each);
        if (!value || found) return;
        if (value->empty()) found = command_wait_max;
        else if (const auto seconds = whole_number<int>(*value))
            found = std::min(std::chrono::seconds(*seconds), command_wait_max);
    });
    return found;
}

}  // namespace

http::problem to_problem(const domain_error& why) {
    http::problem answer{static_cast<unsigned>(http_status(why.code)), why.detail,
                         std::string(type_of(why.code))};
    answer.with("error_code", to_string(why.code));
    json::object context;
    for (const auto& [name, value] : why.context) context[name] = value;
    json::array faults;
    for (const auto& each : why.faults)
        faults.push_back(json::object{
            {"in", "body"}, {"pointer", "#/" + each.field}, {"detail", each.detail}});
    if (!faults.empty()) answer.with_json("errors", json::serialize(faults));
    if (!context.empty()) answer.with_json("context", json::serialize(context));
    return answer;
}

actor actor_of(const http::request& of) {
    actor by;
    if (const auto* who = auth::find_principal(of)) by.name = access::actor_name(*who);
    by.correlation_id = std::string(of.id);
    by.traceparent = of.trace.traceparent();
    by.expected = if_match(of);
    return by;
}

actor agreed(actor by, std::optional<stream_version> in_body) {
    if (in_body && by.expected && *in_body != *by.expected)
        throw http::failed(http::problem{400, "If-Match and expected_version differ."});
    if (in_body) by.expected = in_body;
    return by;
}

std::string etag(stream_version version) { return fmt::format("\"{}\"", version); }

task<http::response> reply_json(read_models& models, const http::request& of, done at,
                                std::string body, std::string projection, unsigned status) {
    const auto wait = preferred_wait(of);
    const bool seen = !wait || !at.changed() ||
                      co_await models.reached(at.position, std::move(projection),
                                              wait_until(of, *wait));
    auto answer = http::response::json(std::move(body), seen ? status : 202);
    if (at.changed()) answer.with(position_header, std::to_string(at.position));
    answer.with("ETag", etag(at.version));
    if (wait && seen) answer.with("Preference-Applied", "wait");
    co_return answer;
}

}  // namespace headroom::service
