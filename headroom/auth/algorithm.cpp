#include "headroom/auth/algorithm.hpp"

#include <boost/assert.hpp>
#include <cstddef>

namespace headroom::auth {
namespace {

struct algorithm_row {
    algorithm of;
    std::string_view name;
    key_kind kind;
    std::size_t hash_bytes;
};

constexpr algorithm_row algorithm_rows[] = {
    {algorithm::rs256, "RS256", key_kind::rsa, 32},
    {algorithm::rs384, "RS384", key_kind::rsa, 48},
    {algorithm::rs512, "RS512", key_kind::rsa, 64},
    {algorithm::ps256, "PS256", key_kind::rsa, 32},
    {algorithm::ps384, "PS384", key_kind::rsa, 48},
    {algorithm::ps512, "PS512", key_kind::rsa, 64},
    {algorithm::es256, "ES256", key_kind::p256, 32},
    {algorithm::es384, "ES384", key_kind::p384, 48},
    {algorithm::es512, "ES512", key_kind::p521, 64},
    {algorithm::eddsa, "EdDSA", key_kind::ed25519, 64},
    {algorithm::ed25519, "Ed25519", key_kind::ed25519, 64},
    {algorithm::hs256, "HS256", key_kind::octets, 32},
    {algorithm::hs384, "HS384", key_kind::octets, 48},
    {algorithm::hs512, "HS512", key_kind::octets, 64},
};
static_assert(std::size(algorithm_rows) == algorithm_count);

const algorithm_row& algorithm_row_of(algorithm of) {
    const auto& row = algorithm_rows[static_cast<std::size_t>(of)];
    BOOST_ASSERT(row.of == of);
    return row;
}

}  // namespace

std::string_view to_string(algorithm of) noexcept { return algorithm_row_of(of).name; }
key_kind kind_for(algorithm of) noexcept { return algorithm_row_of(of).kind; }
std::size_t hash_bytes(algorithm of) noexcept { return algorithm_row_of(of).hash_bytes; }

std::optional<algorithm> algorithm_named(std::string_view name) noexcept {
    for (const auto& each : algorithm_rows)
        if (each.name == name) return each.of;
    return std::nullopt;
}

}  // namespace headroom::auth
