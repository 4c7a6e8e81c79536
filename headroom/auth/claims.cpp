#include "headroom/auth/claims.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cmath>

#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth {
namespace {

using boost::json::object;
using detail::text_of;
using seconds = std::chrono::duration<double>;
using verdict = std::expected<void, token_fault>;

constexpr token_fault bad = token_fault::bad_claim;

// What only id tokens (OpenID Connect Core, 2 and 3.3.2.11) and logout tokens have.
constexpr std::string_view foreign_claims[] = {"at_hash", "c_hash", "s_hash", "events"};
// Keycloak says in the claim `typ` what a token is; its access tokens once had a nonce as well.
constexpr std::string_view foreign_kinds[] = {"ID", "Refresh", "Offline", "Logout"},
                           access_kind = "Bearer";

verdict refuse_if(bool broken, token_fault why) {
    return broken ? verdict(std::unexpected(why)) : verdict();
}

bool is_listed(const std::vector<std::string>& list, std::string_view text) {
    return std::ranges::find(list, text) != list.end();
}

bool is_name(std::string_view text) {
    const auto is_control = [](char each) { return (each >= 0 && each < ' ') || each == 0x7f; };
    return !text.empty() && text.size() <= name_bytes_max &&
           std::ranges::none_of(text, is_control);
}

/// Nothing when there is none; bad_claim when it is no date.
std::expected<std::optional<seconds>, token_fault> date_of(const object& claims,
                                                           std::string_view name) {
    const auto* found = claims.if_contains(name);
    if (found == nullptr) return std::nullopt;
    if (found->is_int64()) {
        // Compared as it is: the next number above the bound has no double of its own.
        const auto whole = found->get_int64();
        if (whole < 0 || whole > date_max) return std::unexpected(bad);
        return seconds(static_cast<double>(whole));
    }
    if (!found->is_double()) return std::unexpected(bad);  // unsigned is beyond the bound
    const auto read = found->get_double();
    if (!std::isfinite(read) || read < 0 || read > static_cast<double>(date_max))
        return std::unexpected(bad);
    return seconds(read);
}

wall_time moment(seconds since_1970) {
    constexpr auto last = wall_time::duration::max();
    if (since_1970 >= std::chrono::duration_cast<seconds>(last)) return wall_time(last);
    return wall_time(std::chrono::floor<wall_time::duration>(since_1970));
}

struct token_ends {
    wall_time expiry, until;
};

std::expected<token_ends, token_fault> check_dates(const object& claims,
                                                   const issuer_policy& policy, wall_time at) {
    const auto expiry = date_of(claims, "exp"), begin = date_of(claims, "nbf"),
               issued = date_of(claims, "iat");
    if (!expiry || !*expiry || !begin || !issued) return std::unexpected(bad);
    const seconds now = at.time_since_epoch(), leeway = policy.leeway;
    if (now >= **expiry + leeway) return std::unexpected(token_fault::expired);
    if (*begin && now + leeway < **begin) return std::unexpected(token_fault::not_yet_valid);
    if (*issued && now + leeway < **issued) return std::unexpected(token_fault::issued_in_future);
    if (!policy.age_max) return token_ends{moment(**expiry), moment(**expiry)};
    if (!*issued) return std::unexpected(bad);
    const auto grown_old = **issued + *policy.age_max;
    if (now >= grown_old + leeway) return std::unexpected(token_fault::too_old);
    return token_ends{moment(**expiry), moment(std::min(**expiry, grown_old))};
}

verdict check_type(const object& claims, std::string_view typ, const issuer_policy& policy) {
    if (!is_listed(policy.types, typ)) return std::unexpected(token_fault::wrong_type);
    const auto is_there = [&](std::string_view name) { return claims.contains(name); };
    const auto kind = text_of(claims, "typ").value_or("");
    const bool foreign = std::ranges::any_of(foreign_claims, is_there) ||
                         std::ranges::find(foreign_kinds, kind) != std::end(foreign_kinds) ||
                         (is_there("nonce") && kind != access_kind);
    return refuse_if(foreign, token_fault::no_access_token);
}

verdict check_audience(const object& claims, const issuer_policy& policy) {
    const auto* aud = claims.if_contains("aud");
    if (aud == nullptr) return std::unexpected(bad);
    if (aud->is_string())
        return refuse_if(!is_listed(policy.audiences, aud->get_string()),
                         token_fault::wrong_audience);
    if (!aud->is_array()) return std::unexpected(bad);
    bool ours = false;
    for (const auto& each : aud->get_array()) {
        if (!each.is_string()) return std::unexpected(bad);
        ours = ours || is_listed(policy.audiences, each.get_string());
    }
    return refuse_if(!ours, token_fault::wrong_audience);
}

verdict check_party(const object& claims, const issuer_policy& policy) {
    const auto* name = claims.contains("azp") ? "azp" : "client_id";
    const auto party = text_of(claims, name);
    if (claims.contains(name) && !party) return std::unexpected(bad);
    if (policy.parties.empty()) return {};
    return refuse_if(!party || !is_listed(policy.parties, *party), token_fault::wrong_party);
}

std::expected<std::optional<persistence::tenant_id>, token_fault> tenant_of(
    const object& claims, const issuer_policy& policy) {
    constexpr auto wrong = token_fault::wrong_tenant;
    auto text = text_of(claims, policy.tenant_claim);
    if (claims.contains(policy.tenant_claim) && !text) return std::unexpected(bad);
    if (!text && policy.tenants.size() == 1) text = policy.tenants.front();
    if (!text && policy.tenant_required) return std::unexpected(wrong);
    if (!text) return std::nullopt;
    auto read = persistence::tenant_id::parse(*text);
    if (!read || (!policy.tenants.empty() && !is_listed(policy.tenants, *text)))
        return std::unexpected(wrong);
    return std::move(*read);
}

/// A list, or words with single spaces between (RFC 6749, 3.3).
std::expected<std::vector<std::string>, token_fault> names_in(const object& claims,
                                                              std::string_view claim) {
    std::vector<std::string> names;
    const auto* found = claims.if_contains(claim);
    if (found == nullptr) return names;
    if (const auto* list = found->if_array()) {
        for (const auto& each : *list) {
            if (!each.is_string() || !is_name(each.get_string()) || names.size() == names_max)
                return std::unexpected(bad);
            names.emplace_back(each.get_string());
        }
        return names;
    }
    if (!found->is_string()) return std::unexpected(bad);
    for (std::string_view rest = found->get_string(); !rest.empty();) {
        const auto word = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(word.size() + 1, rest.size()));
        if (word.empty()) continue;
        if (!is_name(word) || names.size() == names_max) return std::unexpected(bad);
        names.emplace_back(word);
    }
    return names;
}

std::optional<std::string> short_claim(const object& claims, std::string_view name) {
    const auto found = text_of(claims, name);
    if (!found || !is_name(*found)) return std::nullopt;
    return std::string(*found);
}

principal_kind kind_of(const object& claims) {
    return text_of(claims, "principal_type") == "agent" ? principal_kind::agent
                                                        : principal_kind::user;
}

}  // namespace

std::expected<accepted_claims, token_fault> check_claims(const object& claims,
                                                         std::string_view typ,
                                                         const issuer_policy& policy,
                                                         wall_time now) {
    if (text_of(claims, "iss") != policy.issuer)
        return std::unexpected(token_fault::unknown_issuer);
    const auto type = check_type(claims, typ, policy);
    if (!type) return std::unexpected(type.error());
    const auto audience = check_audience(claims, policy);
    if (!audience) return std::unexpected(audience.error());
    const auto party = check_party(claims, policy);
    if (!party) return std::unexpected(party.error());
    const auto ends = check_dates(claims, policy, now);
    if (!ends) return std::unexpected(ends.error());
    auto tenant = tenant_of(claims, policy);
    if (!tenant) return std::unexpected(tenant.error());
    auto scopes = names_in(claims, policy.scope_claim);
    auto roles = names_in(claims, policy.roles_claim);
    if (!scopes || !roles) return std::unexpected(bad);
    const auto subject = text_of(claims, "sub"), token_id = text_of(claims, "jti");
    if (!subject || !is_name(*subject)) return std::unexpected(bad);
    if (claims.contains("jti") && (!token_id || !is_name(*token_id))) return std::unexpected(bad);
    return accepted_claims{{policy.issuer, std::string(*subject), std::move(*tenant),
                            std::move(*scopes), std::move(*roles), ends->expiry,
                            std::string(token_id.value_or("")), kind_of(claims), {},
                            short_claim(claims, "email"), short_claim(claims, "name")},
                           ends->until};
}

}  // namespace headroom::auth
