#include "headroom/auth/key.hpp"

#include <openssl/err.h>

#include <boost/assert.hpp>
#include <boost/json/object.hpp>
#include <cstdlib>
#include <vector>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/ecdsa_signature.hpp"
#include "headroom/auth/detail/jwk.hpp"
#include "headroom/auth/detail/public_key.hpp"
#include "headroom/auth/detail/signature_check.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth {
namespace {

struct key_and_algorithm {
    algorithm of;
    detail::signature_check check;
};

bool is_curve(key_kind of) {
    return of == key_kind::p256 || of == key_kind::p384 || of == key_kind::p521;
}

}  // namespace

struct verification_key::body {
    detail::jwk_members of;
    key_thumbprint thumbprint{};
    algorithm_set algorithms;
    secret octets;
    std::size_t signature_bytes = 0;  // of an RSA key
    std::string order;                // of a curve
    std::vector<key_and_algorithm> checks;

    void prepare(detail::pkey_ptr key) {
        if (of.kind == key_kind::rsa)
            signature_bytes = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
        if (is_curve(of.kind)) order = detail::group_order(*key, of.kind);
        for (unsigned i = 0; i < algorithm_count; ++i)
            if (const auto each = static_cast<algorithm>(i); algorithms.contains(each))
                checks.push_back({each, detail::signature_check(*key, each)});
    }

    const detail::signature_check& check(algorithm by) const {
        for (const auto& each : checks)
            if (each.of == by) return each.check;
        BOOST_ASSERT_MSG(false, "a key that does not fit");
        std::abort();
    }
};

verification_key::verification_key(std::unique_ptr<const body> of) : body_(std::move(of)) {}
verification_key::verification_key(verification_key&&) noexcept = default;
verification_key& verification_key::operator=(verification_key&&) noexcept = default;
verification_key::~verification_key() = default;

std::expected<verification_key, key_fault> verification_key::from_jwk(
    const boost::json::object& jwk, key_origin origin) {
    auto read = detail::read_jwk(jwk);
    if (!read) return std::unexpected(read.error());
    const bool symmetric = read->kind == key_kind::octets;
    if (symmetric && origin == key_origin::remote)
        return std::unexpected(key_fault::remote_secret);
    auto made = std::make_unique<body>();
    made->algorithms = detail::algorithms_of(*read);
    made->thumbprint = detail::thumbprint_of(*read);
    if (symmetric) {
        made->octets = std::move(read->octets);
        if (made->algorithms.empty()) return std::unexpected(key_fault::short_secret);
    }
    auto key = symmetric ? detail::made_key() : detail::public_key_of(*read);
    ERR_clear_error();
    if (!key) return std::unexpected(key.error());
    made->of = std::move(*read);
    if (!symmetric) made->prepare(std::move(*key));
    return verification_key(std::move(made));
}

const std::optional<std::string>& verification_key::kid() const noexcept { return body_->of.kid; }

const key_thumbprint& verification_key::thumbprint() const noexcept { return body_->thumbprint; }

bool verification_key::fits(algorithm of) const noexcept {
    return body_->algorithms.contains(of);
}

bool verification_key::verify(algorithm of, std::string_view text,
                              std::string_view signature) const {
    BOOST_ASSERT(fits(of));
    const auto kind = kind_for(of);
    if (kind == key_kind::octets)
        return detail::is_hmac(body_->octets.reveal(), of, text, signature);
    const auto& check = body_->check(of);
    if (is_curve(kind)) {
        const auto der = detail::to_der(signature, body_->order);
        return der && check.accepts(text, der->view());
    }
    if (kind == key_kind::rsa && signature.size() != body_->signature_bytes) return false;
    return check.accepts(text, signature);
}

}  // namespace headroom::auth
