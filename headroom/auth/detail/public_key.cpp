#include "headroom/auth/detail/public_key.hpp"

#include <openssl/core_names.h>

#include <boost/assert.hpp>
#include <new>
#include <stdexcept>

#include "headroom/auth/detail/edwards_point.hpp"
#include "headroom/auth/detail/roca.hpp"

namespace headroom::auth::detail {
namespace {

number_ptr number(std::string_view of) {
    number_ptr made(BN_bin2bn(octets(of), static_cast<int>(of.size()), nullptr));
    if (!made) throw std::bad_alloc();
    return made;
}

pkey_ptr from_parameters(const char* kind, OSSL_PARAM_BLD& of) {
    const parameters_ptr parameters(OSSL_PARAM_BLD_to_param(&of));
    const pkey_context_ptr context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
    EVP_PKEY* made = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return nullptr;
    return pkey_ptr(made);
}

const char* group_name(key_kind curve) {
    switch (curve) {
        case key_kind::p256: return "P-256";
        case key_kind::p384: return "P-384";
        default: BOOST_ASSERT(curve == key_kind::p521); return "P-521";
    }
}

}  // namespace

made_key rsa_key(std::string_view modulus, std::string_view exponent) {
    if (modulus.size() > rsa_bits_max / 8 + 1) return std::unexpected(key_fault::rsa_size);
    if (exponent.size() > rsa_exponent_bits_max / 8 + 1)
        return std::unexpected(key_fault::rsa_exponent);
    const auto n = number(modulus), e = number(exponent);
    if (BN_num_bits(n.get()) < rsa_bits_min || BN_num_bits(n.get()) > rsa_bits_max)
        return std::unexpected(key_fault::rsa_size);
    if (!BN_is_odd(n.get())) return std::unexpected(key_fault::rsa_even);
    if (!BN_is_odd(e.get()) || BN_is_one(e.get()) ||
        BN_num_bits(e.get()) > rsa_exponent_bits_max)
        return std::unexpected(key_fault::rsa_exponent);
    if (has_roca_fingerprint(*n)) return std::unexpected(key_fault::rsa_roca);
    const parameter_builder_ptr builder(OSSL_PARAM_BLD_new());
    if (!builder || OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        throw std::bad_alloc();
    auto made = from_parameters("RSA", *builder);
    if (!made) return std::unexpected(key_fault::malformed);
    return made;
}

made_key curve_key(key_kind curve, std::string_view x, std::string_view y) {
    const auto size = coordinate_bytes(curve);
    if (x.size() != size || y.size() != size) return std::unexpected(key_fault::malformed);
    std::string point(1, '\x04');  // uncompressed
    point.append(x).append(y);
    const parameter_builder_ptr builder(OSSL_PARAM_BLD_new());
    if (!builder ||
        OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                        group_name(curve), 0) != 1 ||
        OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                         point.size()) != 1)
        throw std::bad_alloc();
    auto made = from_parameters("EC", *builder);
    if (!made) return std::unexpected(key_fault::off_curve);
    const pkey_context_ptr check(EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr));
    if (!check || EVP_PKEY_public_check(check.get()) != 1)
        return std::unexpected(key_fault::off_curve);
    return made;
}

made_key ed25519_key(std::string_view point) {
    if (point.size() != ed25519_bytes) return std::unexpected(key_fault::malformed);
    pkey_ptr made(EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, octets(point),
                                                 point.size()));
    if (!made || !is_sound_ed25519_point(point)) return std::unexpected(key_fault::off_curve);
    return made;
}

std::size_t coordinate_bytes(key_kind curve) {
    switch (curve) {
        case key_kind::p256: return 32;
        case key_kind::p384: return 48;
        default: BOOST_ASSERT(curve == key_kind::p521); return 66;
    }
}

std::string group_order(const EVP_PKEY& of, key_kind curve) {
    BIGNUM* read = nullptr;
    if (EVP_PKEY_get_bn_param(&of, OSSL_PKEY_PARAM_EC_ORDER, &read) != 1)
        throw std::runtime_error("OpenSSL does not tell the order of a curve");
    const number_ptr order(read);
    std::string made(coordinate_bytes(curve), '\0');
    BN_bn2binpad(order.get(), reinterpret_cast<unsigned char*>(made.data()),
                 static_cast<int>(made.size()));
    return made;
}

}  // namespace headroom::auth::detail
