#include "headroom/http/problem.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/string_view.hpp>

#include "headroom/http/status.hpp"

namespace headroom::http {
namespace {

constexpr std::array<std::string_view, 7> standard{"type",     "title",      "status",  "detail",
                                                   "instance", "request_id", "trace_id"};

// Almost every text stands for itself, and an overloaded server says many of them.
bool needs_escape(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

std::string quote(std::string_view text) {
    if (std::ranges::none_of(text, needs_escape)) return fmt::format("\"{}\"", text);
    return boost::json::serialize(boost::json::string_view(text.data(), text.size()));
}

void append(std::string& out, std::string_view name, std::string_view json) {
    fmt::format_to(std::back_inserter(out), "{}{}:{}", out.size() > 1 ? "," : "", quote(name),
                   json);
}

}  // namespace

problem& problem::with(std::string_view name, std::int64_t value) {
    return with_json(name, std::to_string(value));
}

problem& problem::with(std::string_view name, std::string_view value) {
    return with_json(name, quote(value));
}

problem& problem::with_json(std::string_view name, std::string json) {
    BOOST_ASSERT(std::ranges::find(standard, name) == standard.end());
    members.push_back({std::string(name), std::move(json)});
    return *this;
}

std::string to_json(const problem& of, std::string_view instance, std::string_view request_id,
                    std::string_view trace_id) {
    std::string out = "{";
    append(out, "type", quote(of.type));
    append(out, "title", quote(of.title.empty() ? reason_phrase(of.status) : of.title));
    append(out, "status", std::to_string(of.status));
    if (!of.detail.empty()) append(out, "detail", quote(of.detail));
    if (!instance.empty()) append(out, "instance", quote(instance));
    if (!request_id.empty()) append(out, "request_id", quote(request_id));
    if (!trace_id.empty()) append(out, "trace_id", quote(trace_id));
    for (const auto& each : of.members) append(out, each.name, each.json);
    out += '}';
    return out;
}

problem to_problem(const budget::refusal& why) {
    problem out;
    out.status = 503;
    out.detail = fmt::format("No unit of {} was free in time.", why.resource);
    out.with("resource", why.resource)
        .with("consumer", why.consumer)
        .with("reason", budget::to_string(why.reason))
        .with("held", static_cast<std::int64_t>(why.held))
        .with("limit", static_cast<std::int64_t>(why.limit))
        .with("waiting", static_cast<std::int64_t>(why.waiting));
    for (const auto& [name, units] : why.more.figures)
        out.with(name, static_cast<std::int64_t>(units));
    return out;
}

}  // namespace headroom::http
