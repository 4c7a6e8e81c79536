#include "headroom/http/response.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <stdexcept>
#include <utility>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {
namespace {

// A handler that sets one of these would speak about the connection behind its back.
constexpr std::array<std::string_view, 6> servers_own{
    "date", "content-length", "connection", "transfer-encoding", "keep-alive", "x-request-id"};

bool is_servers_own(std::string_view name) {
    return std::ranges::any_of(servers_own, [name](std::string_view each) {
        return detail::equal_ignoring_case(each, name);
    });
}

struct streamed_body final : detail::continuation {
    explicit streamed_body(body_stream made) : of(std::move(made)) {}
    body_stream* stream() noexcept override { return &of; }
    body_stream of;
};

}  // namespace

response::response(problem why)
    : status_(why.status), why_(std::make_unique<problem>(std::move(why))) {
    BOOST_ASSERT_MSG(status_ >= 400 && status_ < 600, "a problem has the status of an error");
}

response response::json(std::string json, unsigned status) {
    return usual("application/json", std::move(json), status);
}

response response::text(std::string text, unsigned status) {
    return usual("text/plain; charset=utf-8", std::move(text), status);
}

response response::usual(std::string_view content_type, std::string bytes, unsigned status) {
    response out(status);
    out.usual_type_ = content_type;
    out.body_ = std::move(bytes);
    return out;
}

response response::body(std::string_view content_type, std::string bytes, unsigned status) {
    response out(status);
    out.content_type_ = content_type;
    out.body_ = std::move(bytes);
    return out;
}

response response::stream(std::string_view content_type, body_stream of, unsigned status) {
    BOOST_ASSERT_MSG(status >= 200 && status != 204 && status != 304, "this status has no body");
    BOOST_ASSERT(of.next);
    response out(status);
    out.content_type_ = content_type;
    out.rest_ = std::make_unique<streamed_body>(std::move(of));
    return out;
}

response& response::with(std::string_view name, std::string_view value) {
    if (!detail::is_token(name) || is_servers_own(name))
        throw std::invalid_argument("a response field's name is malformed or the server's own");
    if (!detail::all_of(value, detail::text_char))
        throw std::invalid_argument("a response field's value holds a control character");
    added_.emplace_back(name, value);
    return *this;
}

void response::render(std::string_view instance, std::string_view request_id,
                      std::string_view trace_id) {
    if (!why_) return;
    body_ = to_json(*why_, instance, request_id, trace_id);
    content_type_ = "application/problem+json";
    // A 404 or a 410 is cacheable by itself (RFC 9110, 15.1).
    const bool said = std::ranges::any_of(added_, [](const auto& field) {
        return detail::equal_ignoring_case(field.first, "Cache-Control");
    });
    if (!said) added_.emplace_back("Cache-Control", "no-store");
}

void response::weaken_etag() {
    for (auto& [name, value] : added_)
        if (detail::equal_ignoring_case(name, "ETag") && value.starts_with('"'))
            value.insert(0, "W/");
}

void response::leave_out_known() {
    BOOST_ASSERT(!goes_on());
    status_ = 304;
    left_out_ = std::exchange(body_, {}).size();
}

void response::encoded(std::string_view coding, std::string bytes) {
    body_ = std::move(bytes);
    weaken_etag();
    added_.emplace_back("Content-Encoding", coding);
}

}  // namespace headroom::http
