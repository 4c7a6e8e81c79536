#include "headroom/http/client/address_scope.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace headroom::http {
namespace {

namespace ip = boost::asio::ip;

struct block_v4 {
    std::array<unsigned char, 4> first;
    unsigned bits;
};
// The IANA IPv4 special-purpose address registry: what is not globally reachable.
constexpr block_v4 special_v4[] = {
    {{0, 0, 0, 0}, 8},      {{10, 0, 0, 0}, 8},     {{100, 64, 0, 0}, 10}, {{127, 0, 0, 0}, 8},
    {{169, 254, 0, 0}, 16}, {{172, 16, 0, 0}, 12},  {{192, 0, 0, 0}, 24},  {{192, 0, 2, 0}, 24},
    {{192, 88, 99, 0}, 24}, {{192, 168, 0, 0}, 16}, {{198, 18, 0, 0}, 15}, {{198, 51, 100, 0}, 24},
    {{203, 0, 113, 0}, 24}, {{224, 0, 0, 0}, 4},    {{240, 0, 0, 0}, 4}};

bool is_in(std::uint32_t address, const block_v4& block) {
    const auto first = ip::address_v4(block.first).to_uint();
    return (address ^ first) >> (32 - block.bits) == 0;
}

bool is_public(const ip::address_v4& address) {
    return std::ranges::none_of(
        special_v4, [&](const block_v4& each) { return is_in(address.to_uint(), each); });
}

ip::address_v4 inside(const ip::address_v6::bytes_type& bytes, std::size_t at) {
    return ip::address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

// 2000::/3 is all that is given out; of it the registry takes Teredo and the other 2001::/23, the
// documentation's 2001:db8::/32 and 3fff::/20, and 2002::/16, which means an IPv4 address.
bool is_public(const ip::address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped()) return is_public(inside(bytes, 12));
    constexpr std::array<unsigned char, 12> translated{0, 0x64, 0xff, 0x9b};
    if (std::equal(translated.begin(), translated.end(), bytes.begin()))
        return is_public(inside(bytes, 12));
    if ((bytes[0] & 0xe0U) != 0x20) return false;
    if (bytes[0] == 0x20 && bytes[1] == 0x01)
        return bytes[2] > 0x01 && !(bytes[2] == 0x0d && bytes[3] == 0xb8);
    if (bytes[0] == 0x20 && bytes[1] == 0x02) return is_public(inside(bytes, 2));
    return !(bytes[0] == 0x3f && bytes[1] == 0xff && bytes[2] < 0x10);
}

}  // namespace

bool is_public_address(std::string_view numeric) {
    boost::system::error_code none;
    const auto address = ip::make_address(numeric, none);
    if (none) return false;
    return address.is_v4() ? is_public(address.to_v4()) : is_public(address.to_v6());
}

bool is_own_machine(std::string_view host) {
    boost::system::error_code none;
    const auto address = ip::make_address(host, none);
    return host == "localhost" || (!none && address.is_loopback());
}

}  // namespace headroom::http
