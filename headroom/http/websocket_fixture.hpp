// http/websocket_fixture.hpp: frames as a client makes them, for this package's tests alone.
#pragma once
#include <string>
#include <string_view>

#include "headroom/http/detail/websocket_frame.hpp"

namespace headroom::http::detail {

/// A client's frame: masked, whole unless `last` is false.
inline std::string client_frame(opcode of, std::string_view payload, bool last = true,
                                bool compressed = false) {
    constexpr std::string_view mask("\x37\xfa\x21\x3d", 4);
    std::string made;
    append_frame(made, opcode::continuation, payload);
    const auto head = made.size() - payload.size();
    made[0] = static_cast<char>((last ? 0x80U : 0U) | (compressed ? 0x40U : 0U) |
                                static_cast<unsigned>(of));
    made[1] = static_cast<char>(static_cast<unsigned char>(made[1]) | 0x80U);
    for (std::size_t i = 0; i < payload.size(); ++i)
        made[head + i] = static_cast<char>(made[head + i] ^ mask[i & 3]);
    return made.insert(head, mask);
}

/// A server's frame.
inline std::string server_frame(opcode of, std::string_view payload) {
    std::string made;
    append_frame(made, of, payload);
    return made;
}

inline std::string close_text(unsigned code, std::string_view reason = {}) {
    std::string out{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    return out.append(reason);
}

}  // namespace headroom::http::detail
