#include "headroom/auth/detail/ecdsa_signature.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::auth::detail {
namespace {

constexpr char der_sequence = 0x30, der_integer = 0x02;
constexpr std::size_t der_short_length_max = 127;

bool is_in_range(std::string_view number, std::string_view order) {
    // Of the same length, big-endian, so that bytes in order are numbers in order.
    return number < order && number.find_first_not_of('\0') != number.npos;
}

/// Without leading zeros; one before a first bit that would be a sign.
struct integer_body {
    std::string_view digits;
    bool padded;
    std::size_t size() const { return digits.size() + (padded ? 1 : 0); }
};

integer_body body_of(std::string_view number) {
    const auto digits = number.substr(number.find_first_not_of('\0'));
    return {digits, (static_cast<unsigned char>(digits.front()) & 0x80) != 0};
}

void put(der_signature& to, char octet) { to.bytes.at(to.size++) = octet; }

void put_length(der_signature& to, std::size_t length) {
    BOOST_ASSERT(length < 256);
    if (length > der_short_length_max) put(to, '\x81');
    put(to, static_cast<char>(length));
}

void put_integer(der_signature& to, const integer_body& of) {
    put(to, der_integer);
    put_length(to, of.size());
    if (of.padded) put(to, '\0');
    for (const char each : of.digits) put(to, each);
}

}  // namespace

std::optional<der_signature> to_der(std::string_view signature, std::string_view order) {
    if (signature.size() != 2 * order.size()) return std::nullopt;
    const auto r = signature.substr(0, order.size()), s = signature.substr(order.size());
    if (!is_in_range(r, order) || !is_in_range(s, order)) return std::nullopt;
    const auto first = body_of(r), second = body_of(s);
    der_signature made;
    put(made, der_sequence);
    put_length(made, 4 + first.size() + second.size());
    put_integer(made, first);
    put_integer(made, second);
    return made;
}

}  // namespace headroom::auth::detail
