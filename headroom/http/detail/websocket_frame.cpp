#include "headroom/http/detail/websocket_frame.hpp"

#include <boost/assert.hpp>

namespace headroom::http::detail {
namespace {

constexpr unsigned fin = 0x80, rsv1 = 0x40, rsv23 = 0x30, mask_bit = 0x80;
constexpr std::size_t length_16 = 126, length_64 = 127;

unsigned byte_at(std::string_view of, std::size_t at) {
    return static_cast<unsigned char>(of[at]);
}

std::size_t extra_of(unsigned length) {
    return length == length_16 ? 2 : length == length_64 ? 8 : 0;
}

void append_big_endian(std::string& to, std::uint64_t number, unsigned bytes) {
    for (unsigned left = bytes; left > 0; --left)
        to += static_cast<char>((number >> ((left - 1) * 8)) & 0xff);
}

}  // namespace

std::size_t head_size(std::string_view begun) noexcept {
    if (begun.size() < 2) return 2;
    const auto second = byte_at(begun, 1);
    return 2 + extra_of(second & 0x7f) + ((second & mask_bit) != 0 ? 4 : 0);
}

frame_head parse_frame_head(std::string_view whole) noexcept {
    BOOST_ASSERT(whole.size() >= 2 && whole.size() == head_size(whole));
    const auto first = byte_at(whole, 0), second = byte_at(whole, 1);
    frame_head out;
    out.last = (first & fin) != 0;
    out.compressed = (first & rsv1) != 0;
    out.reserved = (first & rsv23) != 0;
    out.of = static_cast<opcode>(first & 0xf);
    out.masked = (second & mask_bit) != 0;
    out.length = second & 0x7f;
    if (const auto extra = extra_of(second & 0x7f); extra > 0) {
        out.length = 0;
        for (std::size_t at = 2; at < 2 + extra; ++at)
            out.length = out.length << 8 | byte_at(whole, at);
        out.shortest = extra == 2 ? out.length >= length_16
                                  : out.length > 0xffff && out.length >> 63 == 0;
    }
    if (out.masked) whole.substr(whole.size() - 4).copy(out.mask.data(), 4);
    return out;
}

void append_frame(std::string& to, opcode of, std::string_view payload, bool compressed) {
    BOOST_ASSERT(!is_control(of) || payload.size() <= control_bytes_max);
    to += static_cast<char>(fin | (compressed ? rsv1 : 0U) | static_cast<unsigned>(of));
    if (payload.size() < length_16) {
        to += static_cast<char>(payload.size());
    } else if (payload.size() <= 0xffff) {
        to += static_cast<char>(length_16);
        append_big_endian(to, payload.size(), 2);
    } else {
        to += static_cast<char>(length_64);
        append_big_endian(to, payload.size(), 8);
    }
    to += payload;
}

}  // namespace headroom::http::detail
