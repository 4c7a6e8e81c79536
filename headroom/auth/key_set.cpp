#include "headroom/auth/key_set.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>

#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth {
namespace {

std::string kid_of(const boost::json::value& jwk) {
    const auto* members = jwk.if_object();
    const auto kid = members != nullptr ? detail::text_of(*members, "kid") : std::nullopt;
    return std::string(kid.value_or("").substr(0, kid_bytes_max));
}

/// How often each name comes, over all keys, good and bad: one that is told apart only because the
/// other is bad today is not told apart tomorrow.
std::map<std::string, unsigned, std::less<>> count_kids(const boost::json::array& keys) {
    std::map<std::string, unsigned, std::less<>> counts;
    for (const auto& each : keys)
        if (each.is_object() && each.get_object().contains("kid")) ++counts[kid_of(each)];
    return counts;
}

}  // namespace

std::optional<key_set> key_set::parse(std::string_view text, key_origin origin) {
    if (text.size() > key_set_bytes_max) return std::nullopt;
    const auto read = detail::strict_object(text);
    const auto* keys = read ? read->if_contains("keys") : nullptr;
    if (keys == nullptr || !keys->is_array()) return std::nullopt;
    const auto counts = count_kids(keys->get_array());
    key_set made;
    for (std::size_t at = 0; const auto& each : keys->get_array()) {
        const auto position = at++;
        const auto refuse = [&](key_fault why) {
            made.refused_.push_back({position, kid_of(each), why});
        };
        if (position >= key_set_keys_max) {
            refuse(key_fault::too_many);
            break;  // one record for all that follow
        }
        auto key = each.is_object() ? verification_key::from_jwk(each.get_object(), origin)
                                    : std::unexpected(key_fault::malformed);
        if (!key) refuse(key.error());
        else if (key->kid() && counts.find(*key->kid())->second > 1)
            refuse(key_fault::repeated_kid);
        else made.keys_.push_back(std::move(*key));
    }
    return made;
}

std::expected<const verification_key*, token_fault> key_set::choose(const jws_header& by) const {
    const verification_key* found = nullptr;
    for (const auto& each : keys_) {
        if (by.kid ? each.kid() != by.kid : !each.fits(by.alg)) continue;
        if (found != nullptr) return std::unexpected(token_fault::unknown_key);
        found = &each;
    }
    if (found == nullptr) return std::unexpected(token_fault::unknown_key);
    if (!found->fits(by.alg)) return std::unexpected(token_fault::unfit_key);
    return found;
}

bool key_set::holds(const key_thumbprint& key) const noexcept {
    return std::ranges::find(keys_, key, &verification_key::thumbprint) != keys_.end();
}

std::expected<const verification_key*, token_fault> verify_signature(const jws& of,
                                                                     const key_set& keys,
                                                                     algorithm_set allowed) {
    if (!allowed.contains(of.header.alg)) return std::unexpected(token_fault::algorithm_refused);
    const auto key = keys.choose(of.header);
    if (key && !(*key)->verify(of.header.alg, of.signed_text, of.signature))
        return std::unexpected(token_fault::bad_signature);
    return key;
}

}  // namespace headroom::auth
