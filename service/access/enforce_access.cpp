#include "service/access/enforce_access.hpp"

#include <algorithm>

#include "headroom/http/client/address_scope.hpp"
#include "headroom/http/forwarded.hpp"
#include "service/access/account.hpp"

namespace headroom::service::access {
namespace {

std::optional<std::string> path_value(const http::request& of, std::string_view name) {
    const auto found = std::ranges::find(of.parameters, name, &http::path_parameter::name);
    if (found == of.parameters.end()) return std::nullopt;
    return found->value;
}

constexpr const char* marks_of_proxies[] = {"Forwarded",         "Via",       "X-Forwarded-For",
                                            "X-Forwarded-Host",  "X-Real-IP",
                                            "X-Forwarded-Proto"};

/// Asked from this machine and by its own name: not by a proxy on it for somebody else, nor by a
/// page in a browser on it whose site's name was made to lead here.
bool is_local(const http::request& of) {
    const auto named = of.headers.find("Host");
    return http::is_own_machine(http::address_in(of.peer)) && http::is_own_machine(of.client) &&
           named && http::is_own_machine(http::address_in(*named)) &&
           std::ranges::none_of(marks_of_proxies, [&](const char* each) {
               return of.headers.find(each).has_value();
           });
}

bool names_itself(const http::request& of, const auth::principal& who) {
    const bool user = who.kind == auth::principal_kind::user;
    if (!user && !who.issuer.empty()) return false;  // no agent of ours
    const auto named = path_value(of, user ? "user" : "agent");
    return named && eventsourcing::parse_uuid(*named) == account_of(who);
}

/// Whoever is not restricted to scopes has all.
bool has_scope_for(const rule& of, const auth::principal& who) {
    return !who.restricted || of.scope == any_key || who.has_scope(of.scope);
}

[[noreturn]] void refuse(verdict why) {
    if (why == verdict::no_rights)
        throw auth::denied(auth::denial_of(auth::token_fault::wrong_tenant));
    throw auth::denied(auth::forbidden(why == verdict::other_tenant
                                           ? "This principal may not act for that tenant."
                                           : "This takes a role the principal does not have.",
                                       to_string(why)));
}

}  // namespace

bool is_platform(const auth::settings& with, const auth::principal& who) {
    // Without an issuer it was made here: of a key, or for development.
    const bool vouched = who.issuer.empty() || with.is_platform(who.issuer);
    return callers_of(who, vouched).has(caller::platform);
}

callers enforce_access::who_asks(const http::request& of, const auth::principal& who) const {
    auto by = callers_of(who, who.issuer.empty() || with_.is_platform(who.issuer));
    if (!by.empty() && names_itself(of, who)) by.add(caller::self);
    return by;
}

void enforce_access::check(const http::request& of) const {
    const auto* rule = of.route.empty() ? nullptr : find_rule(of.method, of.route);
    if (rule != nullptr && rule->may.has(caller::anybody)) return;
    if (rule != nullptr && rule->may.has(caller::operations) && knows_locals_ && is_local(of))
        return;
    if (rule == nullptr && std::ranges::find(open_, of.route) != open_.end())
        return;  // another method: 405, for anybody
    const auto& who = auth::principal_of(of);
    if (rule == nullptr) return;  // nothing is served there: 404 or 405, for who is known
    if (of.headers.count(tenant_header) > 1) refuse(verdict::other_tenant);
    attempt made{who_asks(of, who), who.tenant ? std::string_view(who.tenant->text()) : "",
                 path_value(of, "tenant"), std::nullopt};
    if (const auto said = of.headers.find(tenant_header)) made.said_tenant = std::string(*said);
    if (const auto found = judge(rule->may, made); found != verdict::let_in) refuse(found);
    if (!has_scope_for(*rule, who)) throw auth::denied(auth::insufficient_key_scope(rule->scope));
}

task<http::response> enforce_access::operator()(http::request& of, http::next onward) const {
    check(of);
    co_return co_await onward(of);
}

}  // namespace headroom::service::access
