#include "headroom/observability/id_source.hpp"

#include <array>
#include <boost/assert.hpp>
#include <cstring>
#include <random>

namespace headroom::observability {
namespace {

// "000102...ff": a byte's two digits at twice its value.
constexpr auto pairs = [] {
    constexpr char digits[] = "0123456789abcdef";
    std::array<char, 512> out{};
    for (unsigned byte = 0; byte < 256; ++byte) {
        out[2 * byte] = digits[byte >> 4];
        out[2 * byte + 1] = digits[byte & 0xf];
    }
    return out;
}();

}  // namespace

id_source::id_source() {
    std::random_device entropy;
    state_ = (std::uint64_t{entropy()} << 32) | entropy();
}

std::uint64_t id_source::next() noexcept {
    auto z = state_ += 0x9e3779b97f4a7c15U;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

void id_source::write_hex(std::span<char> to) noexcept {
    BOOST_ASSERT(to.size() % 16 == 0);
    for (bool zero = true; zero && !to.empty();) {
        for (std::size_t at = 0; at < to.size(); at += 16) {
            auto bits = next();
            zero = zero && bits == 0;
            for (std::size_t pair = 0; pair < 16; pair += 2, bits >>= 8)
                std::memcpy(to.data() + at + pair, pairs.data() + 2 * (bits & 0xff), 2);
        }
    }
}

}  // namespace headroom::observability
