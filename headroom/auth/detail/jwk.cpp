#include "headroom/auth/detail/jwk.hpp"

#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/jws.hpp"

namespace headroom::auth::detail {
namespace {

using fault = std::optional<key_fault>;

struct kind_row {
    key_kind kind;
    std::string_view kty, crv;
};
constexpr kind_row kind_rows[] = {
    {key_kind::rsa, "RSA", ""},           {key_kind::p256, "EC", "P-256"},
    {key_kind::p384, "EC", "P-384"},      {key_kind::p521, "EC", "P-521"},
    {key_kind::ed25519, "OKP", "Ed25519"}, {key_kind::octets, "oct", ""},
};

// RFC 7518, 6.2.2 and 6.3.2.
constexpr std::string_view private_members[] = {"d", "p", "q", "dp", "dq", "qi", "oth"};

const kind_row& kind_row_of(key_kind kind) {
    return *std::ranges::find(kind_rows, kind, &kind_row::kind);
}

std::expected<key_kind, key_fault> read_kind(const boost::json::object& jwk) {
    const auto kty = text_of(jwk, "kty");
    if (!kty) return std::unexpected(key_fault::malformed);
    if (std::ranges::find(kind_rows, *kty, &kind_row::kty) == std::end(kind_rows))
        return std::unexpected(key_fault::unknown_kind);
    if (*kty == "RSA") return key_kind::rsa;
    if (*kty == "oct") return key_kind::octets;
    const auto crv = text_of(jwk, "crv");
    if (!crv) return std::unexpected(key_fault::malformed);
    const auto* found = std::ranges::find(kind_rows, *crv, &kind_row::crv);
    if (found == std::end(kind_rows) || crv->empty())
        return std::unexpected(key_fault::unknown_kind);
    if (found->kty != *kty) return std::unexpected(key_fault::mismatch);
    return found->kind;
}

fault check_purpose(const boost::json::object& jwk) {
    if (jwk.contains("use")) {
        const auto use = text_of(jwk, "use");
        if (!use) return key_fault::malformed;
        if (*use != "sig") return key_fault::other_purpose;
    }
    const auto* operations = jwk.if_contains("key_ops");
    if (operations == nullptr) return std::nullopt;
    if (!operations->is_array()) return key_fault::malformed;
    bool verify = false;
    for (const auto& each : operations->get_array()) {
        if (!each.is_string()) return key_fault::malformed;
        if (each.get_string() != "verify") continue;
        if (verify) return key_fault::malformed;  // none may come twice (RFC 7517, 4.3)
        verify = true;
    }
    return verify ? fault() : key_fault::other_purpose;
}

fault read_names(const boost::json::object& jwk, jwk_members& to) {
    if (jwk.contains("kid")) {
        const auto kid = text_of(jwk, "kid");
        if (!kid || kid->size() > kid_bytes_max) return key_fault::malformed;
        to.kid = *kid;
    }
    if (jwk.contains("alg")) {
        const auto alg = text_of(jwk, "alg");
        if (!alg) return key_fault::malformed;
        to.alg = algorithm_named(*alg);
        if (!to.alg || kind_for(*to.alg) != to.kind) return key_fault::mismatch;
    }
    return std::nullopt;
}

std::optional<std::string> decoded(const boost::json::object& jwk, std::string_view name) {
    const auto text = text_of(jwk, name);
    if (!text || text->empty()) return std::nullopt;
    return from_base64url(*text);
}

fault read_numbers(const boost::json::object& jwk, jwk_members& to) {
    const auto read = [&](std::string_view name, std::string& number) {
        auto made = decoded(jwk, name);
        if (made) number = std::move(*made);
        return made.has_value();
    };
    bool whole = false;
    switch (to.kind) {
        case key_kind::rsa: whole = read("n", to.n) && read("e", to.e); break;
        case key_kind::ed25519: whole = read("x", to.x); break;
        case key_kind::octets:
            if (auto octets = decoded(jwk, "k")) {
                to.octets = secret(std::move(*octets));
                whole = true;
            }
            break;
        default: whole = read("x", to.x) && read("y", to.y);
    }
    return whole ? fault() : key_fault::malformed;
}

}  // namespace

std::expected<jwk_members, key_fault> read_jwk(const boost::json::object& jwk) {
    const auto kind = read_kind(jwk);
    if (!kind) return std::unexpected(kind.error());
    jwk_members made;
    made.kind = *kind;
    for (const auto name : private_members)
        if (jwk.contains(name)) return std::unexpected(key_fault::private_key);
    if (const auto wrong = check_purpose(jwk)) return std::unexpected(*wrong);
    if (const auto wrong = read_names(jwk, made)) return std::unexpected(*wrong);
    if (const auto wrong = read_numbers(jwk, made)) return std::unexpected(*wrong);
    return made;
}

algorithm_set algorithms_of(const jwk_members& of) {
    algorithm_set made;
    for (unsigned i = 0; i < algorithm_count; ++i) {
        const auto each = static_cast<algorithm>(i);
        if (kind_for(each) != of.kind || (of.alg && *of.alg != each)) continue;
        if (of.kind == key_kind::octets && of.octets.reveal().size() < hash_bytes(each)) continue;
        made.add(each);
    }
    return made;
}

key_thumbprint thumbprint_of(const jwk_members& of) {
    // Members in the order of their names, without white space (RFC 7638, 3.3).
    const auto& row = kind_row_of(of.kind);
    std::string text = "{";
    const auto put = [&](std::string_view name, std::string_view value) {
        text.append(text.size() > 1 ? ",\"" : "\"").append(name).append("\":\"");
        text.append(value).append("\"");
    };
    if (!row.crv.empty()) put("crv", row.crv);
    if (!of.e.empty()) put("e", to_base64url(of.e));
    if (!of.octets.empty()) put("k", to_base64url(of.octets.reveal()));
    put("kty", row.kty);
    if (!of.n.empty()) put("n", to_base64url(of.n));
    if (!of.x.empty()) put("x", to_base64url(of.x));
    if (!of.y.empty()) put("y", to_base64url(of.y));
    text += '}';
    key_thumbprint made{};
    unsigned length = 0;
    const auto done = EVP_Digest(text.data(), text.size(), made.data(), &length, EVP_sha256(),
                                 nullptr);
    wipe(text);
    if (done != 1 || length != made.size()) throw std::runtime_error("SHA-256 failed");
    return made;
}

made_key public_key_of(const jwk_members& of) {
    switch (of.kind) {
        case key_kind::rsa: return rsa_key(of.n, of.e);
        case key_kind::ed25519: return ed25519_key(of.x);
        default: return curve_key(of.kind, of.x, of.y);
    }
}

}  // namespace headroom::auth::detail
