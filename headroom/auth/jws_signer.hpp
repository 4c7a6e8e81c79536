// auth/jws_signer.hpp: the other side of a JWS: tokens that we sign, for who knows our public key.
#pragma once
#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/auth/algorithm.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

/// Immutable; any number of threads sign with it at once.
class jws_signer {
public:
    static constexpr std::size_t pem_bytes_max = 64 * 1024;

    /// `pem`: a private key in PKCS#8, PKCS#1 or SEC1, not encrypted. Signs by RS256 with an RSA
    /// key of 2048 to 8192 bits, ES256, ES384 or ES512 by its curve, EdDSA with Ed25519. `kid`
    /// names it to the other side; "": it has one key of ours. What is wrong with it otherwise,
    /// without text of the key.
    static std::expected<jws_signer, std::string> from_pem(const secret& pem, std::string kid);
    jws_signer(jws_signer&&) noexcept;
    jws_signer& operator=(jws_signer&&) noexcept;
    ~jws_signer();

    algorithm by() const noexcept;
    /// The compact form (RFC 7515, 7.1) of `payload`, a JSON object. `typ` stands in the header
    /// unless empty. Throws std::runtime_error when OpenSSL does not sign.
    std::string sign(std::string_view payload, std::string_view typ = "JWT") const;

private:
    struct body;
    explicit jws_signer(std::unique_ptr<const body> of);
    std::unique_ptr<const body> body_;
};

}  // namespace headroom::auth
