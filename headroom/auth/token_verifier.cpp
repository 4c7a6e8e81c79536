#include "headroom/auth/token_verifier.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <boost/json/monotonic_resource.hpp>

#include "headroom/auth/claims.hpp"
#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth {
namespace {

std::unexpected<token_refusal> refused(token_fault why) {
    return std::unexpected(token_refusal{why, {}, {}});
}

bool allows(const std::vector<issuer_policy>& policies, algorithm of) {
    return std::ranges::any_of(policies,
                               [of](const auto& each) { return each.algorithms.contains(of); });
}

}  // namespace

token_verifier::token_verifier(std::vector<issuer_policy> policies, keys_of keys,
                               std::size_t cached_tokens_max)
    : policies_(std::move(policies)), keys_(std::move(keys)), cache_(cached_tokens_max) {
    for (const auto& each : policies_) {
        BOOST_ASSERT(faults_of(each).empty());
        BOOST_ASSERT(policy_for(each.issuer) == &each);
    }
}
token_verifier::~token_verifier() = default;

const issuer_policy* token_verifier::policy_for(std::string_view issuer) const {
    const auto found = std::ranges::find(policies_, issuer, &issuer_policy::issuer);
    return found == policies_.end() ? nullptr : &*found;
}

verified_principal token_verifier::verify(std::string_view token, wall_time now) {
    if (token.size() > token_bytes_max) return refused(token_fault::too_large);
    const auto digest = token_cache::digest_of(token);
    if (auto known = remembered(digest, now)) return known;
    return verify_whole(token, digest, now);
}

std::shared_ptr<const principal> token_verifier::remembered(const token_digest& token,
                                                            wall_time now) {
    auto found = cache_.find(token, now);
    if (!found) return nullptr;
    const auto keys = keys_(found->who->issuer);
    if (keys != nullptr && keys->holds(found->key)) return std::move(found->who);
    cache_.erase(token);
    return nullptr;
}

verified_principal token_verifier::verify_whole(std::string_view token, const token_digest& digest,
                                                wall_time now) {
    const auto read = parse_jws(token);
    if (!read) return refused(read.error());
    if (!allows(policies_, read->header.alg)) return refused(token_fault::algorithm_refused);
    unsigned char buffer[4096];
    boost::json::monotonic_resource memory(buffer);
    const auto claims = detail::strict_object(read->payload, &memory);
    if (!claims) return refused(token_fault::not_json);
    const auto issuer = detail::text_of(*claims, "iss");
    const auto* policy = issuer ? policy_for(*issuer) : nullptr;
    if (policy == nullptr) return refused(token_fault::unknown_issuer);
    const auto keys = keys_(policy->issuer);
    if (keys == nullptr)
        return std::unexpected(token_refusal{token_fault::no_keys, policy->issuer, {}});
    const auto key = verify_signature(*read, *keys, policy->algorithms);
    if (key == std::unexpected(token_fault::unknown_key))
        return std::unexpected(token_refusal{token_fault::unknown_key, policy->issuer,
                                             read->header.kid.value_or("")});
    if (!key) return refused(key.error());
    auto accepted = check_claims(*claims, read->header.typ, *policy, now);
    if (!accepted) return refused(accepted.error());
    auto who = std::make_shared<const principal>(std::move(accepted->who));
    cache_.put(digest, {who, (*key)->thumbprint(), accepted->until});
    return who;
}

}  // namespace headroom::auth
