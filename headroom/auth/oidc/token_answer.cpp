#include "headroom/auth/oidc/token_answer.hpp"

#include <algorithm>
#include <boost/json/object.hpp>
#include <cmath>
#include <span>

#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/http/client/retry.hpp"

namespace headroom::auth {
namespace {

using answer_object = boost::json::object;

constexpr std::size_t answer_text_bytes_max = 4 * 1024;  // of a scope, a request_uri

constexpr std::string_view passing_errors[] = {"temporarily_unavailable", "server_error",
                                               "slow_down"};
/// Where a grant is at its end until the user has been there: besides RFC 6749's word, those of
/// OpenID Connect Core 3.1.2.6, which providers send to a refresh that needs a second factor.
constexpr std::string_view final_errors[] = {"invalid_grant", "interaction_required",
                                             "login_required", "consent_required"};

std::unexpected<oidc_failure> no_answer(const raw_answer& of) {
    return std::unexpected(oidc_failure{.why = oidc_fault::malformed, .status = of.status,
                                        .may_have_acted = true});
}

/// VSCHAR (RFC 6749, appendix A): what may stand in a header field or a form as it is.
bool is_visible(std::string_view text) {
    return std::ranges::all_of(text, [](char each) { return each >= ' ' && each <= '~'; });
}

/// A member's text; "" when there is none. Nothing when it is none of ours.
std::optional<std::string> printable(const answer_object& of, std::string_view name,
                                     std::size_t bytes_max) {
    if (!of.contains(name)) return std::string();
    const auto text = detail::text_of(of, name);
    if (!text || text->size() > bytes_max || !is_visible(*text)) return std::nullopt;
    return std::string(*text);
}

bool is_among(std::string_view error, std::span<const std::string_view> some) {
    return std::ranges::find(some, error) != some.end();
}

oidc_fault fault_named(std::string_view error) {
    if (is_among(error, final_errors)) return oidc_fault::grant_refused;
    if (is_passing_error(error)) return oidc_fault::unavailable;
    return oidc_fault::misconfigured;
}

/// Of any status but the good one.
oidc_failure failure_of(const raw_answer& of) {
    oidc_failure made{.status = of.status, .retry_after = http::read_retry_after(of.retry_after)};
    if (of.status == 408 || of.status == 429 || of.status >= 500) return made;
    made.why = oidc_fault::malformed;
    if (of.status < 400 || of.body.size() > token_answer_bytes_max) return made;
    const auto read = detail::strict_object(of.body);
    const auto error = read ? detail::text_of(*read, "error") : std::nullopt;
    if (error) made.why = fault_named(*error);
    else if (of.status == 401 || of.status == 403) made.why = oidc_fault::misconfigured;
    return made;
}

/// The object of an answer that says 200, or 201 to a pushed request.
oidc_result<answer_object> object_of(const raw_answer& of) {
    if (of.status != 200 && of.status != 201) return std::unexpected(failure_of(of));
    if (of.body.size() > token_answer_bytes_max) return no_answer(of);
    auto read = detail::strict_object(of.body);
    if (!read) return no_answer(of);
    return *std::move(read);
}

bool is_bearer_type(std::string_view type) {
    constexpr std::string_view bearer = "bearer";
    return std::ranges::equal(type, bearer, [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b;
    });
}

std::optional<double> seconds_in(const answer_object& of, std::string_view name) {
    const auto* found = of.if_contains(name);
    if (found == nullptr || !found->is_number()) return std::nullopt;
    const auto read = found->to_number<double>();
    return std::isfinite(read) && read >= 0 ? std::optional(read) : std::nullopt;
}

/// One or a list of them (RFC 7662, 2.2); none when it is not stated.
std::optional<std::vector<std::string>> audiences_of(const answer_object& of) {
    if (!of.contains("aud")) return std::vector<std::string>();
    std::vector<std::string> made;
    if (const auto* list = of.at("aud").if_array()) {
        for (const auto& each : *list) {
            if (!each.is_string()) return std::nullopt;
            made.emplace_back(each.get_string());
        }
        return made;
    }
    auto one = printable(of, "aud", answer_text_bytes_max);
    if (!one) return std::nullopt;
    made.push_back(*std::move(one));
    return made;
}

/// Nothing when it is stated, but no number.
std::optional<std::chrono::seconds> life_of(const answer_object& of) {
    if (!of.contains("expires_in")) return token_life_default;
    const auto stated = seconds_in(of, "expires_in");
    if (!stated) return std::nullopt;
    const auto most = static_cast<double>(token_life_max.count());
    return std::chrono::seconds(static_cast<std::int64_t>(std::min(*stated, most)));
}

}  // namespace

bool is_passing_error(std::string_view error) { return is_among(error, passing_errors); }

oidc_result<token_set> read_token_answer(const raw_answer& of) {
    const auto read = object_of(of);
    if (!read) return std::unexpected(read.error());
    const auto type = detail::text_of(*read, "token_type");
    auto access = printable(*read, "access_token", issued_token_bytes_max);
    auto refresh = printable(*read, "refresh_token", issued_token_bytes_max);
    auto id = printable(*read, "id_token", issued_token_bytes_max);
    auto scope = printable(*read, "scope", answer_text_bytes_max);
    const auto life = life_of(*read);
    if (!type || !is_bearer_type(*type) || !access || access->empty() || !refresh || !id ||
        !scope || !life)
        return no_answer(of);
    return token_set{secret(*std::move(access)), secret(*std::move(refresh)),
                     secret(*std::move(id)), *life, *std::move(scope)};
}

oidc_result<introspected_token> read_introspection(const raw_answer& of) {
    const auto read = object_of(of);
    if (!read) return std::unexpected(read.error());
    const auto* active = read->if_contains("active");
    if (active == nullptr || !active->is_bool()) return no_answer(of);
    introspected_token made;
    made.active = active->get_bool();
    if (!made.active) return made;  // whatever else it says is of no token
    using member = std::pair<const char*, std::string introspected_token::*>;
    for (const auto& [name, to] : {member{"sub", &introspected_token::subject},
                                   {"client_id", &introspected_token::client},
                                   {"scope", &introspected_token::scope},
                                   {"iss", &introspected_token::issuer}}) {
        auto text = printable(*read, name, answer_text_bytes_max);
        if (!text) return no_answer(of);
        made.*to = *std::move(text);
    }
    auto audiences = audiences_of(*read);
    if (!audiences) return no_answer(of);
    made.audiences = *std::move(audiences);
    if (read->contains("exp")) {
        const auto expiry = seconds_in(*read, "exp");
        if (!expiry || *expiry > 1e11) return no_answer(of);
        made.expiry = wall_time(std::chrono::seconds(static_cast<std::int64_t>(*expiry)));
    }
    return made;
}

oidc_result<std::string> read_pushed_answer(const raw_answer& of) {
    const auto read = object_of(of);
    if (!read) return std::unexpected(read.error());
    auto uri = printable(*read, "request_uri", answer_text_bytes_max);
    if (!uri || uri->empty()) return no_answer(of);
    return *std::move(uri);
}

oidc_result<void> read_revocation(const raw_answer& of) {
    if (of.status == 200) return {};
    return std::unexpected(failure_of(of));
}

}  // namespace headroom::auth
