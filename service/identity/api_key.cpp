#include "service/identity/api_key.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <boost/crc.hpp>
#include <span>
#include <stdexcept>

namespace headroom::service::identity {
namespace {

constexpr std::string_view prefix = "pk_";
constexpr std::size_t id_bytes = 6, secret_bytes = 32;
constexpr std::string_view alphabet =  // base64url (RFC 4648, section 5)
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool in_alphabet(char each) { return alphabet.find(each) != alphabet.npos; }

/// Without padding: 4 characters for 3 bytes, the rest likewise.
std::string base64url(std::span<const unsigned char> bytes) {
    std::string text;
    unsigned bits = 0, held = 0;
    for (const auto each : bytes) {
        bits = bits << 8 | each;
        for (held += 8; held >= 6; held -= 6) text += alphabet[bits >> (held - 6) & 0x3f];
    }
    if (held > 0) text += alphabet[bits << (6 - held) & 0x3f];
    return text;
}

template <std::size_t N>
std::array<unsigned char, N> random_bytes() {
    std::array<unsigned char, N> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the system has no randomness to give");
    return bytes;
}

std::string checksum_of(std::string_view text) {
    boost::crc_32_type sum;
    sum.process_bytes(text.data(), text.size());
    const auto value = sum.checksum();
    return base64url(std::array{static_cast<unsigned char>(value >> 24),
                                static_cast<unsigned char>(value >> 16),
                                static_cast<unsigned char>(value >> 8),
                                static_cast<unsigned char>(value)});
}

}  // namespace

new_key make_key() {
    const auto id = base64url(random_bytes<id_bytes>());
    const auto value = base64url(random_bytes<secret_bytes>());
    return {id, secret(value), secret(std::string(prefix) + id + value + checksum_of(id + value))};
}

std::optional<presented_key> parse_key(std::string_view text) {
    constexpr auto body_length = key_id_length + key_secret_length;
    if (!text.starts_with(prefix)) return std::nullopt;
    text.remove_prefix(prefix.size());
    if (!std::ranges::all_of(text, in_alphabet)) return std::nullopt;
    const auto body = text.substr(0, body_length);
    const auto sum = text.size() > body_length ? text.substr(body_length) : std::string_view();
    if (body.size() != body_length || (!sum.empty() && sum != checksum_of(body)))
        return std::nullopt;
    return presented_key{std::string(body.substr(0, key_id_length)),
                         secret(std::string(body.substr(key_id_length)))};
}

std::string hash_of(const secret& value, const secret& pepper) {
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

bool matches(const secret& value, const secret& pepper, std::string_view hash) {
    const auto expected = hash_of(value, pepper);
    return hash.size() == expected.size() &&
           CRYPTO_memcmp(expected.data(), hash.data(), hash.size()) == 0;
}

}  // namespace headroom::service::identity
