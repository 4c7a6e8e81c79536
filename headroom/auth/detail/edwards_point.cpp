#include "headroom/auth/detail/edwards_point.hpp"

#include <openssl/bn.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <memory>
#include <new>

#include "headroom/auth/detail/evp.hpp"

namespace headroom::auth::detail {
namespace {

constexpr const char* prime = "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed";
constexpr const char* curve_d = "52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3";

// y of the points of order 1, 2, 4 and 8; of each there are two x at most.
constexpr std::array small_order{
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000001",
    "05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826",
    "7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec"};

number_ptr number_in(const char* hex) {
    BIGNUM* made = nullptr;
    if (BN_hex2bn(&made, hex) == 0) throw std::bad_alloc();
    return number_ptr(made);
}

// Little-endian, but for the sign of x, which is the uppermost bit.
number_ptr y_of(std::string_view encoded) {
    std::array<unsigned char, ed25519_bytes> bytes;
    std::ranges::copy(encoded, bytes.begin());
    bytes.back() &= 0x7f;
    number_ptr made(BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
    if (!made) throw std::bad_alloc();
    return made;
}

// x^2 = (y^2 - 1) / (d y^2 + 1) has a root modulo p: u/v does where u*v does.
bool has_x(const BIGNUM& y) {
    const auto p = number_in(prime), d = number_in(curve_d);
    const std::unique_ptr<BN_CTX, decltype(&BN_CTX_free)> room(BN_CTX_new(), BN_CTX_free);
    const number_ptr u(BN_new()), v(BN_new()), product(BN_new());
    if (!room || !u || !v || !product || BN_mod_sqr(u.get(), &y, p.get(), room.get()) != 1 ||
        BN_mod_mul(v.get(), u.get(), d.get(), p.get(), room.get()) != 1 ||
        BN_add_word(v.get(), 1) != 1 || BN_sub_word(u.get(), 1) != 1 ||
        BN_mod_mul(product.get(), u.get(), v.get(), p.get(), room.get()) != 1)
        throw std::bad_alloc();
    return BN_kronecker(product.get(), p.get(), room.get()) == 1;
}

}  // namespace

bool is_sound_ed25519_point(std::string_view encoded) {
    BOOST_ASSERT(encoded.size() == ed25519_bytes);
    const auto y = y_of(encoded);
    if (BN_cmp(y.get(), number_in(prime).get()) >= 0) return false;
    const auto is_y = [&](const char* hex) { return BN_cmp(y.get(), number_in(hex).get()) == 0; };
    return std::ranges::none_of(small_order, is_y) && has_x(*y);
}

}  // namespace headroom::auth::detail
