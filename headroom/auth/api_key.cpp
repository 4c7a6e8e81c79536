#include "headroom/auth/api_key.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <boost/crc.hpp>
#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/random_text.hpp"

namespace headroom::auth {
namespace {

constexpr std::string_view api_key_prefix = "pk_";
constexpr std::size_t id_bytes = 6, secret_bytes = 32;

std::string checksum_of(std::string_view text) {
    boost::crc_32_type sum;
    sum.process_bytes(text.data(), text.size());
    const auto value = sum.checksum();
    return to_base64url(std::string{static_cast<char>(value >> 24), static_cast<char>(value >> 16),
                                    static_cast<char>(value >> 8), static_cast<char>(value)});
}

}  // namespace

new_api_key make_api_key() {
    const auto id = random_text(id_bytes);
    const auto value = random_text(secret_bytes);
    return {id, secret(value),
            secret(std::string(api_key_prefix) + id + value + checksum_of(id + value))};
}

std::optional<presented_api_key> parse_api_key(std::string_view text) {
    constexpr auto body_length = api_key_id_length + api_key_secret_length;
    if (!text.starts_with(api_key_prefix)) return std::nullopt;
    text.remove_prefix(api_key_prefix.size());
    if (text.find_first_not_of(base64url_alphabet) != text.npos) return std::nullopt;
    const auto body = text.substr(0, body_length);
    const auto sum = text.size() > body_length ? text.substr(body_length) : std::string_view();
    if (body.size() != body_length || (!sum.empty() && sum != checksum_of(body)))
        return std::nullopt;
    return presented_api_key{std::string(body.substr(0, api_key_id_length)),
                         secret(std::string(body.substr(api_key_id_length))), !sum.empty()};
}

std::string api_key_hash(const secret& value, const secret& pepper) {
    const std::string_view key = pepper.reveal(), text = value.reveal();
    std::array<unsigned char, 32> digest{};
    unsigned length = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &length) == nullptr)
        throw std::runtime_error("HMAC-SHA-256 failed");
    std::string hex;
    for (const auto each : digest) hex += fmt::format("{:02x}", each);
    return hex;
}

bool matches_api_key(const secret& value, const secret& pepper, std::string_view hash) {
    const auto expected = api_key_hash(value, pepper);
    return hash.size() == expected.size() &&
           CRYPTO_memcmp(expected.data(), hash.data(), hash.size()) == 0;
}

}  // namespace headroom::auth
