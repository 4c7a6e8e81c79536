// http/detail/websocket_frame.hpp: the head of a frame (RFC 6455 section 5.2), read and written.
#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::http::detail {

enum class opcode : std::uint8_t {
    continuation = 0,
    text = 1,
    binary = 2,
    close = 8,
    ping = 9,
    pong = 10,
};

constexpr bool is_control(opcode of) noexcept { return static_cast<unsigned>(of) >= 8; }
constexpr bool is_known(opcode of) noexcept {
    const auto number = static_cast<unsigned>(of);
    return number <= 2 || (number >= 8 && number <= 10);
}

inline constexpr std::size_t control_bytes_max = 125;
inline constexpr std::size_t frame_head_bytes_max = 14;

struct frame_head {
    bool last = false;        ///< FIN
    bool compressed = false;  ///< RSV1
    bool reserved = false;    ///< RSV2 or RSV3
    bool masked = false;
    bool shortest = true;  ///< the length is written as short as it can be
    opcode of = opcode::continuation;
    std::uint64_t length = 0;
    std::array<char, 4> mask{};
};

/// How many bytes the head has whose first ones these are; at least one more than there are while
/// that cannot be told.
std::size_t head_size(std::string_view begun) noexcept;
/// Requires exactly the bytes of a head.
frame_head parse_frame_head(std::string_view whole) noexcept;

/// Appends a whole frame as a server sends it: not masked.
void append_frame(std::string& to, opcode of, std::string_view payload, bool compressed = false);

}  // namespace headroom::http::detail
