#include "headroom/auth/issuer_policy.hpp"

#include <algorithm>

#include "headroom/persistence/tenant.hpp"

namespace headroom::auth {

std::vector<std::string> faults_of(const issuer_policy& policy) {
    std::vector<std::string> faults;
    const auto must = [&](bool holds, const char* sentence) {
        if (!holds) faults.emplace_back(sentence);
    };
    const auto any_empty = [](const auto& texts) {
        return std::ranges::any_of(texts, &std::string::empty);
    };
    const auto is_type = [](const std::string& typ) {
        return typ.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == typ.npos &&
               !typ.starts_with("application/");
    };
    const auto is_tenant = [](const std::string& text) {
        return persistence::tenant_id::parse(text).has_value();
    };
    must(!policy.issuer.empty(), "an issuer must be named");
    must(!policy.audiences.empty() && !any_empty(policy.audiences),
         "at least one audience must be given, and none empty");
    must(!policy.algorithms.empty(), "at least one algorithm must be allowed");
    must(!policy.types.empty() && std::ranges::all_of(policy.types, is_type),
         "at least one type must be given, in lower case and without application/");
    must(!any_empty(policy.parties), "no client may be empty");
    must(policy.leeway >= std::chrono::seconds(0) && policy.leeway <= leeway_max,
         "the leeway must be 0 to 300 seconds");
    must(!policy.age_max || *policy.age_max > std::chrono::seconds(0),
         "the greatest age must be above 0 seconds");
    must(std::ranges::all_of(policy.tenants, is_tenant), "each tenant must be well-formed");
    must(!policy.tenant_claim.empty() && !policy.roles_claim.empty() &&
             !policy.scope_claim.empty(),
         "the names of claims must not be empty");
    return faults;
}

}  // namespace headroom::auth
