#include "headroom/auth/oidc/id_token.hpp"

#include <openssl/crypto.h>

#include <boost/assert.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/claims.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth {
namespace {

// What claims.hpp takes for the mark of an id token, and is checked or of no use here.
constexpr const char* id_token_claims[] = {"nonce", "at_hash", "c_hash", "s_hash"};

std::unexpected<token_refusal> id_token_refused(token_fault why) {
    return std::unexpected(token_refusal{why, {}, {}});
}

const EVP_MD* hash_beside(algorithm of) {
    switch (hash_bytes(of)) {
        case 32: return EVP_sha256();
        case 48: return EVP_sha384();
        default: return EVP_sha512();
    }
}

bool same_text(std::string_view one, std::string_view other) {
    return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

/// The left half of the hash of the access token (3.1.3.6).
bool is_hash_of(std::string_view hash, std::string_view access_token, algorithm by) {
    const auto whole = detail::digest(hash_beside(by), access_token);
    return same_text(hash, to_base64url(whole.substr(0, whole.size() / 2)));
}

bool fits_this_sign_in(const boost::json::object& claims, const id_token_expectation& expected,
                       algorithm by) {
    const auto nonce = detail::text_of(claims, "nonce");
    if (expected.nonce && (!nonce || !same_text(*nonce, *expected.nonce))) return false;
    if (!claims.contains("at_hash")) return true;
    const auto hash = detail::text_of(claims, "at_hash");
    return hash && is_hash_of(*hash, expected.access_token, by);
}

/// One of several audiences says for whom the token is.
bool names_its_party(const boost::json::object& claims) {
    const auto* audience = claims.if_contains("aud");
    const bool several =
        audience != nullptr && audience->is_array() && audience->get_array().size() > 1;
    return !several || claims.contains("azp");
}

}  // namespace

issuer_policy id_token_policy(std::string issuer, std::string client) {
    issuer_policy made;
    made.issuer = std::move(issuer);
    made.audiences = {std::move(client)};
    made.types = {"jwt", ""};
    made.tenant_required = false;
    return made;
}

verified_principal check_id_token(std::string_view token, const issuer_policy& policy,
                                  const id_token_expectation& expected, const key_set& keys,
                                  wall_time now) {
    BOOST_ASSERT(!expected.nonce || !expected.nonce->empty());
    if (token.size() > token_bytes_max) return id_token_refused(token_fault::too_large);
    const auto read = parse_jws(token);
    if (!read) return id_token_refused(read.error());
    if (!policy.algorithms.contains(read->header.alg))
        return id_token_refused(token_fault::algorithm_refused);
    auto claims = detail::strict_object(read->payload);
    if (!claims) return id_token_refused(token_fault::not_json);
    if (detail::text_of(*claims, "iss") != policy.issuer)
        return id_token_refused(token_fault::unknown_issuer);
    const auto key = verify_signature(*read, keys, policy.algorithms);
    if (key == std::unexpected(token_fault::unknown_key))
        return std::unexpected(token_refusal{token_fault::unknown_key, policy.issuer,
                                             read->header.kid.value_or("")});
    if (!key) return id_token_refused(key.error());
    if (!fits_this_sign_in(*claims, expected, read->header.alg) || !names_its_party(*claims))
        return id_token_refused(token_fault::bad_claim);
    auto for_us = policy;
    if (claims->contains("azp")) for_us.parties = policy.audiences;
    for (const auto* each : id_token_claims) claims->erase(each);
    auto accepted = check_claims(*claims, read->header.typ, for_us, now);
    if (!accepted) return id_token_refused(accepted.error());
    return std::make_shared<const principal>(std::move(accepted->who));
}

}  // namespace headroom::auth
