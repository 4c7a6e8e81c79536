#include "headroom/http/cors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {
namespace {

constexpr std::string_view asked_method = "access-control-request-method";
constexpr std::string_view asked_headers = "access-control-request-headers";
constexpr std::string_view served_methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

bool holds_star(const std::vector<std::string>& list) {
    return std::ranges::find(list, "*") != list.end();
}

// Exactly one: of two we would have to choose the wrong one.
std::optional<std::string_view> origin_in(const fields& asked) noexcept {
    return asked.count("origin") == 1 ? asked.find("origin") : std::nullopt;
}

// The preflight's list comes from the client: only what has the form of one is mirrored.
bool is_token_list(std::string_view text) {
    bool all = !text.empty();
    for_each_element(text, [&](std::string_view each) { all = all && detail::is_token(each); });
    return all;
}

}  // namespace

cors::cors(const cors_settings& with)
    : any_origin_(holds_star(with.allow_origins)),
      any_header_(holds_star(with.allow_headers)),
      credentials_(with.allow_credentials),
      origins_(with.allow_origins),
      methods_(holds_star(with.allow_methods)
                   ? std::string(served_methods)
                   : fmt::format("{}", fmt::join(with.allow_methods, ", "))),
      headers_(any_header_ ? "" : fmt::format("{}", fmt::join(with.allow_headers, ", "))),
      exposed_(fmt::format("{}", fmt::join(with.expose_headers, ", "))),
      max_age_(std::to_string(with.max_age.count())) {
    BOOST_ASSERT_MSG(faults(with).empty(), "CORS is constructed from checked settings");
}

bool cors::allows(std::string_view origin) const noexcept {
    return any_origin_ || std::ranges::find(origins_, origin) != origins_.end();
}

bool cors::is_preflight(const request& of) const noexcept {
    return !origins_.empty() && of.method == method::options && of.headers.find("origin") &&
           of.headers.find(asked_method);
}

response cors::preflight(const request& of) const {
    auto answer = response::empty();
    answer.with("Vary", "Access-Control-Request-Method, Access-Control-Request-Headers");
    const auto origin = origin_in(of.headers);
    if (!origin || !allows(*origin)) return answer;
    answer.with("Access-Control-Allow-Methods", methods_);
    answer.with("Access-Control-Max-Age", max_age_);
    const auto wished = of.headers.find(asked_headers);
    if (!any_header_) {
        if (!headers_.empty()) answer.with("Access-Control-Allow-Headers", headers_);
    } else if (wished && is_token_list(*wished)) {
        answer.with("Access-Control-Allow-Headers", *wished);
    }
    return answer;
}

void cors::mark(const fields& asked, response& answer) const {
    if (origins_.empty()) return;
    // Also for a request without an Origin: a cache would hand its answer to one that has it.
    if (!any_origin_) answer.with("Vary", "Origin");
    const auto origin = origin_in(asked);
    if (!origin || !allows(*origin)) return;
    answer.with("Access-Control-Allow-Origin", any_origin_ ? "*" : *origin);
    if (credentials_) answer.with("Access-Control-Allow-Credentials", "true");
    if (!exposed_.empty()) answer.with("Access-Control-Expose-Headers", exposed_);
}

}  // namespace headroom::http
