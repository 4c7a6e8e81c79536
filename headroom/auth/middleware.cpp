#include "headroom/auth/middleware.hpp"

#include <algorithm>
#include <boost/algorithm/string/predicate.hpp>
#include <locale>

#include "headroom/auth/bearer.hpp"
#include "headroom/auth/oidc/accept_session.hpp"
#include "headroom/http/client/address_scope.hpp"
#include "headroom/http/forwarded.hpp"
#include "headroom/http/rate_limit.hpp"

namespace headroom::auth {
namespace {

constexpr char authorization_header[] = "Authorization", token_parameter[] = "access_token";

bool is_exempt(const exempt_routes& all, const http::request& of) {
    return !of.route.empty() && std::ranges::find(all, of.route) != all.end();
}

bool presents_credential(const http::request& of) {
    return of.headers.count(authorization_header) > 0 || of.headers.count(api_key_header) > 0;
}

/// Which is never looked at, but stands in whatever keeps URLs.
bool has_token_in_query(const http::request& of) {
    return !of.query_values(token_parameter).empty();
}

bool names_own_machine(const http::request& of) {
    const auto host = of.headers.find("Host");
    return host && http::is_own_machine(http::address_in(*host));
}

/// A problem does so when it is rendered.
bool says_who_keeps_it(const http::response& of) {
    return std::ranges::any_of(of.added(), [](const auto& field) {
        return boost::algorithm::iequals(field.first, "Cache-Control", std::locale::classic());
    });
}

/// Whether a request was refused for what it presented: not for its rights, nor for our own state,
/// nor as one without a credential of ours, which counts already.
bool was_a_guess(const http::request& of, const denial& why) {
    return find_principal(of) == nullptr && (why.status == 400 || why.status == 401) &&
           why.reason != to_string(token_fault::no_credentials);
}

std::vector<std::string_view> authorizations_of(const http::request& of) {
    std::vector<std::string_view> found;
    const auto count = of.headers.count(authorization_header);
    if (count == 0) return found;
    if (count == 1) return {*of.headers.find(authorization_header)};
    found.resize(count);  // too many, whatever they say
    return found;
}

}  // namespace

task<http::response> answer_denials::operator()(http::request& of, http::next onward) const {
    try {
        co_return co_await onward(of);
    } catch (const denied& why) {
        if (tell_) tell_(why.why().reason);
        co_return to_response(why.why());
    }
}

task<http::response> keep_private::operator()(http::request& of, http::next onward) const {
    auto made = co_await onward(of);
    if (!is_exempt(exempt_, of) && made.why() == nullptr && !says_who_keeps_it(made))
        made.with("Cache-Control", "private, no-cache");
    co_return made;
}

task<http::response> limit_guesses::operator()(http::request& of, http::next onward) const {
    const bool presented = presents_credential(of) || session_id_of(of);
    if (!presented || is_exempt(exempt_, of)) co_return co_await onward(of);
    const auto from = http::network_of(of.client);
    if (const auto left = table_->look(from, now_()); !left.admitted)
        co_return http::too_often(table_->terms(), left);
    try {
        co_return co_await onward(of);
    } catch (const denied& why) {
        if (was_a_guess(of, why.why())) (void)table_->ask(from, now_());
        throw;
    }
}

task<http::response> accept_api_key::operator()(http::request& of, http::next onward) const {
    const auto count = of.headers.count(api_key_header);
    if (count == 0 || is_exempt(exempt_, of)) co_return co_await onward(of);
    if (count > 1) throw denied(denial_of(api_key_fault::repeated));
    if (of.headers.count(authorization_header) > 0 || has_token_in_query(of))
        throw denied(denial_of(token_fault::many_credentials));
    const auto from = http::network_of(of.client);
    const auto who = co_await keys_.verify(*of.headers.find(api_key_header), from, of.until);
    if (!who) throw denied(denial_of(who.error()));
    of.left.put(known_principal{*who});
    co_return co_await onward(of);
}

task<http::response> accept_bearer::operator()(http::request& of, http::next onward) const {
    const auto presented = authorizations_of(of);
    if (presented.empty() || find_principal(of) != nullptr || is_exempt(exempt_, of))
        co_return co_await onward(of);
    const auto token = bearer_token(presented);
    if (!token && token.error() == token_fault::no_credentials) co_return co_await onward(of);
    if (!token) throw denied(denial_of(token.error()));
    if (has_token_in_query(of)) throw denied(denial_of(token_fault::many_credentials));
    const auto who = co_await tokens_.verify(*token, of.until);
    if (!who) throw denied(denial_of(who.error().why));
    of.left.put(known_principal{*who});
    co_return co_await onward(of);
}

task<http::response> assume_principal::operator()(http::request& of, http::next onward) const {
    if (presents_credential(of) || find_principal(of) != nullptr || is_exempt(exempt_, of))
        co_return co_await onward(of);
    if (!names_own_machine(of))
        throw denied(forbidden("Without a credential this server answers to localhost alone.",
                               "not_by_own_name"));
    of.left.put(known_principal{who_});
    co_return co_await onward(of);
}

}  // namespace headroom::auth
