#include "headroom/auth/settings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/auth/api_key.hpp"
#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/issuer_list.hpp"
#include "headroom/auth/provider_metadata.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

constexpr char issuer_setting[] = "AUTH_ISSUER", issuers_setting[] = "AUTH_ISSUERS";
constexpr char keys_url_setting[] = "AUTH_JWKS_URL", bypass_setting[] = "AUTH_DEV_BYPASS";
constexpr char algorithms_setting[] = "AUTH_ALGORITHMS", types_setting[] = "AUTH_TOKEN_TYPES";
constexpr char operators_setting[] = "AUTH_OPERATOR_KEYS";
constexpr std::size_t issuers_bytes_max = 64 * 1024, hash_digits = 64;

algorithm_set read_algorithms(setting_reader& from) {
    const auto names = from.list({.name = algorithms_setting,
                                  .doc = "Signature algorithms of tokens; without it every one "
                                         "with a public key."});
    if (names.empty()) return public_key_algorithms;
    algorithm_set made;
    for (const auto& each : names) {
        const auto found = algorithm_named(each);
        if (found && public_key_algorithms.contains(*found)) made.add(*found);
        else
            from.fault(algorithms_setting, "must list algorithms with public keys, such as RS256",
                       "there is no " + each + " among them");
    }
    return made;
}

/// What all issuers share.
issuer_policy read_policy(setting_reader& from) {
    issuer_policy made;
    made.audiences = {from.text({.name = "AUTH_AUDIENCE",
                                 .fallback = "api",
                                 .length_max = 255,
                                 .doc = "Among the audiences of each token."})};
    made.types = from.list({.name = types_setting,
                            .fallback = {"at+jwt", "jwt"},
                            .doc = "Accepted types of tokens (typ), none for those that state "
                                   "none; an id token is refused all the same."});
    std::ranges::replace(made.types, "none", "");
    made.leeway = std::chrono::duration_cast<std::chrono::seconds>(
        from.duration({.name = "AUTH_LEEWAY",
                       .fallback = 60s,
                       .min = 0s,
                       .max = leeway_max,
                       .doc = "By which clocks may differ, either way."}));
    made.algorithms = read_algorithms(from);
    return made;
}

void check_issuer(setting_reader& from, const char* variable, const issuer_settings& of,
                  bool loopback) {
    for (const auto& sentence : faults_of(of.policy)) from.fault(variable, sentence);
    for (const auto& url : {of.policy.issuer, of.keys_url})
        if (const auto fault = url.empty() ? "" : may_be_asked(url, loopback); !fault.empty())
            from.fault(variable, "must be asked by https", fault);
}

void read_first(setting_reader& from, const issuer_policy& usual, settings& to) {
    issuer_settings first{usual, "", true};
    first.policy.issuer = from.text({.name = issuer_setting,
                                     .doc = "Whose tokens are accepted, exactly as their iss; "
                                            "without it no token is."});
    first.policy.tenant_required = false;  // of who works for the platform
    first.keys_url = from.text({.name = keys_url_setting,
                                .doc = "Where that issuer's keys stand; without it they are "
                                       "discovered."});
    if (first.policy.issuer.empty()) return;
    check_issuer(from, issuer_setting, first, to.loopback);
    to.issuers.push_back(std::move(first));
}

void read_others(setting_reader& from, const issuer_policy& usual, settings& to) {
    const auto text = from.text(
        {.name = issuers_setting,
         .length_max = issuers_bytes_max,
         .bound = "a JSON object of issuers",
         .doc = "Further issuers: {\"https://id.example\": {\"tenants\": [...], or "
                "\"any_tenant\": true, \"audiences\": [...], \"jwks_url\": ..., "
                "\"tenant_claim\": ..., \"roles_claim\": ...}}."});
    if (text.empty()) return;
    auto read = detail::read_issuers(text, usual);
    if (!read) return from.fault(issuers_setting, "must " + read.error());
    for (auto& each : *read) {
        check_issuer(from, issuers_setting, each, to.loopback);
        if (each.policy.tenants.empty() != each.any_tenant)
            from.fault(issuers_setting, "must say which tenants each issuer speaks for",
                       each.policy.issuer + " needs \"tenants\", or \"any_tenant\": true");
        if (to.knows(each.policy.issuer))
            from.fault(issuers_setting, "must not repeat the issuer of AUTH_ISSUER");
        else to.issuers.push_back(std::move(each));
    }
    if (to.issuers.size() > issuers_max)
        from.fault(issuers_setting, fmt::format("must list {} at most", issuers_max));
}

void read_operators(setting_reader& from, settings& to) {
    const auto listed = from.list({.name = operators_setting,
                                   .items_max = operator_keys_max,
                                   .doc = "API keys of the platform's own, as `headroom-service "
                                          "operator-key` prints them: id:hash."});
    for (const auto& each : listed) {
        const auto colon = std::min(each.find(':'), each.size());
        operator_key one{each.substr(0, colon),
                         each.substr(std::min(colon + 1, each.size()))};
        const bool fits =
            one.id.size() == api_key_id_length && one.hash.size() == hash_digits &&
            one.id.find_first_not_of(base64url_alphabet) == one.id.npos &&
            one.hash.find_first_not_of("0123456789abcdef") == one.hash.npos;
        if (fits) to.operator_keys.push_back(std::move(one));
        else from.fault(operators_setting, "must list id:hash, 8 characters and 64 hex digits");
    }
}

}  // namespace

bool settings::knows(std::string_view issuer) const noexcept {
    return std::ranges::any_of(issuers,
                               [&](const auto& each) { return each.policy.issuer == issuer; });
}

bool settings::is_platform(std::string_view issuer) const noexcept {
    return std::ranges::any_of(issuers, [&](const auto& each) {
        return each.platform && each.policy.issuer == issuer;
    });
}

const issuer_settings* settings::own_issuer() const noexcept {
    const auto found = std::ranges::find(issuers, true, &issuer_settings::platform);
    return found == issuers.end() ? nullptr : &*found;
}

std::vector<issuer_policy> settings::policies() const {
    std::vector<issuer_policy> made;
    for (const auto& each : issuers) made.push_back(each.policy);
    return made;
}

std::vector<key_source_terms> settings::sources() const {
    std::vector<key_source_terms> made;
    for (const auto& each : issuers) {
        key_source_terms one;
        one.issuer = each.policy.issuer;
        one.keys_url = each.keys_url;
        one.loopback = loopback;
        one.within.ttl = keys_kept;
        made.push_back(std::move(one));
    }
    return made;
}

settings read_settings(setting_reader& from) {
    settings all;
    all.loopback = from.profile() != profile::production;
    all.bypass = from.flag({.name = bypass_setting,
                            .doc = "For development: who presents no credential is let in with "
                                   "every role. Refused in the production profile."});
    if (all.bypass && from.profile() == profile::production)
        from.fault(bypass_setting, "must be off in production", "unset it");
    const auto usual = read_policy(from);
    read_first(from, usual, all);
    read_others(from, usual, all);
    const key_refresh_bounds bounds;
    all.keys_kept = from.duration({.name = "AUTH_JWKS_CACHE_TTL",
                                   .fallback = bounds.ttl,
                                   .min = bounds.ttl_min,
                                   .max = bounds.ttl_max,
                                   .doc = "How long an issuer's keys are good for where it does "
                                          "not say so itself."});
    read_operators(from, all);
    return all;
}

}  // namespace headroom::auth
